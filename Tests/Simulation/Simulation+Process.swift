@testable import Reconciler

// The process: its start from the record, what the core wants of its shell, and its end.
extension Simulation {
  /// Starts a process: folds the record, and says what is declared.
  mutating func boot() {
    running = true
    draining = false
    syncIsPlanned = false
    shipIsPlanned = false
    process += 1
    steadyOrigin = disk.coin() ? 0 : clock - Int64(disk.below(1_000_000_000))
    core = Reconciler(configuration: ReconcilerConfiguration(interval: scenario.interval))
    if happens(.databaseDownAtStart), journal.database == .up {
      counts.fired(.databaseDownAtStart)
      journal.database = .connecting
      agenda.add(.episodeEnds(.database), at: clock + Int64(disk.pick([1, 20, 300])) * 1_000_000, process: nil)
    }
    edges.reset()
    for record in journal.tail {
      do throws(FoldError) {
        try core.fold(bug?.altered(record) ?? record)
      } catch {
        return checker.fail("S15", "the record cannot be folded: \(error)")
      }
    }
    if process > 1, !isDirectoryNew { checker.compareFold(core) }
    witness?(.folded(core, now))
    checker.processStarted(clock)
    trace.note(clock, "process \(process) starts; \(journal.last) records")
    let (isNewDirectory, start) = (isDirectoryNew, startFacts)
    receive(.journal(facts))
    receive(.started(start))
    if isNewDirectory, !start.awaitsMemories { checker.compareFold(core) }
    let isNew = process == 1 || editedMeanwhile || isNewDirectory
    if editedMeanwhile { revision += 1 }
    editedMeanwhile = false
    declare(isNew: isNew)
    agenda.add(.tick, at: clock + 100_000, process: process)
    if start.awaitsMemories { agenda.add(.readMemories, at: clock + 50_000, process: process) }
    watchFirstReads()
    planShipping()
  }

  var facts: JournalFacts { bug?.altered(journal.facts, last: journal.last) ?? journal.facts }

  mutating func declare(isNew: Bool) {
    let fleet = scenario.fleet(revision: revision, agents: declared, policy: policy)
    checker.declare(fleet, clock)
    trace.note(clock, "revision \(revision): \(declared.map { Lines.spec($0) }.joined(separator: " | "))")
    receive(
      .fleetAccepted(bug?.altered(fleet) ?? fleet, RevisionFacts(isNew: isNew, actor: "operator")))
  }

  mutating func receive(_ event: Event) {
    guard running, !killNow else { return }
    checker.will(event, core, clock)
    let wanted = core.receive(event, at: now)
    witness?(.event(event, now, wanted))
    carryOut(wanted, after: event)
  }

  @discardableResult
  mutating func say(_ command: Command) -> Bool {
    guard running, !killNow else { return false }
    trace.note(clock, "operator: \(command)")
    let result = core.command(command, actor: "operator", at: now)
    witness?(.event(.command(command, actor: "operator"), now, result.effects))
    trace.note(clock, "  \(result.verdict)")
    carryOut(result.effects, after: nil)
    if case .done = result.verdict { return true }
    return false
  }

  private mutating func carryOut(_ wanted: [Effect], after event: Event?) {
    for effect in wanted {
      if killNow { return }
      effects += 1
      if effects == variation.killAt { return dieHere() }
      switch effect {
      case .record(let record): append(record, after: event)
      case .read(let request, let notBefore): schedule(request, notBefore)
      case .perform(let request, let id, let attempt): perform(request, id, attempt)
      }
    }
    guard running else { return }
    if bug == .sendBeforeSync, journal.last > checker.durable, wanted.contains(where: \.isRecord) { tellJournal() }
    for edge in edges.look(at: core) { counts.took(edge) }
    if case .snapshot(let snapshot)? = event { checker.believe(snapshot, core) }
    watchForgotten()
  }

  /// Before it carries out an effect.
  private mutating func dieHere() {
    killNow = true
    crashAfterCommit = variation.kill == .commitUnknown
    staleFirstLook = variation.kill == .staleFirstLook
  }

  private mutating func append(_ record: Record, after event: Event?) {
    trace.mix(record.sequence)
    trace.mix(record.type.rawValue)
    trace.mix(record.createdAt.microseconds)
    trace.note(
      clock,
      "record \(record.sequence) \(record.agent?.text ?? "-") \(record.type.rawValue) \(record.reason?.rawValue ?? "")"
        + " \(record.actionID.map { String($0.prefix(6)) } ?? "") \(record.type == .snapshot ? "" : record.message)")
    if !journal.append(record, segment: scenario.segment) {
      checker.fail("S15", "record \(record.sequence) does not follow its predecessor")
    }
    checker.take(record, after: event, core, clock)
    if !syncIsPlanned {
      syncIsPlanned = true
      let grid = Int64(scenario.syncEvery) * 1000
      agenda.add(.sync, at: (clock / grid + 1) * grid + slowDisk(), process: process)
    }
  }

  private mutating func schedule(_ request: ReadRequest, _ notBefore: Steady) {
    guard let k = places[request.agent] else { return }
    let due = max(clock, notBefore.microseconds + steadyOrigin)
    scheduled[k] = (request, due)
    agenda.add(.beginRead(terminal: k, number: request.number), at: due, process: process)
  }

  // MARK: The record

  mutating func sync() {
    syncIsPlanned = false
    guard journal.sync() else { return }
    checker.durable = journal.durable
    fillDisk()
    tellJournal()
    planShipping()
  }

  mutating func planShipping() {
    guard running, !shipIsPlanned, journal.shipped < journal.durable else { return }
    shipIsPlanned = true
    let grid = Int64(scenario.shipEvery) * 1000
    let hang = max(journal.hungUntil.microseconds - clock, 0)
    agenda.add(.ship, at: ((clock + hang) / grid + 1) * grid + slowDatabase(), process: process)
  }

  mutating func ship() {
    shipIsPlanned = false
    if journal.hungUntil.microseconds > clock { return planShipping() }
    if journal.database == .up, happens(.commitUnknown) {
      counts.fired(.commitUnknown)
      journal.commit(upTo: 500)
      checker.shipped = journal.shipped
      journal.database = .down("the connection was lost during the commit")
      agenda.add(.episodeEnds(.database), at: clock + Int64(disk.pick([1, 20, 300])) * 1_000_000, process: nil)
      return tellJournal()
    }
    guard journal.ship(upTo: 500) else { return }
    checker.shipped = journal.shipped
    if strength(.stateDirectoryLost) > 0, journal.shipped == journal.last {
      database.publish(core, chain: chain, clock: clock)
    }
    tellJournal()
    planShipping()
  }

  mutating func tellJournal() {
    if isFrozen { return agenda.add(.tellJournal, at: frozenUntil, process: process) }
    receive(.journal(facts))
  }

  /// Stopped by a signal or starved: it hears nothing until it goes on.
  var isFrozen: Bool { running && frozenUntil > clock }

  private mutating func slowDisk() -> Int64 {
    guard happens(.slowDisk) else { return 0 }
    counts.fired(.slowDisk)
    return disk.milliseconds(100, 7000).inMicroseconds
  }

  private mutating func slowDatabase() -> Int64 {
    guard happens(.databaseSlow) else { return 0 }
    counts.fired(.databaseSlow)
    return disk.milliseconds(500, 9000).inMicroseconds
  }

  // MARK: The end of a process

  /// Pulls the plug. What is on its way to a terminal arrives or does not.
  mutating func kill(for pause: Duration? = nil) {
    // Between two effects the core knows of records that nobody has written.
    let midway = killNow
    killNow = false
    guard running else { return }
    running = false
    checker.remember(core)
    let waiting = Int(journal.last - journal.durable)
    let kept = disk.coin() ? waiting : quietKeep(waiting)
    counts.fired(.killed)
    if kept < waiting { counts.fired(.killedLosingRecords) }
    let last = journal.last
    // The database may have the last batch without anybody knowing; it never has what is not on the disk.
    if crashAfterCommit || happens(.commitUnknown, perMille: strength(.commitUnknown) * 50), journal.database == .up {
      counts.fired(.commitUnknown)
      journal.commit(upTo: 500)
      checker.shipped = journal.shipped
    }
    crashAfterCommit = false
    journal.crash(keeping: kept)
    if bug == .dropDurableRecord { journal.crash(keeping: -min(2, Int(journal.durable))) }
    trace.note(clock, "KILLED; \(last - journal.last) records lost")
    let shipped = journal.shipped
    let isLost = loseDirectory()
    if isLost, directories > 1 { checker.hasLostMemory = true }
    let left = isLost ? shipped : journal.last
    checker.crashed(keeping: left, whole: last == left && !midway, lostDirectory: isLost, clock)
    for id in posts.keys.sorted() where posts[id]?.arrived == false {
      if wire.coin() {
        counts.fired(.killedWithPostReaching)
      } else {
        counts.fired(.killedWithPostLost)
        posts[id] = nil
      }
    }
    endProcess(for: pause ?? disk.pick([.milliseconds(200), .seconds(2), .seconds(45), .seconds(1200)]))
  }

  private mutating func quietKeep(_ waiting: Int) -> Int { disk.coin() ? 0 : disk.below(waiting + 1) }

  mutating func stopInOrder() {
    let wanted = core.stopped(at: now)
    witness?(.stopped(now, wanted))
    carryOut(wanted, after: nil)
    guard !killNow else { return }
    counts.fired(.stoppedInOrder)
    _ = journal.sync()
    checker.durable = journal.durable
    running = false
    checker.remember(core)
    checker.crashed(keeping: journal.last, whole: true, clock)
    trace.note(clock, "stopped in good order")
    endProcess(for: .seconds(3))
  }

  private mutating func endProcess(for pause: Duration) {
    scheduled = Array(repeating: nil, count: terminals.count)
    reads = Array(repeating: nil, count: terminals.count)
    syncIsPlanned = false
    shipIsPlanned = false
    frozenUntil = 0
    checker.durable = journal.durable
    agenda.add(.restart, at: clock + pause.inMicroseconds, process: nil)
  }
}

extension Effect {
  var isRecord: Bool { if case .record = self { true } else { false } }
}

import Reconciler

/// Replays one recording through this program's core, beside the journal that the recorded process wrote. Every decision is
/// compared: each record byte for byte with the journal's line, each order with the one that was sent, each look with the one
/// that was asked for. It ends at the first that differs, since what follows was decided on another history.
public struct RecordingReplayer {
  public private(set) var summary: RecordingSummary

  private var core: Reconciler
  private let head: RecordingHead
  private var run: RunReader
  private var journal: JournalLines
  /// The last record that the recorded process had made.
  private var last: Int64
  /// What the core asked of each terminal last, and at which event.
  private var asked: [AgentID: (request: ReadRequest, number: Int, event: RecordedEvent)] = [:]
  private var hasEnded = false
  /// The recorded process was killed before its first record was on disk: what the journal has there is the next one's.
  private var leftNothing = false

  /// Takes up the journal to where the recorded process began.
  ///
  /// - Parameter state: the state directory, or its journal's folder.
  /// - Throws: `unusable` when the two do not belong together, or the journal is not kept that far back.
  public init(state: String, recording: RecordedRun) throws(RecordingError) {
    run = try RunReader(recording)
    head = run.head
    summary = RecordingSummary(path: recording.path, version: head.version)
    core = Reconciler(configuration: ReconcilerConfiguration(interval: head.interval))
    journal = try JournalLines(state: state, from: head.foldedFrom)
    last = head.foldedTo
    guard let first = try journal.peek() else { throw .unusable("the journal in \(state) is empty") }
    guard first.chain == head.chain else {
      throw .unusable("it was recorded with the journal \(head.chain), and \(state) has \(first.chain)")
    }
    while let line = try journal.peek(), line.sequence <= head.foldedTo {
      _ = try journal.next()
      try fold(line)
    }
    guard core.lastSequence == head.foldedTo else {
      throw .unusable("the journal ends with record \(core.lastSequence), before the recording begins")
    }
  }

  private mutating func fold(_ line: JournalLine) throws(RecordingError) {
    guard let record = line.record else {
      throw .unusable("record \(line.sequence) has a type or reason that this version does not know")
    }
    do throws(FoldError) { try core.fold(record) } catch {
      throw .unusable("record \(line.sequence) cannot be taken up: \(error)")
    }
  }

  /// The next event and what came of it; `nil` at the end, or after a difference.
  public mutating func next() throws(RecordingError) -> RecordingStep? {
    guard !hasEnded else { return nil }
    guard let event = try run.event() else {
      try finish()
      return nil
    }
    summary.events += 1
    let text = EventText(event)
    if text.kind == "look" || text.kind == "failed" { summary.looks += 1 }
    var step = RecordingStep(
      number: summary.events, moment: event.moment, kind: text.kind, agent: text.agent, title: text.title)
    step.after = last
    if let difference = askedOtherwise(event) { return end(step, difference) }
    let effects = decide(event)
    for effect in effects {
      switch effect {
      case .record(let record): step.records.append(record)
      case .perform(let request, _, _): step.sends.append(request)
      case .read(let request, _): asked[request.agent] = (request, summary.events, event)
      }
    }
    if let difference = try compare(event, step) { return end(step, difference) }
    return step
  }

  private mutating func end(_ step: RecordingStep, _ difference: RecordingDifference) -> RecordingStep {
    hasEnded = true
    summary.problem = "event \(step.number): \(difference.message)"
    var step = step
    step.difference = difference
    return step
  }

  private mutating func decide(_ event: RecordedEvent) -> [Effect] {
    switch event.input {
    case .event(let input): core.receive(input, at: event.moment)
    case .stopped: core.stopped(at: event.moment)
    }
  }

  // MARK: Comparing

  /// A look that this core did not ask for, or asked for with other parts.
  private func askedOtherwise(_ event: RecordedEvent) -> RecordingDifference? {
    let request: ReadRequest
    switch event.input {
    case .event(.snapshot(let snapshot)): request = snapshot.request
    case .event(.readFailed(let failed, _, _)): request = failed
    case .event(.started), .event(.fleetAccepted), .event(.fleetRejected), .event(.actionEnded), .event(.journal),
      .event(.memories), .event(.command), .event(.timePassed), .event(.drain), .stopped:
      return nil
    }
    let own = asked[request.agent]
    // One that was overtaken by a newer one is ignored, here as there.
    if let own, request.number < own.request.number || request == own.request { return nil }
    var difference = RecordingDifference(
      message: "the terminal was asked for something else",
      cause: .of(own?.event ?? event, number: own?.number ?? summary.events))
    difference.recorded = [.read(request)]
    difference.here = own.map { [.read($0.request)] } ?? []
    return difference
  }

  private mutating func compare(
    _ event: RecordedEvent, _ step: RecordingStep
  ) throws(RecordingError) -> RecordingDifference? {
    let count = max(0, (event.lastSequence ?? last) - last)
    var lines: [JournalLine] = []
    while lines.count < count, let line = try nextLine(after: step) { lines.append(line) }
    last += count
    summary.records += Int64(lines.count)
    summary.unwritten += count - Int64(lines.count)
    summary.sends += event.sends.count
    let made = step.records.enumerated().map { k, record in
      JournalLine.make(
        record: record, chain: head.chain, prevHash: k < lines.count ? lines[k].prevHash : JournalLine.firstPrevHash)
    }
    let wrong = zip(made, lines).first { !$0.text.utf8.elementsEqual($1.text.utf8) }
    let isSame = wrong == nil && Int64(made.count) == count
    let sameSends = Coding.request.list().same(event.sends, step.sends)
    guard !isSame || !sameSends else { return nil }
    var difference = RecordingDifference(
      message: isSame ? "another order was sent" : wrong == nil ? "another number of records" : "another record",
      cause: .of(event, number: summary.events))
    difference.recorded = lines.map { .record($0.text) } + event.sends.map { .send($0) }
    let untold = count - Int64(lines.count)
    if untold > 0 { difference.recorded.append(.untold(untold)) }
    difference.here = made.map { .record($0.text) } + step.sends.map { .send($0) }
    if let wrong { difference.members = JSONDifference.lines(recorded: wrong.1.text, here: wrong.0.text) }
    return difference
  }

  /// The recorded process's next line, as far as it came.
  private mutating func nextLine(after step: RecordingStep) throws(RecordingError) -> JournalLine? {
    if step.after == head.foldedTo, let first = try journal.peek(), first.sequence == head.foldedTo + 1,
      let made = step.records.first, made.createdAt != first.record?.createdAt
    {
      leftNothing = true
    }
    return leftNothing ? nil : try journal.next(of: head.foldedTo + 1)
  }

  private mutating func finish() throws(RecordingError) {
    hasEnded = true
    summary.unfinishedBytes = run.unfinishedBytes
    while !leftNothing, try journal.next(of: head.foldedTo + 1) != nil { summary.beyond += 1 }
    switch run.end {
    case .stopped?:
      summary.isWhole = true
      if summary.beyond > 0 {
        summary.problem =
          "the journal has \(Count.of(Int(summary.beyond), "record")) more that no recorded event led to"
      } else if summary.unwritten > 0 {
        summary.problem = "the journal lacks \(Count.of(Int(summary.unwritten), "record")) that recorded events led to"
      }
    case .gaveUp(let why)?: summary.gaveUp = why
    case nil: break
    }
  }
}

extension RecordingDifference.Cause {
  static func of(_ event: RecordedEvent, number: Int) -> Self {
    Self(number: number, title: EventText(event).title, json: EventText.full(event))
  }
}

extension RecordingDifference.Decision {
  static func record(_ line: String) -> Self {
    let json = (try? JSONParser.parse(line)) ?? .null
    let parts = [
      json["seq"]?.int.map { String($0) }, json["agent_id"]?.string ?? "fleet", json["event_type"]?.string,
      json["message"]?.string,
    ]
    return Self(text: parts.compactMap { $0 }.joined(separator: "  "), json: json)
  }

  static func send(_ request: TradeRequest) -> Self {
    let json = Coding<TradeRequest>.request.write(request)
    return Self(
      text: "sent to \(request.agent): \((json["order"] ?? .null).canonicalText), \(request.requestID)", json: json)
  }

  static func read(_ request: ReadRequest) -> Self {
    let blank = ReadRequest(number: 0, agent: request.agent)
    let json = JSONValue.object(Table.request.write(request, from: blank))
    return Self(text: "look \(request.number) at \(request.agent): \(json.canonicalText)", json: json)
  }

  /// Records that never reached the disk.
  static func untold(_ count: Int64) -> Self {
    Self(text: "\(Count.of(Int(count), "record")) that never reached the disk", json: .int(count))
  }
}

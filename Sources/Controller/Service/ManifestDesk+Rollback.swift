import Logging
import Reconciler

// A rollback gets a number of its own, with the old revision's files: numbers only grow, every record names the revision
// that was in force, and "the newest is in force" holds at all times. The pin keeps it in force against the files until
// these say something else than at the rollback: a reload or restart with the same files changes nothing, and neither
// does a set that is not valid.
extension ManifestDesk {
  /// Puts an old revision in force again and pins it. Answers once it is recorded.
  ///
  /// - Parameter picture: what the loop last showed, for the guards.
  func rollback(
    to number: Int, reason: String, allowsOrphans: Bool, actor: String, picture: StatusBoard.Picture?,
    _ done: @escaping @Sendable (ControlAnswer) -> Void
  ) {
    queue.async { [self] in
      let word = Word(verb: "rollback \(number)", note: reason, actor: actor, done: done)
      do throws(RevisionError) {
        let old = try store.revision(number)
        switch old.load() {
        case .rejected(let errors):
          let why =
            "this version of mt4-controller does not accept revision \(number) (\(Count.of(errors.count, "error")))"
          say(word, .refused(why), errors: errors.map(\.description))
        case .accepted(let loaded):
          if let why = obstacle(loaded.fleet, number, allowsOrphans: allowsOrphans, picture) {
            return say(word, .refused(why))
          }
          let pin = RevisionPin(rollbackOf: number, actor: actor, note: reason, since: now().wall)
          let inForce = try pinned(old, loaded, pin)
          say(
            word,
            .done(
              "revision \(number) is in force again as revision \(inForce), and pinned until the files in \(directory) "
                + "change or `mt4ctl unpin`"))
        }
      } catch {
        done(ControlAnswer(.invalid, error.description + Self.hint(error)))
      }
    }
  }

  /// Ends a rollback: what the files say is in force again. Answers once it is recorded.
  func unpin(reason: String, actor: String, _ done: @escaping @Sendable (ControlAnswer) -> Void) {
    queue.async { [self] in
      let word = Word(verb: "unpin", note: reason, actor: actor, done: done)
      do throws(RevisionError) {
        guard let pin = try store.pin() else {
          return say(word, .refused("no revision is pinned; the files are in force already"))
        }
        switch load() {
        case .rejected(let errors):
          reject(errors.map(\.headline), actor)
          say(
            word, .refused("the files are not valid, so the rollback to revision \(pin.pin.rollbackOf) stays in force"),
            code: .rejected, errors: errors.map(\.description))
        case .accepted(let loaded):
          do throws(StartError) {
            try take(loaded, actor: actor, releasing: pin)
          } catch {
            return say(word, .refused("the files' set cannot be kept as a revision: \(error)"))
          }
          say(word, .done("the rollback to revision \(pin.pin.rollbackOf) has ended; the files are in force"))
        }
      } catch {
        done(ControlAnswer(.invalid, error.description))
      }
    }
  }

  /// Puts the pinned revision in force, at a start or when the files were read again and say nothing new.
  func keep(_ pin: StoredPin, actor: String) throws(StartError) {
    let old = try StartError.wrapping { () throws(RevisionError) in try kept(pin.pin.rollbackOf) }
    guard case .accepted(let loaded) = old.load() else {
      throw StartError(
        exitCode: 3,
        description:
          "revision \(old.number), which was rolled back to, is not accepted by this version; remove "
          + "\(store.directory)/pin.json to go by the files in \(directory)")
    }
    try StartError.wrapping { () throws(RevisionError) in _ = try put(old, loaded, pin.pin, actor: actor) }
  }

  /// The pinned revision or, should its file be damaged, its copy.
  private func kept(_ number: Int) throws(RevisionError) -> StoredRevision {
    do throws(RevisionError) {
      return try store.revision(number)
    } catch {
      guard let copy = try store.latest().revision, copy.rollbackOf == number else { throw error }
      return copy
    }
  }

  /// Pinned first, then stored: a crash in between leaves a pin that the next start obeys.
  private func pinned(
    _ old: StoredRevision, _ loaded: LoadedManifests, _ pin: RevisionPin
  ) throws(RevisionError) -> Int {
    var files: String?
    if case .accepted(let current) = load() { files = current.fleet.fingerprint }
    let before = try store.pin()
    try store.setPin(StoredPin(pin, filesFingerprint: files))
    do throws(RevisionError) {
      return try put(old, loaded, pin, actor: pin.actor)
    } catch {
      if let before { try store.setPin(before) } else { try store.removePin() }
      throw error
    }
  }

  /// - Returns: the number under which it is in force.
  private func put(
    _ old: StoredRevision, _ loaded: LoadedManifests, _ pin: RevisionPin, actor: String
  ) throws(RevisionError) -> Int {
    let accepted = try store.accept(loaded, actor: pin.actor, at: now().wall, rollback: (old, pin.note))
    var fleet = loaded.fleet
    fleet.revision = accepted.revision.number
    if actor == Self.atStart {
      log.warning(
        "revision \(pin.rollbackOf) was rolled back to and is pinned; the files in \(directory) wait for a change or unpin",
        metadata: .keys([.revision: String(fleet.revision)]))
    }
    hand(fleet, RevisionFacts(isNew: accepted.isNew, actor: pin.actor, gitCommit: old.gitCommit, pin: pin))
    return fleet.revision
  }

  /// What a rollback must not do by the way.
  private func obstacle(
    _ old: Fleet, _ number: Int, allowsOrphans: Bool, _ picture: StatusBoard.Picture?
  ) -> String? {
    guard let picture else { return "the controller is still starting; try again" }
    if picture.fleet.policy.emergencyStop, !old.policy.emergencyStop, picture.fleet.emergency.host == nil {
      return "revision \(number) would end the emergency stop that the manifests declare; raise it on this host first "
        + "(`mt4ctl emergency-stop`), or clear it in the files"
    }
    guard !allowsOrphans else { return nil }
    let declared = Set(old.agents.map(\.id))
    let lost = picture.agents.values.filter { !$0.orphaned && !declared.contains($0.spec.id) && $0.mayHoldSomething }
    guard !lost.isEmpty else { return nil }
    let names = lost.map(\.spec.metadataName).sorted().joined(separator: ", ")
    return "revision \(number) does not declare \(names), which \(lost.count == 1 ? "has" : "have") open positions, "
      + "orders or outcomes that nobody would police any more; disable and drain first, or say --allow-orphans"
  }

  /// The end of a rollback that no new revision tells of.
  func recordRelease(_ pin: StoredPin, _ actor: String) {
    let note = "the files have changed since the rollback to revision \(pin.pin.rollbackOf)"
    mailbox.post(
      .command(
        .revision(RevisionCommand(verb: "unpin", note: note, verdict: .done("it has ended"))), actor: actor,
        answer: { _ in }))
  }

  private struct Word: Sendable {
    var verb: String
    var note: String
    var actor: String
    var done: @Sendable (ControlAnswer) -> Void
  }

  /// Records a word and what became of it; answers when the record is durable.
  private func say(
    _ word: Word, _ verdict: CommandVerdict, code: ControlAnswer.Code = .refused, errors: [String] = []
  ) {
    let command = RevisionCommand(verb: word.verb, note: word.note, verdict: verdict)
    mailbox.post(
      .command(.revision(command), actor: word.actor) { kept in
        switch kept {
        case .done(let text): word.done(ControlAnswer(.done, text))
        case .refused(let why): word.done(ControlAnswer(code, why, errors: errors))
        case .unknownName(let name): word.done(ControlAnswer(.invalid, "there is no \(name)"))
        }
      })
  }

  private static func hint(_ error: RevisionError) -> String {
    if case .unknown = error { "; `mt4ctl history` lists them" } else { "" }
  }
}

extension AgentStatus {
  /// Whether something is open that would be nobody's to police. What was never looked at may be.
  fileprivate var mayHoldSomething: Bool {
    !positions.isEmpty || !orders.isEmpty || !unresolved.isEmpty || inFlight != nil || seenAt == nil
  }
}

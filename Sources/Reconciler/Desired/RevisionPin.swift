/// An old revision that a person has put in force again. It stays so, whatever the files say, until they say something
/// else than at the time of the rollback, or until it is released.
public struct RevisionPin: Hashable, Sendable {
  /// The revision that was rolled back to; what is in force is its copy, with a number of its own.
  public var rollbackOf: Int
  public var actor: String
  public var note: String
  public var since: Timestamp

  public init(rollbackOf: Int, actor: String, note: String, since: Timestamp) {
    self.rollbackOf = rollbackOf
    self.actor = actor
    self.note = note
    self.since = since
  }

  public var json: JSONValue {
    [
      "rollback_of": .int(rollbackOf), "actor": .string(actor), "reason": .string(note), "since": .time(since),
    ]
  }

  public init?(json: JSONValue) {
    guard let number = json["rollback_of"]?.int, let actor = json["actor"]?.string, let note = json["reason"]?.string,
      let since = json["since"]?.time
    else { return nil }
    self.init(rollbackOf: Int(number), actor: actor, note: note, since: since)
  }
}

/// A rollback, or the end of one, for the record.
public struct RevisionCommand: Hashable, Sendable {
  /// Such as `rollback 3` or `unpin`.
  public var verb: String
  public var note: String
  /// What the manifests' desk has made of it.
  public var verdict: CommandVerdict

  public init(verb: String, note: String, verdict: CommandVerdict) {
    self.verb = verb
    self.note = note
    self.verdict = verdict
  }
}

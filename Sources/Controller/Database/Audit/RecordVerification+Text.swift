public import Reconciler

extension RecordVerification {
  /// One chain in one place.
  struct Part {
    var truth: CheckpointCheck.Truth
    var chain: String
    var first: Int64
    var last: Int64
    var records: Int64
  }

  var parts: [Part] {
    var parts: [Part] = []
    if let journal, let chain = journal.chain {
      parts.append(
        Part(
          truth: .journal, chain: chain, first: journal.firstSequence, last: journal.lastSequence,
          records: journal.records))
    }
    for chain in database?.chains ?? [] {
      parts.append(
        Part(
          truth: .database, chain: chain.id, first: chain.firstSequence, last: chain.lastSequence,
          records: chain.records))
    }
    return parts + exported
  }

  /// Whether somebody who can write to all that was read would still have been found out.
  public var isBacked: Bool { !parts.isEmpty && parts.allSatisfy { bound($0) > 0 } }

  /// The last record of a chain that something binds which such a person could not change: a signature that was checked, or
  /// a checkpoint that was carried off.
  func bound(_ part: Part) -> Int64 {
    max(check.proven(part.chain, in: part.truth), check.carried(part.chain, in: part.truth))
  }

  /// The report for people, without the findings and the verdict.
  public var report: [String] {
    let sums = parts.map { part in
      (part.truth.word + ":").padded(13)
        + "chain \(part.chain), \(Count.of(Int(part.records), "record")), \(part.first) to \(part.last)"
    }
    return (sums.isEmpty ? ["records:     none"] : sums) + [checkpointLine] + (isIntact ? proof : [])
  }

  private var checkpointLine: String {
    let places = check.set.tallies.map { "\($0.tally.total) in \($0.origin.name)" }
    let total = check.set.total
    guard total.total > 0 else {
      return "checkpoints: none"
        + (places.isEmpty ? "" : " in " + check.set.tallies.map(\.origin.name).joined(separator: " or "))
    }
    var sorts: [String] = []
    if total.proven > 0 { sorts.append("\(total.proven) signed, and the signature is right") }
    if total.unchecked > 0 {
      sorts.append(
        check.set.hasKeys
          ? "\(total.unchecked) signed by another key than was given, not checked"
          : "\(total.unchecked) signed, not checked without --public-key FILE")
    }
    if total.unsigned > 0 { sorts.append("\(total.unsigned) unsigned, which is weaker") }
    return "checkpoints: \(places.joined(separator: ", ")); \(sorts.joined(separator: "; "))"
  }

  /// What is proven, and what is not.
  private var proof: [String] {
    var proven = ["no record between the first and the last was edited, removed, inserted or moved"]
    if database != nil {
      proven.append(
        "the columns, trades and revisions in the database say what the records say, and changes are refused")
    }
    if !exported.isEmpty {
      proven.append("the files are those of the manifest, and the tables and revisions say what the records say")
    }
    if database?.comparedWithJournal == true, journal?.chain != nil {
      proven.append("the journal and the database have the same records")
    }
    var open: [String] = []
    for part in parts {
      let bound = bound(part)
      let isSigned = check.proven(part.chain, in: part.truth) == bound
      let by = isSigned ? "signed checkpoints bind" : "checkpoints that were carried off bind"
      if bound > 0 { proven.append("\(by) \(part.truth.rawValue) up to record \(bound)") }
      if part.first > 1 {
        open.append("\(part.truth.rawValue) begins with record \(part.first): what was before it is not seen here")
      }
      if bound > 0, bound < part.last {
        open.append(
          "that \(part.truth.rawValue) after record \(bound) is the original: no checkpoint covers it yet, and whoever can "
            + "write there could have cut or rewritten it")
      }
    }
    if !parts.isEmpty, !isBacked { open.append(weakness) }
    return proven.map { "proven:      " + $0 } + open.map { "not proven:  " + $0 }
  }

  /// What nothing that was read can tell.
  private var weakness: String {
    let who: String
    var with = [
      "signed checkpoints (--public-key FILE)", "checkpoints that were carried off the host (--checkpoints FILE)",
    ]
    switch (journal != nil, database != nil) {
    case (true, true): who = "both the state directory and the database"
    case (true, false):
      who = "the state directory"
      with.insert("the database (--database URL)", at: 0)
    case (false, true):
      who = "the database as its administrator"
      with.insert("the journal (--state DIR)", at: 0)
    case (false, false): who = "the export, or to what it was made from"
    }
    return
      "that the end was not cut, and nothing rewritten with new hashes, by somebody who can write to \(who): compare "
      + "with \(with.dropLast().joined(separator: ", ")) or \(with.last ?? "")"
  }

  /// The last line for people.
  public var verdict: String {
    isIntact ? isBacked || parts.isEmpty ? "intact" : "intact, as far as this can tell" : "TAMPERED"
  }

  /// For programs.
  public var json: JSONValue {
    [
      "format_version": 1, "intact": .bool(isIntact), "backed": .bool(isBacked),
      "findings": .array(findings.map { .string($0) }),
      "chains": .array(
        parts.map { part in
          [
            "place": .string(part.truth.word), "chain": .string(part.chain),
            "first": .int(part.first), "last": .int(part.last), "records": .int(part.records),
            "covered": .int(check.covered(part.chain, in: part.truth)),
            "covered_by_checked_signature": .int(check.proven(part.chain, in: part.truth)),
          ]
        }),
      "checkpoints": .array(
        check.set.tallies.map { origin, tally in
          [
            "place": .string(origin.name), "total": .int(tally.total), "signature_checked": .int(tally.proven),
            "signature_not_checked": .int(tally.unchecked), "unsigned": .int(tally.unsigned),
          ]
        }),
    ]
  }
}

extension CheckpointCheck.Truth {
  fileprivate var word: String {
    switch self {
    case .journal: "journal"
    case .database: "database"
    case .export: "export"
    }
  }
}

extension String {
  fileprivate func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

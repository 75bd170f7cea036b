/// One thing that is wrong with checkpoints, or with a record by the word of one.
public struct CheckpointFinding: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A line of a file is no checkpoint.
    case unreadable
    /// The signature is not the key's.
    case badSignature = "bad_signature"
    /// Two checkpoints name different hashes for one record.
    case contradiction
    /// The record has another hash than the checkpoint on it.
    case rewritten
    /// A checkpoint covers a record beyond the end.
    case tailCut = "tail_cut"
    /// A checkpoint covers a record that is missing before the end.
    case missing
    /// A whole chain that a checkpoint covers is gone.
    case chainGone = "chain_gone"
  }

  public let kind: Kind
  public let chain: String
  public let sequence: Int64?
  /// One sentence: what is there and what would be right.
  public let message: String

  public var description: String { message }
}

/// Checkpoints from wherever they are kept, with their signatures judged.
public struct CheckpointSet: Sendable {
  /// Where checkpoints come from: what must hold of them differs.
  public enum Origin: Hashable, Sendable {
    /// `checkpoints.jsonl` of the state directory.
    case state
    /// `trading.checkpoints`.
    case database
    /// The file of an export.
    case export
    /// A file that was carried off.
    case file(String)

    public var name: String {
      switch self {
      case .state: "the state directory"
      case .database: "the database"
      case .export: "the export"
      case .file(let path): path
      }
    }

    var isCarried: Bool { if case .file = self { true } else { false } }
  }

  /// How many there are of each sort from one place.
  public struct Tally: Hashable, Sendable {
    public var total = 0
    /// Signed by a key that was given, and rightly.
    public var proven = 0
    /// Signed by a key that was not given.
    public var unchecked = 0
    public var unsigned = 0
  }

  struct Entry: Sendable {
    var hash: String
    var isProven: Bool
    var ofDatabase: Bool
    /// It is in a file that was carried off.
    var isCarried: Bool
    /// For messages.
    var origin: Origin
  }

  /// After so many findings the rest is not told.
  static let maximumFindings = 1_000

  private(set) var entries: [String: [Int64: Entry]] = [:]
  public private(set) var tallies: [(origin: Origin, tally: Tally)] = []
  public private(set) var findings: [CheckpointFinding] = []
  private let keys: [String: CheckpointPublicKey]

  /// - Parameter keys: the public keys that signatures are checked with.
  public init(keys: [CheckpointPublicKey] = []) {
    self.keys = Dictionary(keys.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  public var isEmpty: Bool { entries.isEmpty }
  public var hasKeys: Bool { !keys.isEmpty }
  /// Of all places together, each checkpoint as often as it is kept.
  public var total: Tally {
    tallies.reduce(into: Tally()) { sum, next in
      sum.total += next.tally.total
      sum.proven += next.tally.proven
      sum.unchecked += next.tally.unchecked
      sum.unsigned += next.tally.unsigned
    }
  }

  /// Adds the checkpoints of a file, line by line. A line that a crash left unfinished at the end is passed over.
  public mutating func add(file path: String, origin: Origin) throws(JournalError) {
    begin(origin)
    var number = 0
    try CheckpointFile.each(path) { (checkpoint, _) throws(JournalError) in
      number += 1
      if let checkpoint {
        add(checkpoint, origin)
      } else {
        note(.unreadable, "", nil, "line \(number) of \(path) is no checkpoint")
      }
      return true
    }
  }

  /// Adds checkpoints one by one: call this first, so that a place without any is told as well.
  mutating func begin(_ origin: Origin) {
    if !tallies.contains(where: { $0.origin == origin }) { tallies.append((origin, Tally())) }
  }

  mutating func add(_ checkpoint: Checkpoint, _ origin: Origin) {
    let isProven = judge(checkpoint, origin)
    let name = "the checkpoint on record \(checkpoint.sequence) of chain \(checkpoint.chain) in \(origin.name)"
    guard var known = entries[checkpoint.chain]?[checkpoint.sequence] else {
      entries[checkpoint.chain, default: [:]][checkpoint.sequence] = Entry(
        hash: checkpoint.hash, isProven: isProven, ofDatabase: origin == .database,
        isCarried: origin.isCarried, origin: origin)
      return
    }
    if known.hash != checkpoint.hash {
      note(
        .contradiction, checkpoint.chain, checkpoint.sequence,
        "\(name) names another hash than that in \(known.origin.name)")
      // What is signed counts, then what was carried off.
      guard isProven && !known.isProven || !known.isProven && origin.isCarried && !known.isCarried else { return }
      known = Entry(
        hash: checkpoint.hash, isProven: false, ofDatabase: known.ofDatabase, isCarried: false, origin: origin)
    }
    known.isProven = known.isProven || isProven
    known.ofDatabase = known.ofDatabase || origin == .database
    known.isCarried = known.isCarried || origin.isCarried
    entries[checkpoint.chain]?[checkpoint.sequence] = known
  }

  /// Whether a key that was given says that it is right.
  private mutating func judge(_ checkpoint: Checkpoint, _ origin: Origin) -> Bool {
    guard let index = tallies.firstIndex(where: { $0.origin == origin }) else { return false }
    tallies[index].tally.total += 1
    guard let id = checkpoint.keyID, checkpoint.signature != nil else {
      tallies[index].tally.unsigned += 1
      return false
    }
    guard let key = keys[id] else {
      tallies[index].tally.unchecked += 1
      return false
    }
    guard key.verifies(checkpoint) else {
      note(
        .badSignature, checkpoint.chain, checkpoint.sequence,
        "the signature of the checkpoint on record \(checkpoint.sequence) of chain \(checkpoint.chain) in \(origin.name) is "
          + "not that of key \(id)")
      return false
    }
    tallies[index].tally.proven += 1
    return true
  }

  private mutating func note(_ kind: CheckpointFinding.Kind, _ chain: String, _ sequence: Int64?, _ message: String) {
    guard findings.count < Self.maximumFindings else { return }
    findings.append(CheckpointFinding(kind: kind, chain: chain, sequence: sequence, message: message))
  }
}

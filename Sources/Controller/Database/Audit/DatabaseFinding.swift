/// One thing that is wrong with the records in the database.
public struct DatabaseFinding: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// A record, or the link between two.
    case chain(ChainProblem.Kind)
    /// A column says something else than the record that it derives from.
    case column(String)
    /// The chain does not begin with its first record, though the local journal has it.
    case startCut
    /// The chain is shorter than a checkpoint, or the local journal, says that it was.
    case tailCut
    /// The record is another one than the local journal's, or than a checkpoint's.
    case rewritten
    /// A row that derives from a record is missing, or has no record.
    case derivedRow(table: String)
    /// Nothing refuses changes to a table any more.
    case unguarded(table: String)
    /// The function by which changes are refused is another one.
    case hollowGuard
    /// A whole chain that a checkpoint covers is gone.
    case chainGone
    /// A checkpoint itself is wrong.
    case checkpoint(CheckpointFinding.Kind)

    init(_ kind: CheckpointFinding.Kind) {
      self =
        switch kind {
        case .unreadable, .badSignature, .contradiction: .checkpoint(kind)
        case .rewritten: .rewritten
        case .tailCut: .tailCut
        case .missing: .chain(.missing)
        case .chainGone: .chainGone
        }
    }
  }

  public let kind: Kind
  public let chain: String
  /// The record's sequence, or the first missing one.
  public let sequence: Int64?
  /// One sentence: what is there and what would be right.
  public let message: String

  public var description: String {
    (chain.isEmpty || message.contains(chain) ? "" : "chain \(chain): ") + message
  }
}

/// What the records in a database amount to.
public struct DatabaseVerification: Sendable {
  /// One chain in the database.
  public struct Chain: Hashable, Sendable {
    public let id: String
    public var firstSequence: Int64 = 0
    public var lastSequence: Int64 = 0
    public var lastHash: String?
    public var records: Int64 = 0

    init(id: String) { self.id = id }
  }

  public var chains: [Chain] = []
  /// At most `DatabaseVerifier.maximumFindings`.
  public var findings: [DatabaseFinding] = []
  /// What the checkpoints say.
  public var check = CheckpointCheck(CheckpointSet())
  /// Whether the end was compared with a local journal; without one, and without checkpoints, a tail that was cut cannot
  /// be seen.
  public var comparedWithJournal = false

  public var isIntact: Bool { findings.isEmpty }
}

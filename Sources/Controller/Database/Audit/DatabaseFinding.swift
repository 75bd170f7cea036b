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
  }

  public let kind: Kind
  public let chain: String
  /// The record's sequence, or the first missing one.
  public let sequence: Int64?
  /// One sentence: what is there and what would be right.
  public let message: String

  public var description: String {
    (chain.isEmpty ? "" : "chain \(chain): ") + message
  }
}

/// What the records in a database amount to.
public struct DatabaseVerification: Hashable, Sendable {
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
  /// Checkpoints compared.
  public var checkpoints = 0
  /// Whether the end was compared with a local journal; without one, and without checkpoints, a tail that was cut cannot
  /// be seen.
  public var comparedWithJournal = false

  public var isIntact: Bool { findings.isEmpty }
}

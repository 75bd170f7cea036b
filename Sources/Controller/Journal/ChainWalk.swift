/// What is wrong with a line, or between two.
public struct ChainProblem: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The line is not a record's line.
    case unreadable
    /// The line's hash is not that of its text.
    case edited
    /// The line is linked to another one than the one before it.
    case brokenLink = "broken_link"
    /// Sequences are left out.
    case missing
    /// A sequence comes again, or too late.
    case outOfOrder = "out_of_order"
    /// The line belongs to another chain.
    case wrongChain = "wrong_chain"
  }

  public let kind: Kind
  /// The record's sequence, or the first missing one; `nil` if it cannot be read.
  public let sequence: Int64?
  /// One sentence: what is there and what would be right.
  public let message: String
}

/// Follows a chain line by line and says where it breaks. After a break it goes on from what the line states, so that one
/// change is one finding. Works on the text alone, from files or from the database.
public struct ChainWalk: Sendable {
  /// The chain's id; the first line states it if nobody did before.
  public private(set) var chain: String?
  /// The highest sequence so far.
  public private(set) var last: Int64?
  private var lastHash: String?

  /// From the beginning, or from whatever line comes first.
  public init() {}

  /// - Parameters:
  ///   - chain: the id that lines must have; `nil` takes the first line's.
  ///   - sequence: the sequence before the first line.
  ///   - hash: the hash of that one; `nil` if it is not known.
  public init(chain: String?, after sequence: Int64, hash: String?) {
    self.chain = chain
    last = sequence
    lastHash = hash
  }

  /// Takes the next line; the line is `nil` if it cannot be read.
  public mutating func step(_ bytes: [UInt8]) -> (line: JournalLine?, problems: [ChainProblem]) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      return unreadable("not a journal line: it is not UTF-8")
    }
    do throws(JournalError) {
      let line = try JournalLine.parse(text)
      return (line, check(line))
    } catch {
      return unreadable(error.description)
    }
  }

  private mutating func unreadable(_ message: String) -> (line: JournalLine?, problems: [ChainProblem]) {
    let sequence = last.map { $0 + 1 }
    last = sequence
    lastHash = nil
    return (nil, [ChainProblem(kind: .unreadable, sequence: sequence, message: message)])
  }

  private mutating func check(_ line: JournalLine) -> [ChainProblem] {
    var problems: [ChainProblem] = []
    func add(_ kind: ChainProblem.Kind, _ sequence: Int64, _ message: String) {
      problems.append(ChainProblem(kind: kind, sequence: sequence, message: message))
    }
    if !line.verifyHash() {
      add(.edited, line.sequence, "record \(line.sequence) was edited: its hash is not that of its text")
    }
    if let chain, chain != line.chain {
      add(.wrongChain, line.sequence, "record \(line.sequence) is of chain \(line.chain), not \(chain)")
    }
    chain = chain ?? line.chain
    if line.sequence == 1, line.prevHash != JournalLine.firstPrevHash {
      add(.brokenLink, 1, "the prev_hash of record 1 must be zeros")
    }
    let expected = last.map { $0 + 1 } ?? line.sequence
    if line.sequence < expected {
      add(.outOfOrder, line.sequence, "record \(line.sequence) comes again or too late: \(expected) would be next")
      return problems
    }
    if line.sequence > expected {
      let range =
        expected == line.sequence - 1 ? "record \(expected) is" : "records \(expected) to \(line.sequence - 1) are"
      add(.missing, expected, "\(range) missing before record \(line.sequence)")
    } else if let lastHash, lastHash != line.prevHash {
      add(
        .brokenLink, line.sequence,
        "the prev_hash of record \(line.sequence) is not the hash of record \(line.sequence - 1)")
    }
    last = line.sequence
    lastHash = line.hash
    return problems
  }
}

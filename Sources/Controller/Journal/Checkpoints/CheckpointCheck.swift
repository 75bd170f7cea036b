/// Compares records with the checkpoints on them, wherever either is kept: give it every line of every place, then ask.
public struct CheckpointCheck: Sendable {
  /// Where a record was read.
  public enum Truth: String, Hashable, Sendable {
    case journal = "the journal"
    case database = "the database"
    case export = "the export"
  }

  /// The records of one chain in one place.
  private struct Reach {
    var first: Int64
    var last: Int64
    /// Records that a checkpoint is on, and whose hash is its hash.
    var met: Set<Int64> = []
    /// The last of these whose checkpoint has a checked signature.
    var proven: Int64 = 0
    /// The same of those in a file that was carried off, and of all.
    var carried: Int64 = 0
    var covered: Int64 = 0
  }

  public let set: CheckpointSet
  /// Told the number of records seen so far, now and then.
  var progress: @Sendable (Int64) -> Void = { _ in }
  private var seen: Int64 = 0
  private var reaches: [Truth: [String: Reach]] = [:]
  private var truths: Set<Truth> = []
  public private(set) var findings: [CheckpointFinding] = []

  public init(_ set: CheckpointSet) { self.set = set }

  /// A place is read, though it may have no record.
  mutating func begin(_ truth: Truth) { truths.insert(truth) }

  mutating func see(_ line: JournalLine, in truth: Truth) {
    seen += 1
    if seen.isMultiple(of: 10_000) { progress(seen) }
    var reach = reaches[truth]?[line.chain] ?? Reach(first: line.sequence, last: line.sequence)
    reach.last = max(reach.last, line.sequence)
    if let entry = set.entries[line.chain]?[line.sequence] {
      if entry.hash == line.hash {
        reach.met.insert(line.sequence)
        reach.covered = max(reach.covered, line.sequence)
        if entry.isCarried { reach.carried = max(reach.carried, line.sequence) }
        if entry.isProven { reach.proven = max(reach.proven, line.sequence) }
      } else {
        note(
          .rewritten, line.chain, line.sequence,
          "record \(line.sequence) in \(truth.rawValue) has another hash than the checkpoint on it (\(entry.origin.name)): "
            + "it, or one before it, was rewritten")
      }
    }
    reaches[truth, default: [:]][line.chain] = reach
  }

  /// What the checkpoints ask for and no place has. To be called once, at the end.
  ///
  /// - Parameter wanted: of which records, where not all were meant to be there.
  mutating func finish(_ wanted: (_ chain: String, _ sequence: Int64) -> Bool = { _, _ in true }) {
    for (chain, entries) in set.entries.sorted(by: { $0.key < $1.key }) {
      for (sequence, entry) in entries.sorted(by: { $0.key < $1.key }) where wanted(chain, sequence) {
        finish(chain, sequence, entry)
      }
    }
  }

  private mutating func finish(_ chain: String, _ sequence: Int64, _ entry: CheckpointSet.Entry) {
    // What the database itself says was there must be there; anything else may be wherever the record is kept.
    let places =
      entry.ofDatabase && truths.contains(.database) ? [Truth.database] : truths.sorted { $0.rawValue < $1.rawValue }
    guard !places.contains(where: { reaches[$0]?[chain].map { $0.first <= sequence && sequence <= $0.last } ?? false })
    else {
      // There, or there and rewritten, which is told; a hole within is told by the walk, and by this.
      let isMet = places.contains { reaches[$0]?[chain]?.met.contains(sequence) ?? false }
      if !isMet, !findings.contains(where: { $0.kind == .rewritten && $0.chain == chain && $0.sequence == sequence }) {
        note(.missing, chain, sequence, "a checkpoint covers record \(sequence) of chain \(chain), which is not there")
      }
      return
    }
    let found = places.compactMap { reaches[$0]?[chain] }
    let where_ = places.map(\.rawValue).joined(separator: " and ")
    guard let last = found.map(\.last).max() else {
      if !findings.contains(where: { $0.kind == .chainGone && $0.chain == chain }) {
        let newest = set.entries[chain]?.keys.max() ?? sequence
        note(
          .chainGone, chain, newest,
          "checkpoints (\(entry.origin.name)) cover chain \(chain) up to record \(newest), and \(where_) has nothing of it: "
            + "it was removed, or another chain was begun in its place")
      }
      return
    }
    guard sequence > last else { return }
    note(
      .tailCut, chain, sequence,
      "a checkpoint (\(entry.origin.name)) covers record \(sequence) of chain \(chain), and \(where_) ends with \(last): "
        + "the end was cut")
  }

  /// The last record of a chain in a place on which a checkpoint agrees; 0 without any.
  public func covered(_ chain: String, in truth: Truth) -> Int64 { reaches[truth]?[chain]?.covered ?? 0 }

  /// The same, of checkpoints whose signature was checked.
  public func proven(_ chain: String, in truth: Truth) -> Int64 { reaches[truth]?[chain]?.proven ?? 0 }

  /// The same, of checkpoints that were carried off.
  public func carried(_ chain: String, in truth: Truth) -> Int64 { reaches[truth]?[chain]?.carried ?? 0 }

  private mutating func note(_ kind: CheckpointFinding.Kind, _ chain: String, _ sequence: Int64?, _ message: String) {
    guard findings.count < CheckpointSet.maximumFindings else { return }
    findings.append(CheckpointFinding(kind: kind, chain: chain, sequence: sequence, message: message))
  }
}

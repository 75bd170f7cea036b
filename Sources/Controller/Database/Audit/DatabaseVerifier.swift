import Foundation
import Reconciler

/// Recomputes every chain in the database from its records' text and compares all that derives from them: finds records
/// that were edited, deleted, inserted or reordered, a rewritten or cut end, and guards that were taken away.
///
/// It reads one consistent state, page by page. Blocks: use it through `DatabaseThread`.
public struct DatabaseVerifier {
  /// After so many findings the rest is not told.
  public static let maximumFindings = 1_000
  private static let page = 1_000

  private let connection: PostgresConnection
  private var result = DatabaseVerification()
  private var check: CheckpointCheck

  /// - Parameters:
  ///   - stateDirectory: a local journal to compare the end with.
  ///   - checkpoints: from other places; those in the database are added.
  ///   - others: shows the records of other places to the comparison with the checkpoints.
  public static func verify(
    _ target: DatabaseTarget, stateDirectory: String? = nil, checkpoints: CheckpointSet = CheckpointSet(),
    progress: @escaping @Sendable (Int64) -> Void = { _ in },
    _ others: (inout CheckpointCheck) throws(DatabaseError) -> Void = { _ in }
  ) throws(DatabaseError) -> DatabaseVerification {
    var verifier = DatabaseVerifier(connection: try AuditQueries(target).connect(), checkpoints)
    verifier.check.progress = progress
    try verifier.run(stateDirectory, others)
    return verifier.result
  }

  private init(connection: PostgresConnection, _ checkpoints: CheckpointSet) {
    self.connection = connection
    check = CheckpointCheck(checkpoints)
  }

  private mutating func run(
    _ stateDirectory: String?, _ others: (inout CheckpointCheck) throws(DatabaseError) -> Void
  ) throws(DatabaseError) {
    // The local end first: what is written meanwhile makes the database longer, which is fine.
    let local = try stateDirectory.map { directory throws(DatabaseError) in try LocalEnd(directory) }
    try connection.run(script: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try checkGuards()
    var set = check.set
    try DatabaseCheckpoints(connection: connection).add(to: &set)
    let progress = check.progress
    check = CheckpointCheck(set)
    check.progress = progress
    check.begin(.database)
    let chains = try connection.query("SELECT DISTINCT chain FROM trading.agent_logs ORDER BY chain", seconds: 300)
    for row in chains.rows { try walk(row[0] ?? "") }
    try compareDerived()
    if let local { try compare(local) }
    try connection.run(script: "ROLLBACK")
    try others(&check)
    check.finish()
    for finding in check.set.findings + check.findings {
      add(DatabaseFinding.Kind(finding.kind), finding.chain, finding.sequence, finding.message)
    }
    result.check = check
  }

  private mutating func walk(_ id: String) throws(DatabaseError) {
    var chain = DatabaseVerification.Chain(id: id)
    var walk = ChainWalk()
    var last = "0"
    while true {
      let rows = try connection.query(RecordColumns.query, [id, last, "\(Self.page)"], seconds: 120).rows
      guard let end = rows.last?[1] else { break }
      last = end
      for row in rows {
        let (line, problems) = walk.step(Array((row[0] ?? "").utf8))
        for problem in problems { add(.chain(problem.kind), id, problem.sequence, problem.message) }
        for column in RecordColumns.differences(row) {
          let name = column == "seq" ? "id" : column
          add(.column(name), id, row[1].flatMap { Int64($0) }, "record \(row[1] ?? "?"): column \(name) was changed")
        }
        guard let line else { continue }
        check.see(line, in: .database)
        if chain.records == 0 { chain.firstSequence = line.sequence }
        chain.records += 1
        chain.lastSequence = max(chain.lastSequence, line.sequence)
        chain.lastHash = line.hash
      }
    }
    result.chains.append(chain)
  }

  private mutating func compareDerived() throws(DatabaseError) {
    var found: [(String, String, Int64?, String)] = []
    try DerivedRows(connection: connection).compare { found.append(($0, $1, $2, $3)) }
    for (table, chain, sequence, message) in found { add(.derivedRow(table: table), chain, sequence, message) }
  }

  /// The triggers that refuse changes, on each append-only table, unconditionally, also for replication; and that what
  /// they call refuses.
  private mutating func checkGuards() throws(DatabaseError) {
    let rows = try connection.query(
      """
      SELECT n FROM unnest(ARRAY['agent_logs', 'agent_trades', 'manifest_revisions', 'checkpoints']) AS n
      WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = to_regclass('trading.' || n) AND t.tgname = 'append_only'
        AND t.tgenabled = 'A' AND t.tgtype & 63 = 58 AND t.tgqual IS NULL AND t.tgattr = ''
        AND t.tgfoid = to_regprocedure('trading.refuse_change()'))
      """
    ).rows
    for row in rows {
      let table = row[0] ?? ""
      add(
        .unguarded(table: table), "", nil,
        "trading.\(table) has no trigger append_only that is always enabled and without a condition: changes are not "
          + "refused")
    }
    let function = try connection.query(
      """
      SELECT p.prosrc FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
      WHERE p.oid = to_regprocedure('trading.refuse_change()') AND l.lanname = 'plpgsql' AND p.proconfig IS NULL
      """
    ).value
    if function != Migration.refusal {
      add(
        .hollowGuard, "", nil,
        "the function trading.refuse_change, which the triggers call, is not the one of this program: changes may not be "
          + "refused")
    }
  }

  private mutating func compare(_ local: LocalEnd) throws(DatabaseError) {
    result.comparedWithJournal = true
    guard let chain = local.chain else { return }
    let remote = result.chains.first { $0.id == chain }
    let last = remote?.lastSequence ?? 0
    if last < local.shipped {
      add(
        .tailCut, chain, local.shipped,
        "the end was cut: the journal says that \(local.shipped) records were in the database, and \(last) are")
    }
    guard let remote, remote.records > 0 else { return }
    if remote.firstSequence > local.firstSequence {
      add(
        .startCut, chain, local.firstSequence,
        "the chain begins with record \(remote.firstSequence), and the journal with \(local.firstSequence)")
    }
    let common = min(last, local.lastSequence)
    guard let line = local.line(common) else { return }
    let row = try connection.query(
      "SELECT record FROM trading.agent_logs WHERE chain = $1 AND id = $2", [chain, "\(common)"]
    ).value
    guard let row else { return }
    if row != line.text {
      add(.rewritten, chain, common, "record \(common) is another one than the local journal's")
    }
    if last > local.lastSequence {
      add(
        .rewritten, chain, local.lastSequence + 1,
        "the database has record \(last), and the local journal ends with \(local.lastSequence)")
    }
  }

  private mutating func add(
    _ kind: DatabaseFinding.Kind, _ chain: String, _ sequence: Int64?, _ message: String
  ) {
    guard result.findings.count < Self.maximumFindings else { return }
    result.findings.append(DatabaseFinding(kind: kind, chain: chain, sequence: sequence, message: message))
  }
}

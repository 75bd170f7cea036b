import HTTPTypes
import Reconciler
import Synchronization

/// Reads revisions off the disk for REST: on threads of their own, few at a time, and each summary once, for a revision never
/// changes.
final class RevisionReader: Sendable {
  private struct State {
    var summaries: [Int: StoredRevision.Summary] = [:]
    var damaged: [Int: String] = [:]
    var readers = 0
  }

  private let store: RevisionStore
  private let state = Mutex(State())

  private static let mostReaders = 4
  /// What one page may read anew.
  private static let mostReads = 200

  init(_ store: RevisionStore) { self.store = store }

  struct Page: Sendable {
    var revisions: [Listed] = []
    var current = 0
    var next: Int?
    /// Why some are missing.
    var damaged: [String] = []
  }

  struct Listed: Sendable {
    let summary: StoredRevision.Summary
    let isCurrent: Bool
  }

  /// The newest first, those before number `before`.
  func page(before: Int, limit: Int, current: Int) async throws(Problem) -> Page {
    try await reading { [self] () throws(RevisionError) in
      var page = Page(current: current)
      for number in try store.numbers().reversed() where number < before {
        guard page.revisions.count < limit else {
          page.next = page.revisions.last?.summary.number
          break
        }
        if let summary = summary(number) {
          page.revisions.append(Listed(summary: summary, isCurrent: number == current))
        } else if let why = state.withLock({ $0.damaged[number] }) {
          page.damaged.append(why)
        }
      }
      return page
    }
  }

  func revision(_ number: Int) async throws(Problem) -> StoredRevision {
    try await reading { [self] () throws(RevisionError) in try store.revision(number) }
  }

  private func summary(_ number: Int) -> StoredRevision.Summary? {
    if let known = state.withLock({ $0.summaries[number] }) { return known }
    do throws(RevisionError) {
      let summary = try store.revision(number).summary
      state.withLock { state in
        if state.summaries.count > 10_000 { state.summaries = [:] }
        state.summaries[number] = summary
        state.damaged[number] = nil
      }
      return summary
    } catch {
      state.withLock { $0.damaged[number] = "revision \(number) cannot be read" }
      return nil
    }
  }

  private func reading<Value: Sendable>(
    _ body: @escaping @Sendable () throws(RevisionError) -> Value
  ) async throws(Problem) -> Value {
    let isFree = state.withLock { state in
      guard state.readers < Self.mostReaders else { return false }
      state.readers += 1
      return true
    }
    guard isFree else {
      throw Problem(.serviceUnavailable, "Busy", "Other requests read revisions just now; try again at once.")
        .with(.retryAfter, "1")
    }
    defer { state.withLock { $0.readers -= 1 } }
    do throws(RevisionError) {
      return try await Blocking.run("mt4-revisions", body)
    } catch {
      switch error {
      case .unknown(let number):
        throw Problem(.notFound, "There is no such revision", "There is no revision \(number).")
      case .damaged, .tooLarge, .system:
        throw Problem(.internalServerError, "The revision cannot be read", "Look at the controller's state directory.")
      }
    }
  }
}

/// What REST says of revisions.
enum RevisionDocuments {
  private static let members: [Document<RevisionReader.Listed>.Member] = [
    .count("revision") { $0.summary.number },
    .word("sha256") { $0.summary.fingerprint },
    .time("loaded_at") { $0.summary.loadedAt },
    .word("actor") { $0.summary.actor },
    .text("git_commit") { $0.summary.gitCommit },
    .maybeCount("rollback_of") { $0.summary.rollbackOf.map { Int64($0) } },
    .text("reason") { $0.summary.reason },
    .count("agents") { $0.summary.agents },
    .flag("current") { $0.isCurrent },
  ]

  static let listed = Document<RevisionReader.Listed>("Revision", members)

  static let page = Document<RevisionReader.Page>(
    "Revisions",
    [
      .count("count") { $0.revisions.count },
      .count("current") { $0.current },
      .list("revisions", listed) { $0.revisions },
      .text("next_cursor") { $0.next.map { String($0) } },
      .texts("damaged") { $0.damaged },
    ])

  struct Whole: Sendable {
    let revision: StoredRevision
    let isCurrent: Bool
  }

  static let whole = Document<Whole>(
    "WholeRevision",
    [
      .count("revision") { $0.revision.number },
      .word("sha256") { $0.revision.fingerprint },
      .time("loaded_at") { $0.revision.loadedAt },
      .word("actor") { $0.revision.actor },
      .text("git_commit") { $0.revision.gitCommit },
      .maybeCount("rollback_of") { $0.revision.rollbackOf.map { Int64($0) } },
      .text("reason") { $0.revision.reason },
      .flag("current") { $0.isCurrent },
      .value("files", .map(.string)) { whole in
        .object(
          Dictionary(
            whole.revision.files.map { ($0.name, .string(String(decoding: $0.bytes, as: UTF8.self))) },
            uniquingKeysWith: { _, last in last }))
      },
      .value("normalised", .any) { $0.revision.normalised },
    ])
}

// Audit: what auditors ask, of the database or of a local journal, and the verification of both. Read-only; the answers are
// the records' own lines, so that every number printed can be recomputed.

import Foundation
public import Reconciler

/// Which records an auditor wants.
public struct AuditFilter: Hashable, Sendable {
  /// The agent's id or its name in the manifests; `nil` for all, the fleet's included.
  public var agent: String?
  /// From this instant on.
  public var since: Timestamp?
  /// Before this instant.
  public var until: Timestamp?
  /// Only these; all when empty.
  public var events: Set<EventType> = []
  public var reasons: Set<Reason> = []
  /// The newest so many, at least 1.
  public var limit: Int

  public init(agent: String? = nil, since: Timestamp? = nil, until: Timestamp? = nil, limit: Int = 1_000) {
    self.agent = agent
    self.since = since
    self.until = until
    self.limit = max(1, limit)
  }

  /// Reads a day (`2026-11-01`, its midnight in UTC) or an RFC 3339 instant; `nil` for another text.
  public static func instant(_ text: String) -> Timestamp? {
    let pattern = /(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:[Zz]|([-+])(\d\d):(\d\d)))?/
    guard let found = text.wholeMatch(of: pattern) else { return nil }
    let fraction = (found.3.map { String($0) } ?? "").padding(toLength: 6, withPad: "0", startingAt: 0)
    guard let local = Timestamp(rfc3339: "\(found.1)T\(found.2 ?? "00:00:00").\(fraction)Z") else { return nil }
    let minutes = (found.5.flatMap { Int($0) } ?? 0) * 60 + (found.6.flatMap { Int($0) } ?? 0)
    let offset = Duration.seconds(minutes * 60)
    return found.4 == "-" ? local + offset : local - offset
  }

  /// Whether a record of a local journal is wanted.
  ///
  /// - Parameter ids: the agents that the filter's `agent` names.
  func takes(_ record: Record, ids: Set<String>) -> Bool {
    if agent != nil, !(record.agent.map { ids.contains($0.text) } ?? false) { return false }
    if !events.isEmpty, !events.contains(record.type) { return false }
    if !reasons.isEmpty, !(record.reason.map { reasons.contains($0) } ?? false) { return false }
    if let since, record.createdAt < since { return false }
    if let until, record.createdAt >= until { return false }
    return true
  }
}

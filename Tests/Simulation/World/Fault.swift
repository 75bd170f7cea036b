@testable import Reconciler

/// What the simulated world can do to the controller: the closed list of classes that a run draws from. A run in which a
/// class never fired is red.
enum Fault: String, CaseIterable, Codable {
  // A POST.
  case requestLost, executedReplyLost, executedLate, executedAfterQuarantine, code128, code142, http504
  case slowReply, successWithoutTicket, refusal, partialFill, racedByHand, noResult
  // A read.
  case readFailure, slowRead, staleList, partialList, emptyList, duplicateTicket, emptyHistory, historyLacksRows
  case partFails
  // A terminal, for a while or for good.
  case terminalDown, terminalRestart, wrongAccount, unauthorized, historyOff, ordersOff, serverOffset, renumbered
  case commentsRewritten, commentsCut
  // The market and people at the terminal.
  case closedByStop, closedByHand, partlyClosedByHand, openedByHand, stopsMovedByHand, pendingByHand
  case deposit, withdrawal, credit, marketJump, marketClosed
  // The process.
  case killed, killedLosingRecords, killedWithPostReaching, killedWithPostLost, stoppedInOrder, frozen
  // The record.
  case databaseDown, databaseDownAtStart, databaseFull, databaseReadOnly, databaseHung, databaseSlow
  case commitUnknown, databaseRestored, slowDisk, spaceLow, spaceReserve, spaceExhausted, anotherController
  case forked, newSegment, stateDirectoryLost, memoriesLate
  // The clock.
  case clockForward, clockBack, clockDrift, daylightSaving, weekend
  // Operators.
  case edited, disabled, orphaned, emergencyStop, emergencyByHost, badManifest, emptied, swapped, reloadStorm
  case paused, resumed, resolved, forgotten
  // What comes seldom by chance, each with draws of its own: two partial closes between two looks, a partial fill whose
  // answer is lost, a manifest that changes while an exit is on its way and is refused for the moment, another address of
  // the same terminal, and another terminal with another account.
  case closedInParts, partialReplyLost, declaredMeanwhile, movedPort, movedAccount
  // Limits over the fleet, and a storm of more than one day.
  case correlationLimited, leverageLimited, longDay
  // As many targets as max_positions lets, a stranger's position beside them, and answers that are lost; and a target that
  // is declared against another agent's position just while that agent's list lies; and an order that runs without an answer
  // at a terminal whose clock is off from then on.
  case crowded, declaredAgainstLie, clockOffInDoubt
}

/// How often each class of fault fired, in which detail, and which edges of the core's state machines were taken.
struct FaultCounts {
  private(set) var counts: [String: Int] = [:]

  init(_ counts: [String: Int] = [:]) { self.counts = counts }

  mutating func fired(_ fault: Fault) { counts[fault.rawValue, default: 0] += 1 }

  mutating func fired(_ kind: RefusalKind) {
    fired(.refusal)
    counts["refusal.\(kind.rawValue)", default: 0] += 1
  }

  mutating func fired(_ code: ReadFailure.Code) {
    fired(.readFailure)
    counts["read.\(code.rawValue)", default: 0] += 1
  }

  mutating func took(_ edge: String) { counts["edge.\(edge)", default: 0] += 1 }

  mutating func add(_ other: FaultCounts) { counts.merge(other.counts, uniquingKeysWith: +) }

  /// Everything that a whole run must have seen.
  static let required: [String] =
    Fault.allCases.map(\.rawValue) + RefusalKind.allCases.map { "refusal.\($0.rawValue)" }
    + readCodes.map { "read.\($0.rawValue)" } + Edges.required.map { "edge.\($0)" }

  /// All but `cancelled`, which is the controller's own doing.
  static let readCodes = ReadFailure.Code.allCases.filter { $0 != .cancelled }

  var missing: [String] { Self.required.filter { counts[$0] == nil } }

  /// Edges that were taken and need not be.
  var unexpected: [String] {
    let known = Set(Self.required)
    return counts.keys.filter { $0.hasPrefix("edge.") && !known.contains($0) }.map { String($0.dropFirst(5)) }.sorted()
  }

  /// What fired least.
  var rarest: [(name: String, times: Int)] {
    let fired = Self.required.compactMap { name in counts[name].map { (name, $0) } }
    return fired.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(5).map { ($0.0, $0.1) }
  }
}

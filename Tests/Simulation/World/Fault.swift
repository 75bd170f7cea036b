@testable import Reconciler

/// What the simulated world can do to the controller: the closed list of classes that a run draws from. A run in which a
/// class never fired is red.
enum Fault: String, CaseIterable {
  // A POST.
  case requestLost, executedReplyLost, executedLate, executedAfterQuarantine, code128, http504, slowReply
  case successWithoutTicket, refusal
  // A read.
  case readFailure, slowRead, staleList, partialList, emptyList, duplicateTicket, emptyHistory, historyLacksRows
  // A terminal, for a while or for good.
  case terminalDown, terminalRestart, wrongAccount, unauthorized, historyOff, ordersOff
  case commentsRewritten, commentsCut
  // The market and people at the terminal.
  case closedByStop, closedByHand, partlyClosedByHand, openedByHand, stopsMovedByHand, pendingByHand
  case deposit, withdrawal, credit, marketJump, marketClosed
  // The process.
  case killed, killedLosingRecords, killedWithPostReaching, killedWithPostLost, stoppedInOrder, frozen
  // The record.
  case databaseDown, databaseHung, databaseSlow, slowDisk, spaceLow, spaceReserve, spaceExhausted, anotherController
  case forked, newSegment
  // The clock.
  case clockForward, clockBack
  // Operators.
  case edited, disabled, orphaned, emergencyStop, badManifest, paused, resumed, resolved, forgotten
}

/// How often each class of fault fired, and in which detail.
struct FaultCounts {
  private(set) var counts: [String: Int] = [:]

  mutating func fired(_ fault: Fault) { counts[fault.rawValue, default: 0] += 1 }

  mutating func fired(_ kind: RefusalKind) {
    fired(.refusal)
    counts["refusal.\(kind.rawValue)", default: 0] += 1
  }

  mutating func fired(_ code: ReadFailure.Code) {
    fired(.readFailure)
    counts["read.\(code.rawValue)", default: 0] += 1
  }

  mutating func add(_ other: FaultCounts) { counts.merge(other.counts, uniquingKeysWith: +) }

  /// Everything that a whole run must have seen.
  static let required: [String] =
    Fault.allCases.map(\.rawValue) + RefusalKind.allCases.map { "refusal.\($0.rawValue)" }
    + readCodes.map { "read.\($0.rawValue)" }

  /// All but `cancelled`, which is the controller's own doing.
  static let readCodes = ReadFailure.Code.allCases.filter { $0 != .cancelled }

  var missing: [String] { Self.required.filter { counts[$0] == nil } }
}

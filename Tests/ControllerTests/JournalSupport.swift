import Reconciler

@testable import Controller

extension Record {
  /// A small record; made `sequence` seconds after 2026-11-01T08:00:00Z.
  static func plain(_ sequence: Int64, message: String = "text", type: EventType = .heartbeat) -> Record {
    Record(
      sequence: sequence, agent: nil, type: type, reason: nil, message: message, metadata: [:], actionID: nil,
      revision: 0, observedAt: nil, createdAt: Timestamp(seconds: 1_793_520_000 + sequence))
  }
}

@testable import Reconciler

// S7 and S10: what has ended stays ended, as long as the manifest says so.
extension Checker {
  /// What the record says of a target last.
  struct Ending {
    var agent: AgentID
    var target: String
    var sequence: Int64
    /// The spec that a position's end has spent; `nil`: it holds a position, or may have one.
    var specKey: String?
  }

  mutating func noteEnding(_ agent: AgentID?, _ target: String?, _ sequence: Int64, specKey: String?) {
    guard let agent, let target else { return }
    endings.removeAll { $0.agent == agent && $0.target == target && $0.sequence < durable - Self.endingsKept }
    endings.append(Ending(agent: agent, target: target, sequence: sequence, specKey: specKey))
  }

  /// More than any crash takes away.
  private static let endingsKept: Int64 = 5000

  /// A spec that says `never` is opened once.
  mutating func judgeReopening(_ open: LiveAction, _ id: AgentID) {
    guard !hasLostMemory, let key = open.specKey, key.hasSuffix(" never") else { return }
    let last = endings.last { $0.agent == id && $0.target == open.target }
    if last?.specKey == key {
      fail("S7", "\(id) opens target \(open.target ?? "") again, whose position has ended, and reopen is never")
    }
  }

  /// A breach ends with a later day, where the manifest lets it end by itself.
  mutating func judgeResume(_ id: AgentID) {
    guard let k = latch(id, breach: true), let pause = latches[k].pause, let spec = spec(id) else { return }
    if spec.risk.resume == .manual { fail("S10", "\(id) resumes after its breach, and only a person may resume it") }
    let days = [anchors, earlyAnchors].compactMap { $0.last { $0.agent == id }?.day }
    if let today = days.max(), today <= pause.day {
      fail("S10", "\(id) resumes on \(today), the day of its breach is \(pause.day)")
    }
  }
}

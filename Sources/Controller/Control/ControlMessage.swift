// Control: what a person on this host says to a running controller, over a Unix socket. The peer's uid is the actor. A
// request is one line of JSON, the answer another; the core decides, and every command is recorded with its reason.

public import Reconciler

/// What can be said over the control socket.
public enum ControlRequest: Hashable, Sendable {
  case reload(wait: Bool)
  case pause(agent: String, reason: String)
  case resume(agent: String, reason: String)
  case resolve(action: String, executed: Bool, ticket: Int64?, reason: String)
  case forget(agent: String, reason: String)
  case emergencyStop(reason: String)
  case emergencyClear(reason: String)
  case rollback(revision: Int, allowsOrphans: Bool, reason: String)
  case unpin(reason: String)
}

/// What came of it.
public struct ControlAnswer: Hashable, Sendable {
  public enum Code: String, Hashable, Sendable, CaseIterable {
    case done
    /// The request, or a name in it, makes no sense here.
    case invalid
    /// Refused by a guard.
    case refused
    /// The manifests are not valid; the old revision stays in force.
    case rejected
    /// Nobody can say yet: it may have taken effect, or may still.
    case unknown
  }

  public var code: Code
  public var message: String
  /// Manifest errors, each as it is printed.
  public var errors: [String] = []

  public init(_ code: Code, _ message: String, errors: [String] = []) {
    self.code = code
    self.message = message
    self.errors = errors
  }
}

extension ControlRequest {
  public var json: JSONValue {
    switch self {
    case .reload(let wait): ["command": "reload", "wait": .bool(wait)]
    case .pause(let agent, let reason): ["command": "pause", "agent": .string(agent), "reason": .string(reason)]
    case .resume(let agent, let reason): ["command": "resume", "agent": .string(agent), "reason": .string(reason)]
    case .resolve(let action, let executed, let ticket, let reason):
      .fields([
        "command": "resolve", "action": .string(action), "executed": .bool(executed), "ticket": ticket.map { .int($0) },
        "reason": .string(reason),
      ])
    case .forget(let agent, let reason): ["command": "forget", "agent": .string(agent), "reason": .string(reason)]
    case .emergencyStop(let reason): ["command": "emergency-stop", "reason": .string(reason)]
    case .emergencyClear(let reason): ["command": "emergency-clear", "reason": .string(reason)]
    case .rollback(let revision, let allowsOrphans, let reason):
      [
        "command": "rollback", "revision": .int(revision), "allow_orphans": .bool(allowsOrphans),
        "reason": .string(reason),
      ]
    case .unpin(let reason): ["command": "unpin", "reason": .string(reason)]
    }
  }

  /// `nil` unless it is what `json` writes; a reason is never empty.
  public init?(json: JSONValue) {
    let reason = json["reason"]?.string ?? ""
    let agent = json["agent"]?.string ?? ""
    switch json["command"]?.string {
    case "reload": self = .reload(wait: json["wait"]?.bool ?? false)
    case "pause" where !agent.isEmpty && !reason.isEmpty: self = .pause(agent: agent, reason: reason)
    case "resume" where !agent.isEmpty && !reason.isEmpty: self = .resume(agent: agent, reason: reason)
    case "forget" where !agent.isEmpty && !reason.isEmpty: self = .forget(agent: agent, reason: reason)
    case "emergency-stop" where !reason.isEmpty: self = .emergencyStop(reason: reason)
    case "emergency-clear" where !reason.isEmpty: self = .emergencyClear(reason: reason)
    case "rollback" where !reason.isEmpty:
      guard let revision = json["revision"]?.int, (1...Int64(Int32.max)).contains(revision) else { return nil }
      self = .rollback(
        revision: Int(revision), allowsOrphans: json["allow_orphans"]?.bool ?? false, reason: reason)
    case "unpin" where !reason.isEmpty: self = .unpin(reason: reason)
    case "resolve":
      guard let action = json["action"]?.string, let executed = json["executed"]?.bool, !reason.isEmpty else {
        return nil
      }
      self = .resolve(action: action, executed: executed, ticket: json["ticket"]?.int, reason: reason)
    default: return nil
    }
  }
}

extension ControlAnswer {
  public var json: JSONValue {
    ["code": .string(code.rawValue), "message": .string(message), "errors": .array(errors.map { .string($0) })]
  }

  public init?(json: JSONValue) {
    guard let code = json["code"]?.string.flatMap({ Code(rawValue: $0) }), let message = json["message"]?.string else {
      return nil
    }
    self.init(code, message, errors: (json["errors"]?.array ?? []).compactMap(\.string))
  }
}

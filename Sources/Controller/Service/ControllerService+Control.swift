import Dispatch
import Logging
import Reconciler
import Synchronization

// What a person on the host says, brought to the manifest desk and to the loop.
extension ControllerService {
  /// `nil` where there can be none: the controller does its work without it, and says so.
  func startControl() -> ControlServer? {
    let path = ControlPath.own(state: options.state, environment: options.environment)
    do throws(ControlError) {
      return try ControlServer(path: path) { [self] request, actor in obey(request, actor) }
    } catch {
      log.error("there is no control socket: \(error)", metadata: .keys([.path: path]))
      return nil
    }
  }

  /// Blocks until it is obeyed or refused, with a deadline; runs on a connection's thread.
  private func obey(_ request: ControlRequest, _ actor: String) -> ControlAnswer {
    switch request {
    case .reload(let wait): reloadAnswer(wait: wait, actor)
    case .pause(let name, let reason): named(name) { command(.pause($0, reason: reason), actor) }
    case .resume(let name, let reason): named(name) { command(.resume($0, reason: reason), actor) }
    case .forget(let name, let reason): named(name) { command(.forget($0, reason: reason), actor) }
    case .emergencyStop(let reason): command(.emergencyStop(reason: reason), actor)
    case .emergencyClear(let reason): command(.emergencyClear(reason: reason), actor)
    case .rollback(let number, let allowsOrphans, let reason):
      atDesk { desk, done in
        desk.rollback(
          to: number, reason: reason, allowsOrphans: allowsOrphans, actor: actor, picture: board.picture, done)
      }
    case .unpin(let reason): atDesk { desk, done in desk.unpin(reason: reason, actor: actor, done) }
    case .resolve(let action, let executed, let ticket, let reason):
      command(
        .resolve(actionID: action, executed: executed, ticket: ticket.map { Ticket($0) }, reason: reason), actor)
    }
  }

  private func named(_ name: String, _ body: (AgentID) -> ControlAnswer) -> ControlAnswer {
    let agents = board.picture?.agents ?? [:]
    if agents[AgentID(name)] != nil { return body(AgentID(name)) }
    if let match = agents.values.first(where: { $0.metadataName == name }) { return body(match.id) }
    // An agent that only the journal knows has no picture, but can be forgotten by its id.
    return body(AgentID(name))
  }

  private func command(_ command: Command, _ actor: String) -> ControlAnswer {
    let verdict: CommandVerdict? = wait { done in
      mailbox.post(.command(command, actor: actor, answer: done))
    }
    switch verdict {
    case .done(let text)?: return ControlAnswer(.done, text)
    case .refused(let why)?: return ControlAnswer(.refused, why)
    case .unknownName(let name)?: return ControlAnswer(.invalid, "the controller knows no \(name)")
    case nil: return ControlAnswer(.unknown, Self.mayStillHappen("10 s"))
    }
  }

  private func reloadAnswer(wait: Bool, _ actor: String) -> ControlAnswer {
    guard wait else {
      reload(actor: actor)
      return ControlAnswer(.done, "a reload is on its way")
    }
    var keys: AccessKeyError?
    let errors: [ManifestDiagnostic]? = self.wait(.seconds(50)) { done in keys = reloadAll(actor: actor, done) }
    guard let errors else {
      return ControlAnswer(.unknown, Self.mayStillHappen("50 s"))
    }
    guard errors.isEmpty else {
      return ControlAnswer(
        .rejected, "\(Count.of(errors.count, "error")); the old revision stays in force",
        errors: errors.map(\.description))
    }
    // A token that was taken away goes on counting: nobody may take that for done.
    if let keys { return ControlAnswer(.invalid, "\(acceptedText); the keys of REST stay as they were: \(keys)") }
    return ControlAnswer(.done, acceptedText)
  }

  /// The files may be as good as they like: while a rollback holds, they are not what is in force.
  private var acceptedText: String {
    guard let pin = try? RevisionStore(stateDirectory: options.state).pin() else { return "the manifests are accepted" }
    return "the manifests are valid and say what they said at the rollback to revision \(pin.pin.rollbackOf), which "
      + "stays in force until they change or `mt4ctl unpin`"
  }

  private func atDesk(
    _ body: (ManifestDesk, @escaping @Sendable (ControlAnswer) -> Void) -> Void
  ) -> ControlAnswer {
    guard let desk = manifestDesk else { return ControlAnswer(.refused, "the controller is still starting; try again") }
    return wait { body(desk, $0) } ?? ControlAnswer(.unknown, Self.mayStillHappen("10 s"))
  }

  /// What was asked for waits for the disk or the loop, and may be done after the one who asked has gone.
  private static func mayStillHappen(_ time: String) -> String {
    "the controller did not answer within \(time); it may still take effect: look at `mt4ctl get agents` and the log "
      + "before you go on"
  }

  private func wait<Value: Sendable>(
    _ limit: Duration = .seconds(10), _ start: (@escaping @Sendable (Value) -> Void) -> Void
  ) -> Value? {
    let box = AnswerBox<Value>()
    start { box.put($0) }
    return box.take(within: limit)
  }
}

/// Carries an answer from the loop's thread to the one that waits for it.
private final class AnswerBox<Value: Sendable>: Sendable {
  private let value: Mutex<Value?> = Mutex(nil)
  private let answered = DispatchSemaphore(value: 0)

  func put(_ new: Value) {
    value.withLock { $0 = new }
    answered.signal()
  }

  func take(within limit: Duration) -> Value? {
    _ = answered.wait(timeout: .now() + .microseconds(Int(clamping: limit.inMicroseconds)))
    return value.withLock { $0 }
  }
}

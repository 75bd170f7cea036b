import CDispatch
import Glibc
import Logging
import Reconciler
import Synchronization

/// Listens on the control socket, on threads of its own: one that accepts, and one for each of a few connections.
final class ControlServer: Sendable {
  private static let mostConnections = 16
  private let path: String
  private let listener: Int32
  private let handle: @Sendable (ControlRequest, String) -> ControlAnswer
  private let state = Mutex(State())

  private struct State {
    var isStopped = false
    var connections = 0
  }

  /// - Parameter handle: obeys a request of an actor; called on a thread that may block.
  init(
    path: String, handle: @escaping @Sendable (ControlRequest, String) -> ControlAnswer
  ) throws(ControlError) {
    self.path = path
    self.handle = handle
    listener = try LocalSocket.listen(path: path)
    Blocking.start("mt4-control") { [self] in accept() }
  }

  func stop() {
    let wasStopped = state.withLock { state in
      defer { state.isStopped = true }
      return state.isStopped
    }
    guard !wasStopped else { return }
    shutdown(listener, Int32(SHUT_RDWR))
    unsafe unlink(path)
  }

  private func accept() {
    while !state.withLock({ $0.isStopped }) {
      let descriptor = Glibc.accept(listener, nil, nil)
      guard descriptor >= 0 else {
        // Out of descriptors or interrupted: rest a little instead of spinning.
        Blocking.pause(.milliseconds(50))
        continue
      }
      // Not for processes that are started from here, such as an embedded server: they would keep it open.
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      let admitted = state.withLock { state in
        guard state.connections < Self.mostConnections else { return false }
        state.connections += 1
        return true
      }
      guard admitted else {
        close(descriptor)
        continue
      }
      Blocking.start("mt4-control") { [self] in
        serve(LocalSocket(descriptor: descriptor))
        state.withLock { $0.connections -= 1 }
      }
    }
    close(listener)
  }

  private func serve(_ socket: LocalSocket) {
    guard let bytes = socket.line(within: .seconds(5)) else { return }
    let answer: ControlAnswer
    if let json = try? JSONParser.parse(bytes), let request = ControlRequest(json: json) {
      answer = handle(request, "uid \(socket.peer.map { String($0) } ?? "unknown")")
    } else {
      answer = ControlAnswer(.invalid, "this is no request; all but reload need a reason")
    }
    _ = socket.send(answer.json.canonicalBytes, within: .seconds(5))
  }
}

/// Where the control socket is.
public enum ControlPath {
  static let name = "control.sock"

  /// Where the controller makes it.
  static func own(state: String, environment: [String: String]) -> String {
    (environment["RUNTIME_DIRECTORY"].flatMap { $0.isEmpty ? nil : $0 } ?? state) + "/" + name
  }

  /// Where a client looks, in this order.
  public static func candidates(socket: String?, state: String?, environment: [String: String]) -> [String] {
    if let socket { return [socket] }
    var paths: [String] = []
    if let path = environment["MT4_SOCKET"], !path.isEmpty { paths.append(path) }
    if let folder = environment["RUNTIME_DIRECTORY"], !folder.isEmpty { paths.append("\(folder)/\(name)") }
    paths.append("/run/mt4-controller/\(name)")
    paths.append((state ?? environment["MT4_STATE"] ?? "/var/lib/mt4-controller") + "/\(name)")
    return paths
  }
}

/// Says one thing to a running controller.
public enum ControlClient {
  /// Asks at the first path where a controller listens. Blocks, with a deadline; not for the cooperative pool.
  public static func ask(
    _ request: ControlRequest, at paths: [String], within limit: Duration = .seconds(60)
  ) throws(ControlError) -> ControlAnswer {
    var last = ControlError(isUnreachable: true, description: "there is no path to ask at")
    for path in paths {
      let socket: LocalSocket
      do throws(ControlError) {
        socket = try LocalSocket.connect(path: path)
      } catch {
        last = error
        continue
      }
      guard socket.send(request.json.canonicalBytes, within: .seconds(5)), let bytes = socket.line(within: limit),
        let json = try? JSONParser.parse(bytes), let answer = ControlAnswer(json: json)
      else {
        throw ControlError(isUnreachable: true, description: "the controller at \(path) did not answer in time")
      }
      return answer
    }
    throw paths.count == 1
      ? last
      : ControlError(
        isUnreachable: true, description: "no controller listens at any of: " + paths.joined(separator: ", "))
  }
}

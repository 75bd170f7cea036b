import CDispatch
import Glibc

/// Why the control socket does not work.
public struct ControlError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Whether nothing listens there at all.
  public let isUnreachable: Bool
  public let description: String
}

/// One end of a connected Unix socket; closed when it is let go. Every wait has a deadline, every line a limit.
final class LocalSocket {
  static let maximumLine = 1 << 20
  private let descriptor: Int32
  private var buffer: [UInt8] = []

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { Glibc.close(descriptor) }

  /// The user id of the process at the other end, as the kernel knows it.
  var peer: UInt32? {
    // `struct ucred` is three 32-bit numbers: process, user, group. Swift's Glibc does not show it.
    var credentials: [UInt32] = [0, 0, 0]
    var size = socklen_t(12)
    guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0, size == 12 else {
      return nil
    }
    return credentials[1]
  }

  /// Connects to a listening socket.
  static func connect(path: String) throws(ControlError) -> LocalSocket {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw failure("cannot make a socket", path) }
    let end = LocalSocket(descriptor: descriptor)
    let result = try unsafe withAddress(path) { unsafe Glibc.connect(descriptor, $0, $1) }
    guard result == 0 else { throw failure("no controller listens", path) }
    return end
  }

  /// Listens at a path of mode 0660; what a dead process left there is replaced.
  static func listen(path: String) throws(ControlError) -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw failure("cannot make a socket", path) }
    // The state directory's lock is ours, so nobody else can be listening here.
    unsafe unlink(path)
    let bound = try unsafe withAddress(path) { unsafe bind(descriptor, $0, $1) }
    guard bound == 0, unsafe chmod(path, 0o660) == 0, Glibc.listen(descriptor, 16) == 0 else {
      let error = failure("cannot listen", path)
      Glibc.close(descriptor)
      throw error
    }
    return descriptor
  }

  private static func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws(ControlError) -> Int32 {
    var address = sockaddr_un()
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw ControlError(isUnreachable: false, description: "the path \(path) is too long for a socket (107 bytes)")
    }
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  private static func failure(_ what: String, _ path: String) -> ControlError {
    ControlError(isUnreachable: true, description: "\(what) at \(path): \(SystemText.message(errno))")
  }

  /// The next line, without its end; `nil` when the time is over, the other end is gone, or the line is too long.
  func line(within limit: Duration) -> [UInt8]? {
    let end = ContinuousClock.now + limit
    while true {
      if let index = buffer.firstIndex(of: 10) {
        defer { buffer.removeFirst(index + 1) }
        return Array(buffer[..<index])
      }
      guard buffer.count < Self.maximumLine, wait(for: Int16(POLLIN), until: end) else { return nil }
      var chunk = [UInt8](repeating: 0, count: 16_384)
      let count = unsafe recv(descriptor, &chunk, chunk.count, Int32(MSG_DONTWAIT))
      if count < 0, Self.isToBeTriedAgain(errno) { continue }
      guard count > 0 else { return nil }
      buffer.append(contentsOf: chunk[..<count])
    }
  }

  /// Sends a line; false when it could not be sent whole in time.
  func send(_ line: [UInt8], within limit: Duration) -> Bool {
    let end = ContinuousClock.now + limit
    var rest = (line + [10])[...]
    while !rest.isEmpty {
      guard wait(for: Int16(POLLOUT), until: end) else { return false }
      let bytes = Array(rest)
      // Without DONTWAIT a line that is longer than the socket's room would wait for its reader, whatever the limit.
      let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
      let count = unsafe Glibc.send(descriptor, bytes, bytes.count, flags)
      if count < 0, Self.isToBeTriedAgain(errno) { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private static func isToBeTriedAgain(_ code: Int32) -> Bool { code == EAGAIN || code == EINTR }

  private func wait(for events: Int16, until end: ContinuousClock.Instant) -> Bool {
    while true {
      let left = end - ContinuousClock.now
      guard left > .zero else { return false }
      var entry = pollfd(fd: descriptor, events: events, revents: 0)
      let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1
      let count = unsafe poll(&entry, 1, Int32(clamping: milliseconds))
      if count < 0, errno == EINTR { continue }
      return count > 0
    }
  }
}

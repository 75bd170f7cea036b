import CLibCurl
import Glibc

/// A descriptor that is closed with its owner.
final class FileDescriptor: Sendable {
  let number: Int32

  init(_ number: Int32, for call: String) throws(BridgeError) {
    guard number >= 0 else { throw BridgeError(code: .system, message: "\(call) failed with errno \(errno)") }
    self.number = number
  }

  deinit { _ = Glibc.close(number) }

  /// Makes an eventfd readable.
  func signal() { _ = eventfd_write(number, 1) }

  /// Makes an eventfd unreadable until the next signal.
  func drain() {
    var value: eventfd_t = 0
    _ = unsafe eventfd_read(number, &value)
  }
}

import CDispatch
import Glibc

/// Texts of the C library as Swift strings.
enum SystemText {
  /// What `errno` means, such as `No space left on device`.
  static func message(_ errno: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard unsafe strerror_r(errno, &buffer, buffer.count) == 0 else { return "error \(errno)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

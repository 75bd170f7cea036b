import Foundation

/// Data goes to stdout, errors to stderr.
enum Terminal {
  static func out(_ text: String) { write(text, to: STDOUT_FILENO) }

  static func error(_ text: String) { write(text.hasSuffix("\n") ? text : text + "\n", to: STDERR_FILENO) }

  static let isOutTerminal = isatty(STDOUT_FILENO) == 1
  static let isErrorTerminal = isatty(STDERR_FILENO) == 1

  /// Whether stdout may be coloured: a terminal that can, and nobody who said NO_COLOR (no-color.org).
  static let isColoured =
    isOutTerminal && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
    && ProcessInfo.processInfo.environment["TERM"] != "dumb"

  /// A reader that has gone (`mt4ctl get actions | head`) has had enough: that is no error worth a word.
  private static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR || errno == EAGAIN { continue }
        exit(errno == EPIPE ? 141 : 1)
      }
      rest = rest.dropFirst(count)
    }
  }
}

/// How a word in a table is to look, where the terminal has colours.
enum Tone {
  case plain, good, attention, bad, faint, strong

  func paint(_ text: String) -> String {
    let code =
      switch self {
      case .plain: ""
      case .good: "32"
      case .attention: "33"
      case .bad: "31"
      case .faint: "2"
      case .strong: "1"
      }
    return code.isEmpty || !Terminal.isColoured || text.isEmpty ? text : "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}

import Foundation

/// Data goes to stdout, errors to stderr.
enum Terminal {
  static func out(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

  static func error(_ text: String) {
    FileHandle.standardError.write(Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
  }
}

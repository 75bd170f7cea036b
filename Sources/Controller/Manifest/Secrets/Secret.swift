// Secrets: a reference in, a value out that does not show itself. Nothing here logs, and no error holds any part of a
// secret. `validate` never comes here.

import Crypto

/// A token, or the like. Printing, interpolating or dumping it gives `***`.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The secret itself, for the one place that sends it.
  public let exposed: String

  public init(_ exposed: String) { self.exposed = exposed }

  public var description: String { "***" }
  public var debugDescription: String { "***" }
  public var customMirror: Mirror { Mirror(self, children: []) }

  /// Tells two secrets apart within this process, and says nothing about either: 16 hexadecimal digits of a SHA-256
  /// whose salt is random and dies with the process.
  public var version: String {
    var hash = SHA256()
    hash.update(data: Self.salt)
    hash.update(data: Array(exposed.utf8))
    return Hexadecimal.text(hash.finalize().prefix(8))
  }

  private static let salt: [UInt8] = {
    var random = SystemRandomNumberGenerator()
    return (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
  }()
}

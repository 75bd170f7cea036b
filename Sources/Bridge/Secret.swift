/// A text that is used and never shown: printing, interpolating, dumping and reflecting it give a placeholder.
public struct Secret: Sendable {
  /// The text itself. Only what puts it on the wire may read it.
  let exposed: String

  public init(_ text: String) { exposed = text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "(secret)" }
  public var debugDescription: String { "(secret)" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Makes a terminal's own words fit for a message: bounded, on one line, and without what must not be shown.
struct TextCleaner: Sendable {
  /// In characters.
  static let limit = 200

  private let hidden: [Secret]

  /// - Parameter hidden: texts that are replaced wherever they occur; empty ones are ignored.
  init(hiding hidden: [Secret]) { self.hidden = hidden.filter { !$0.exposed.isEmpty } }

  func clean(_ text: String) -> String {
    var out = text
    // First, so that a cut cannot leave half of a secret. A hostile text is cut before that, at a size that no secret spans.
    if out.utf8.count > 64 << 10 { out = String(out.prefix(16 << 10)) }
    for secret in hidden { out = Self.replace(secret.exposed, in: out) }
    out = String(out.prefix(Self.limit))
    return String(String.UnicodeScalarView(out.unicodeScalars.map { Self.isPlain($0) ? $0 : " " }))
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
    default: true
    }
  }

  private static func replace(_ secret: String, in text: String) -> String {
    text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "***")
  }
}

import HTTPTypes
import Hummingbird
import NIOCore
import Reconciler

/// What Hummingbird makes of each request, with the connection that it came on.
struct RESTContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }

  /// Who asks, as far as the connection tells.
  var client: String { channel.remoteAddress?.ipAddress ?? "local" }
}

/// A request as a route sees it: allowed, with its query read.
struct RESTRequest: Sendable {
  let request: Request
  let context: RESTContext
  let query: QueryText
  /// Who asks; `nil` for anybody, where anybody may.
  var principal: Principal?
  /// Whether who asks may see more than anybody.
  var isTrusted = false

  /// A part of the path that the route names in braces, decoded.
  func part(_ name: String) throws(Problem) -> String {
    guard let text = context.parameters.get(name).flatMap({ QueryText.decoded($0[...], plusIsSpace: false) }) else {
      throw .badParameter(name, "it cannot be read; write percent-encoded UTF-8.")
    }
    return text
  }

  func header(_ name: HTTPField.Name) -> String? { request.headers[name] }
}

/// A query, read strictly: a parameter comes once, and is percent-encoded UTF-8.
struct QueryText: Sendable {
  private let values: [String: String]

  /// - Parameter known: other parameters are refused, so that a misspelt filter is not taken for none; `nil`: any may
  ///   come, and none counts.
  init(_ text: String?, known: [String]?) throws(Problem) {
    guard let known else {
      values = [:]
      return
    }
    var values: [String: String] = [:]
    for pair in (text ?? "").split(separator: "&", maxSplits: 64, omittingEmptySubsequences: true) {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decoded(parts[0], plusIsSpace: true) else {
        throw Problem(.badRequest, "The query cannot be read", "Write percent-encoded UTF-8.")
      }
      if !known.contains(name) {
        let right = known.isEmpty ? "It takes none." : "It takes \(known.joined(separator: ", "))."
        throw .badParameter(ShownText.short(name), "there is no such parameter. \(right)")
      }
      guard let value = Self.decoded(parts.count > 1 ? parts[1] : "", plusIsSpace: true) else {
        throw .badParameter(ShownText.short(name), "its value cannot be read; write percent-encoded UTF-8.")
      }
      guard values.updateValue(value, forKey: name) == nil else {
        throw .badParameter(name, "it is given more than once.")
      }
    }
    self.values = values
  }

  subscript(_ name: String) -> String? { values[name] }

  func int(_ name: String, in range: ClosedRange<Int64>) throws(Problem) -> Int64? {
    guard let text = values[name] else { return nil }
    guard let value = Int64(text), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), range.contains(value) else {
      throw .badParameter(name, "write a whole number from \(range.lowerBound) to \(range.upperBound).")
    }
    return value
  }

  func time(_ name: String) throws(Problem) -> Timestamp? {
    guard let text = values[name] else { return nil }
    if let time = AuditFilter.instant(text) { return time }
    throw .badParameter(
      name, "write a time as in RFC 3339, such as 2026-11-21T08:00:00Z, or a date, such as 2026-11-21.")
  }

  static func decoded(_ text: Substring, plusIsSpace: Bool) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+") where plusIsSpace: bytes.append(0x20)
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
        bytes.append(high << 4 | low)
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }
}

/// One server-sent event.
public struct ServerEvent: Hashable, Sendable {
  /// The record's sequence; `nil` for an event that is no record.
  public var id: String?
  public var type: String
  public var data: String
}

/// Cuts a stream of bytes into server-sent events, as the HTML standard says, as far as the controller uses it.
struct EventStreamParser {
  /// A line, and an event, may not be longer.
  static let maximumBytes = 8 << 20

  private var line: [UInt8] = []
  private var id: String?
  private var type = "message"
  private var data: [String] = []
  private var size = 0
  private(set) var isTooLarge = false

  /// The events that these bytes complete.
  mutating func push(_ bytes: some Sequence<UInt8>) -> [ServerEvent] {
    var events: [ServerEvent] = []
    for byte in bytes {
      guard byte == 0x0A else {
        if size < Self.maximumBytes { line.append(byte) } else { isTooLarge = true }
        size += 1
        continue
      }
      if line.last == 0x0D { line.removeLast() }
      let text = String(decoding: line, as: UTF8.self)
      line.removeAll(keepingCapacity: true)
      if text.isEmpty {
        if let event = finish() { events.append(event) }
      } else {
        take(text)
      }
    }
    return events
  }

  private mutating func take(_ line: String) {
    let name = line.prefix { $0 != ":" }
    var value = line.dropFirst(name.count + 1)
    if value.first == " " { value = value.dropFirst() }
    switch name {
    case "id": id = String(value)
    case "event": type = String(value)
    case "data": data.append(String(value))
    case _: break  // A comment, or a field that is none of ours.
    }
  }

  private mutating func finish() -> ServerEvent? {
    defer { (id, type, data, size) = (nil, "message", [], 0) }
    return data.isEmpty ? nil : ServerEvent(id: id, type: type, data: data.joined(separator: "\n"))
  }
}

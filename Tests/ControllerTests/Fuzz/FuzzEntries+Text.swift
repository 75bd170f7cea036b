import Logging
import Reconciler

@testable import Controller

/// Any text, wherever it is written between marks of a format: it must come back, and must not end its place early. Compared
/// by bytes, since Swift takes texts for equal that are not.
extension FuzzEntry {
  static func text(_ bytes: [UInt8]) -> String? {
    let text = String(decoding: bytes, as: UTF8.self)
    if !isKept(asCell: text) { return "a CSV cell does not come back" }
    if !isKept(asOption: text) { return "a libpq option does not come back" }
    if !isKept(asYAML: text) { return "a YAML text does not come back" }
    if !isOneValue(inLog: text) { return "a value of a log line ends early" }
    if NotifyState.line(text).utf8.contains(where: { $0 < 0x20 }) { return "a status of two lines" }
    if !isOneSample(text) { return "a label of a metric ends early" }
    return nil
  }

  /// RFC 4180, read as the letter has it.
  private static func isKept(asCell text: String) -> Bool {
    // A record's texts have no control characters.
    let text = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 }))
    let quote = UInt8(ascii: "\"")
    var rest = Array(CSVText.row([text, "end"]).utf8)[...]
    var cell: [UInt8] = []
    if rest.first == quote {
      rest.removeFirst()
      while let byte = rest.popFirst() {
        if byte != quote {
          cell.append(byte)
        } else if rest.first == quote {
          cell.append(quote)
          rest.removeFirst()
        } else {
          break
        }
      }
    } else {
      while let byte = rest.first, byte != UInt8(ascii: ",") {
        if byte == quote { return false }
        cell.append(byte)
        rest.removeFirst()
      }
    }
    guard Array(rest) == Array(",end\r\n".utf8) else { return false }
    return cell == Array(text.utf8) || cell == Array("'".utf8) + Array(text.utf8)
  }

  private static func isKept(asOption text: String) -> Bool {
    let text = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value != 0 }))
    let read = try? ConnectionString.options(of: "host=x password=\(ConnectionString.quoted(text)) port=1")
    return read.map { Array(($0["password"] ?? "").utf8) == Array(text.utf8) && $0.count == 3 } ?? false
  }

  private static func isKept(asYAML text: String) -> Bool {
    let yaml = "a: \(JSONValue.string(text).yamlText)b: 1\n"
    let file = YAMLComposer.compose(Array(yaml.utf8), maximumDocuments: 1)
    // A character that no manifest may hold is refused, not taken for another one.
    guard file.problems.isEmpty else { return true }
    guard case .mapping(let entries) = file.documents.first?.content, entries.count == 2,
      case .scalar(let read, _) = entries[0].value.content
    else { return false }
    return Array(read.utf8) == Array(text.utf8)
  }

  private static func isOneValue(inLog text: String) -> Bool {
    let head = "1970-01-01T00:00:00.000Z INFO    -  m  key="
    let line = LogLine(time: Timestamp(seconds: 0), level: .info, message: "m", values: ["key": text]).text
    guard line.utf8.starts(with: head.utf8) else { return false }
    var value = Array(line.utf8)[head.utf8.count...]
    if value.first == UInt8(ascii: "\"") {
      guard value.count > 1, value.last == UInt8(ascii: "\"") else { return false }
      value = value.dropFirst().dropLast()
    } else if value.contains(UInt8(ascii: " ")) || value.contains(UInt8(ascii: "=")) {
      return false
    }
    return !value.contains { $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D || $0 == 0x1B }
  }

  private static func isOneSample(_ text: String) -> Bool {
    var page = Exposition()
    page.sample(MetricCatalogue.agentOrders, [text], 1)
    var isEscaped = false
    var quotes = 0
    for byte in page.bytes.dropLast() {
      if byte == 0x0A { return false }
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        quotes += 1
      }
    }
    return quotes == 2 && page.bytes.last == 0x0A
  }
}

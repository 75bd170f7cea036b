// Decoding: replies of terminals into the core's types, with the tolerance of bridge.md, section 1, and no more. Pure: bytes
// come in, values or one `DecodingError` go out. Where a reply may be read in two ways, it is a failed read.

import Reconciler

/// Why a reply is not what the contract says.
struct DecodingError: Error, Hashable {
  /// `notJSON` or `malformed`.
  var code: ReadFailure.Code
  /// Names the row and the field, never a value.
  var message: String

  static func malformed(_ message: String) -> Self { Self(code: .malformed, message: message) }
}

/// What the decoders have to know of a terminal.
struct DecodingContext: Sendable {
  var symbols: SymbolNames
  var zone: ZoneRules
  var cleaner: TextCleaner
}

/// One reply, as the part of a snapshot that it is.
enum DecodedPart: Hashable, Sendable {
  case positions([Position])
  case account(Account)
  case orders([PendingOrder])
  case history([HistoryRow])
  case tick(Tick)
}

extension DecodingContext {
  func decode(_ body: [UInt8], of part: ReadPart) throws(DecodingError) -> DecodedPart {
    if let plain = try decodePlain(body, of: part) { return plain }
    return try decodeFully(body, of: part)
  }

  /// The long way, which knows every form.
  func decodeFully(_ body: [UInt8], of part: ReadPart) throws(DecodingError) -> DecodedPart {
    let document = try parse(body)
    return switch part {
    case .positions: .positions(try positions(document))
    case .account: .account(try account(document))
    case .orders: .orders(try pendingOrders(document))
    case .history: .history(try history(document))
    case .tick(let symbol): .tick(try tick(document, of: symbol))
    }
  }

  /// The fast way, for the parts that every poll reads; `nil` where only the long way can tell.
  func decodePlain(_ body: [UInt8], of part: ReadPart) throws(DecodingError) -> DecodedPart? {
    switch part {
    case .positions, .account, .orders: break
    case .history, .tick: return nil
    }
    guard let text = WireText(body) else { return nil }
    let shape = ReplyShape(cleaner: cleaner)
    switch part {
    case .positions:
      guard let rows = shape.rows(text, named: "positions", keys: Self.positionsKeys) else { return nil }
      return .positions(try positions(rows))
    case .account: return try shape.object(text).map { (fields) throws(DecodingError) in .account(try account(fields)) }
    case .orders:
      guard let rows = shape.rows(text, named: "orders", keys: Self.ordersKeys) else { return nil }
      return .orders(try pendingOrders(rows))
    case .history, .tick: return nil
    }
  }

  private func parse(_ body: [UInt8]) throws(DecodingError) -> JSONValue {
    guard !body.isEmpty else { throw DecodingError(code: .notJSON, message: "the body is empty") }
    do throws(JSONError) {
      return try JSONParser.parse(body)
    } catch {
      // The parser quotes a member's name where one comes twice: it is the terminal's text like any other.
      throw DecodingError(code: .notJSON, message: cleaner.clean(error.description))
    }
  }
}

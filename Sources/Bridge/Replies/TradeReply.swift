import Reconciler

/// The body of an answer to a trade, with its aliases and nested results drawn together.
struct TradeReply: Hashable {
  /// What `success` and the truth values of `error` say; one `false` anywhere wins. `nil` when nothing says it.
  var success: Bool?
  /// Every code that stands in it, innermost first.
  var codes: [Int] = []
  var ticket: Ticket?
  var newTicket: Ticket?
  var price: FixedDecimal?
  var lots: FixedDecimal?
  var message = ""

  /// `nil` when the body is no reply: not JSON, not an object, or a `success` that says neither.
  init?(_ body: [UInt8]) {
    guard let document = try? JSONParser.parse(body), case .object = document else { return nil }
    guard add(document, depth: 0) else { return nil }
  }

  /// Inner objects first, so that what they say of ticket and code comes before what is around them.
  private mutating func add(_ value: JSONValue, depth: Int) -> Bool {
    switch value {
    case .array(let items): return items.allSatisfy { add($0, depth: depth + 1) }
    case .null, .bool, .number, .string: return true
    case .object(let members):
      guard depth <= 8 else { return false }
      for name in FieldName.replyNested {
        guard let inner = members[name] else { continue }
        guard add(inner, depth: depth + 1) else { return false }
      }
      return add(Fields(members))
    }
  }

  private mutating func add(_ fields: Fields) -> Bool {
    if let said = fields.value(FieldName.success) {
      guard let success = Fields.bool(said) else { return false }
      claim(success)
    }
    for name in FieldName.replyCode {
      guard let value = fields.value([name]) else { continue }
      if let code = Fields.integer(value).flatMap({ Int(exactly: $0) }) {
        codes.append(code)
      } else if name == "error_code" {
        // Words in place of the number are an error all the same. Elsewhere they may be `TRADE_RETCODE_DONE`.
        add(error: value)
      }
    }
    if let error = fields.value(FieldName.replyError) { add(error: error) }
    if ticket == nil { ticket = Self.ticket(fields, FieldName.replyTicket) }
    if newTicket == nil { newTicket = Self.ticket(fields, FieldName.replyNewTicket) }
    if price == nil { price = Self.positive(fields, FieldName.replyPrice) }
    if lots == nil { lots = Self.positive(fields, FieldName.lots) }
    if message.isEmpty, let text = fields.value(FieldName.replyText)?.string { message = text }
    return true
  }

  /// `error` is a code, a text with a code in it, words, a truth value, or an object, which is a refusal of its own.
  private mutating func add(error: JSONValue) {
    switch error {
    case .number: if let code = Fields.integer(error).flatMap({ Int(exactly: $0) }) { codes.append(code) }
    case .bool(let failed): failed ? claim(false) : codes.append(0)
    case .string(let text):
      if let code = Int(text) { return codes.append(code) }
      guard !["", "none", "ok", "no error"].contains(text.lowercased()) else { return }
      claim(false)
      if message.isEmpty { message = text }
    case .object, .array: claim(false)
    case .null: break
    }
  }

  private mutating func claim(_ success: Bool) { self.success = (self.success ?? true) && success }

  private static func ticket(_ fields: Fields, _ names: [String]) -> Ticket? {
    for name in names {
      if let value = fields.value([name]), let number = Fields.integer(value), number > 0 { return Ticket(number) }
    }
    return nil
  }

  private static func positive(_ fields: Fields, _ names: [String]) -> FixedDecimal? {
    guard let number = try? fields.optionalDecimal(names), number.isPositive else { return nil }
    return number
  }
}

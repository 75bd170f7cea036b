import Reconciler

extension DecodingContext {
  func account(_ document: JSONValue) throws(DecodingError) -> Account {
    try account(try ReplyShape(cleaner: cleaner).object(document, keys: ["data", "account"]))
  }

  func account(_ fields: Fields) throws(DecodingError) -> Account {
    var account = Account(
      currency: try fields.text(FieldName.currency), leverage: try fields.leverage(),
      balance: try fields.decimal(FieldName.balance),
      credit: try fields.optionalDecimal(FieldName.credit) ?? .zero, equity: try fields.decimal(FieldName.equity),
      profit: try fields.decimal(FieldName.profit), margin: try fields.decimal(FieldName.margin),
      freeMargin: try fields.decimal(FieldName.freeMargin))
    // A terminal that is not logged in says 0: that is no account.
    account.number = try fields.optionalInteger(FieldName.account).flatMap { $0 > 0 ? $0 : nil }
    account.name = try fields.optionalText(FieldName.name)
    account.server = try fields.optionalText(FieldName.server)
    account.marginLevel = marginLevel(fields, margin: account.margin)
    account.stopoutLevel = try fields.optionalNonNegative(FieldName.stopoutLevel)
    account.limitOrders = try fields.optionalInt(FieldName.limitOrders, in: 0...1_000_000)
    account.tradeAllowed = try fields.optionalBool(FieldName.tradeAllowed)
    account.connected = try fields.optionalBool(FieldName.connected)
    account.demo = try fields.optionalBool(FieldName.demo)
    account.timestamp = try fields.optionalTime(FieldName.timestamp, zone: zone)
    account.serverUTCOffsetSeconds = try fields.optionalInt(FieldName.serverUTCOffset, in: -86_400...86_400)
    return account
  }

  /// Without margin it is a division by zero, which bridges print as 0, `inf` or `NaN`: then there is none.
  private func marginLevel(_ fields: Fields, margin: FixedDecimal) -> FixedDecimal? {
    guard margin.isPositive, let text = fields.value(FieldName.marginLevel) else { return nil }
    switch text {
    case .number(let text), .string(let text): return FixedDecimal(wire: text)
    case .null, .bool, .array, .object: return nil
    }
  }
}

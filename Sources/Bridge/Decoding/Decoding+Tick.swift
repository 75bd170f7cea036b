import Reconciler

extension DecodingContext {
  func tick(_ document: JSONValue, of symbol: Symbol) throws(DecodingError) -> Tick {
    let fields = try ReplyShape(cleaner: cleaner).object(document, keys: ["data", "tick"])
    let bid = try fields.positive(FieldName.bid)
    let ask = try fields.positive(FieldName.ask)
    guard bid <= ask else { throw fields.wrong(FieldName.bid, "is above ask") }
    guard let time = try fields.optionalTime(FieldName.tickTime, zone: zone) else {
      throw fields.wrong(FieldName.tickTime, "is missing")
    }
    if let name = try fields.optionalText(FieldName.symbol) {
      // Some bridges answer with the bare name: a quote of another instrument is what must not pass.
      let known = [symbols.wire(symbol), symbol.text].map { $0.lowercased() }
      guard known.contains(name.lowercased()) else { throw fields.wrong(FieldName.symbol, "is not the one asked for") }
    }
    var tick = Tick(symbol: symbol, bid: bid, ask: ask, time: time)
    tick.digits = try fields.optionalInt(FieldName.digits, in: 0...12)
    tick.point = try fields.level(FieldName.point)
    tick.tickSize = try fields.level(FieldName.tickSize)
    tick.tickValue = try fields.optionalNonNegative(FieldName.tickValue)
    tick.contractSize = try fields.level(FieldName.contractSize)
    tick.minLot = try fields.level(FieldName.minLot)
    tick.maxLot = try fields.level(FieldName.maxLot)
    tick.lotStep = try fields.level(FieldName.lotStep)
    tick.stopLevel = try fields.optionalNonNegative(FieldName.stopLevel)
    tick.freezeLevel = try fields.optionalNonNegative(FieldName.freezeLevel)
    tick.marginRequired = try fields.optionalNonNegative(FieldName.marginRequired)
    tick.tradeAllowed = try fields.optionalBool(FieldName.tradeAllowed)
    return tick
  }
}

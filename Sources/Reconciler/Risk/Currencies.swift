/// What a symbol's name tells of its currencies.
enum Currencies {
  /// In the order in which brokers name pairs: of two, the earlier one is the base (`EURUSD`, `USDJPY`, `CHFJPY`).
  private static let ranked = [
    "EUR", "GBP", "AUD", "NZD", "USD", "CAD", "CHF", "SGD", "NOK", "SEK", "DKK", "HKD", "PLN", "CZK", "RON", "ILS",
    "CNH", "MXN", "ZAR", "TRY", "THB", "HUF", "JPY",
  ]
  private static let rank = Dictionary(uniqueKeysWithValues: ranked.enumerated().map { ($1, $0) })

  /// The pair of two currencies as a broker would list it. One that is not ranked comes last.
  static func pair(_ a: String, _ b: String) -> (symbol: Symbol, base: String) {
    let (first, second) = (rank[a] ?? ranked.count, rank[b] ?? ranked.count)
    let base = first == second ? min(a, b) : first < second ? a : b
    return (Symbol(base + (base == a ? b : a)), base)
  }

  /// The currency that a symbol is priced in; `nil` where its name does not tell, as with an index.
  static func quote(of symbol: Symbol) -> String? {
    let bytes = symbol.text.utf8
    guard bytes.count == 6 else { return nil }
    // Of plain ASCII, which nearly every symbol is, the bytes are the characters.
    let isPlain = bytes.allSatisfy { $0 < 0x80 }
    let quote = isPlain ? String(decoding: bytes.suffix(3), as: UTF8.self) : String(symbol.text.suffix(3))
    return rank[quote] == nil ? nil : quote
  }

  /// The currency, metal or coin that is bought; `nil` where the name does not tell.
  static func base(of symbol: Symbol) -> String? {
    quote(of: symbol) == nil ? nil : String(symbol.text.prefix(3))
  }
}

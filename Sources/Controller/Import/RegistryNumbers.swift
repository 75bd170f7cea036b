import Reconciler

/// How old registries write amounts and percentages, most of them without a unit.
struct RegistryNumbers {
  let currency: String

  /// As a manifest writes it, and what was guessed.
  struct Reading: Hashable {
    var text: String
    var note: String?
  }

  /// `200`, `200.00`, `$200`, `200 USD`.
  func amount(_ text: String) -> Reading? {
    let words = text.split(separator: " ").map(String.init)
    if words.count == 2, let number = Self.positive(words[0]), TextRule.currency.accepts(words[1]) {
      return Reading(text: "\(number) \(words[1])")
    }
    guard let number = Self.positive(text.filter { $0 != "$" && $0 != "," && $0 != "_" }) else { return nil }
    return Reading(text: "\(number) \(currency)")
  }

  /// `1%`, `1`, `1.5`, `0.01`. A number below 0.1 can only be a fraction: nobody risks a thousandth.
  func percent(_ text: String) -> Reading? {
    if text.hasSuffix("%") {
      let number = text.dropLast().filter { $0 != " " }
      return Self.positive(String(number)).map { Reading(text: "\($0)%") }
    }
    guard let number = Self.positive(text), let percent = Self.percent(of: number), percent <= .hundred else {
      return nil
    }
    return Reading(text: "\(percent)%", note: "has no unit and is read as \(percent)%")
  }

  /// A percentage or an amount; a bare number over 100 is an amount.
  func limit(_ text: String) -> Reading? {
    if let number = Self.positive(text), number > .hundred {
      return Reading(text: "\(number) \(currency)", note: "has no unit and is read as \(number) \(currency)")
    }
    return percent(text) ?? amount(text)
  }

  private static func percent(of number: FixedDecimal) -> FixedDecimal? {
    guard let tenth = FixedDecimal("0.1") else { return nil }
    return number < tenth ? number * .hundred : number
  }

  private static func positive(_ text: String) -> FixedDecimal? {
    FixedDecimal(text).flatMap { $0.isPositive ? $0 : nil }
  }
}

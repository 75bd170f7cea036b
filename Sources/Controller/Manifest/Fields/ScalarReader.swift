import Reconciler

/// Why a text is not what its field takes.
struct ValueProblem: Error, Hashable {
  /// To stand after "takes …": what the text is instead, or what to write.
  let message: String
}

/// Reads one scalar as a type says, exactly: no number passes through a binary float, and nothing is guessed.
enum ScalarReader {
  enum Quoting {
    case plain, quoted
    /// A default of the table: quoted where it has to be.
    case plainOrQuoted
  }

  static func read(_ text: String, _ quoting: Quoting, as type: ValueType) throws(ValueProblem) -> Checked {
    switch type {
    case .bool: return try bool(text, quoting)
    case .integer(let range): return try integer(text, quoting, range)
    case .decimal(let bounds): return .decimal(try decimal(text, quoting, bounds))
    case .time:
      guard quoting != .plain else {
        throw ValueProblem(message: "the plain text `\(text.forMessage)`; put it in quotes")
      }
      return .time(try time(text))
    case .text, .percent, .money, .limit, .multiple, .duration, .words, .zone, .url, .limitOr:
      if quoting == .plain, let trap = PlainScalar.trap(text) { throw hint(text, for: type, trap: trap) }
      return try textual(text, as: type)
    case .secret:
      throw ValueProblem(
        message: "the secret itself; this value is not shown here, and it should be changed if anybody saw it")
    case .list, .map, .object: throw ValueProblem(message: "`\(text.forMessage)`")
    }
  }

  private static func textual(_ text: String, as type: ValueType) throws(ValueProblem) -> Checked {
    switch type {
    case .text(let rule):
      guard rule.accepts(text) else { throw not(text) }
      return .text(Int32(text.utf8.count))
    case .words(let words):
      guard let index = words.value.words.firstIndex(of: text) else {
        let near =
          NearestName.nearest(to: text, among: Array(words.value.words)).map { "; did you mean `\($0)`?" } ?? ""
        throw ValueProblem(message: "`\(text.forMessage)`\(near)")
      }
      return .word(UInt8(index))
    case .percent(let bounds): return .percent(try percent(text, bounds))
    case .money: return .money(try money(text))
    case .limit, .limitOr:
      return text.hasSuffix("%") ? .share(try percent(text, .share)) : .amount(try money(text))
    case .multiple:
      guard text.hasSuffix("x"), let number = FixedDecimal(text.dropLast()), number.isPositive else { throw not(text) }
      return .multiple(number)
    case .duration(let range): return .duration(try duration(text, range))
    case .zone:
      guard ZoneDatabase.isKnown(text) else {
        throw ValueProblem(message: "`\(text.forMessage)`, which the system's zone database does not have")
      }
      return .text(Int32(text.utf8.count))
    case .url:
      if let problem = TerminalURL.problem(text) { throw ValueProblem(message: problem) }
      return .text(Int32(TerminalURL.trimmed(text).utf8.count))
    case .bool, .integer, .decimal, .time, .secret, .list, .map, .object: throw not(text)
    }
  }

  private static func not(_ text: String) -> ValueProblem {
    ValueProblem(message: text.isEmpty ? "an empty text" : "`\(text.forMessage)`")
  }

  private static func bool(_ text: String, _ quoting: Quoting) throws(ValueProblem) -> Checked {
    if quoting == .quoted {
      throw ValueProblem(message: "the quoted text \"\(text.forMessage)\"; write it without quotes")
    }
    switch text {
    case "true": return .bool(true)
    case "false": return .bool(false)
    default:
      let meant: String? =
        switch text.lowercased() {
        case "yes", "on", "y", "true", "1": "true"
        case "no", "off", "n", "false", "0": "false"
        default: nil
        }
      throw ValueProblem(message: "`\(text.forMessage)`" + (meant.map { "; write `\($0)`" } ?? ""))
    }
  }

  private static func integer(
    _ text: String, _ quoting: Quoting, _ range: ClosedRange<Int64>
  ) throws(ValueProblem) -> Checked {
    try refuseQuotes(text, quoting)
    let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
    let plain = !digits.isEmpty && digits.allSatisfy(TextRule.isDigit) && (digits.count == 1 || digits.first != 0x30)
    guard plain else { throw numberProblem(text) }
    guard let number = Int64(text), range.contains(number) else { throw not(text) }
    return .integer(number)
  }

  private static func decimal(
    _ text: String, _ quoting: Quoting, _ bounds: Bounds
  ) throws(ValueProblem) -> FixedDecimal {
    try refuseQuotes(text, quoting)
    guard let number = FixedDecimal(text) else { throw numberProblem(text) }
    guard bounds.contains(number) else { throw not(text) }
    return number
  }

  private static func refuseQuotes(_ text: String, _ quoting: Quoting) throws(ValueProblem) {
    guard quoting == .quoted else { return }
    throw ValueProblem(message: "the quoted text \"\(text.forMessage)\"; write the number without quotes")
  }

  /// A text that is no plain decimal; when it is one with a unit or a habit of other languages, says so.
  private static func numberProblem(_ text: String) -> ValueProblem {
    let bytes = Array(text.utf8)
    let reason: String? =
      if bytes.isEmpty {
        nil
      } else if text.contains("_") {
        "digits are not grouped by `_`"
      } else if text.contains(",") {
        "the decimal point is `.`, and digits are not grouped"
      } else if text.hasPrefix("0x") || text.hasPrefix("0o") {
        "only decimal digits count"
      } else if bytes.count > 1, bytes[0] == 0x30, TextRule.isDigit(bytes[1]) {
        "a number does not begin with a needless 0"
      } else if bytes[0] == UInt8(ascii: "+") {
        "a number has no `+`"
      } else if bytes.allSatisfy({ TextRule.isDigit($0) || $0 == UInt8(ascii: ".") }), FixedDecimal(text) == nil {
        "a number has at most 15 digits before its point, 12 behind it, and a digit on either side"
      } else if bytes.contains(where: TextRule.isDigit), text.contains("e") || text.contains("E") {
        "a number has no exponent"
      } else { nil }
    return ValueProblem(message: "`\(text.forMessage)`" + (reason.map { "; \($0)" } ?? ""))
  }

  private static func percent(_ text: String, _ bounds: Bounds) throws(ValueProblem) -> FixedDecimal {
    guard text.hasSuffix("%") else {
      throw ValueProblem(message: "`\(text.forMessage)`; a percentage ends with `%`")
    }
    guard let number = FixedDecimal(text.dropLast()) else { throw not(text) }
    guard bounds.contains(number) else { throw not(text) }
    return number
  }

  private static func money(_ text: String) throws(ValueProblem) -> FixedDecimal {
    guard let space = text.utf8.firstIndex(of: UInt8(ascii: " ")), let amount = FixedDecimal(text[..<space]),
      amount.isPositive
    else { throw not(text) }
    let currency = String(text[text.utf8.index(after: space)...])
    guard TextRule.currency.accepts(currency) else { throw not(text) }
    return amount
  }

  private static func duration(_ text: String, _ range: ClosedRange<Duration>) throws(ValueProblem) -> Duration {
    let bytes = text.utf8
    var count: Int64 = 0
    var digits = 0
    for byte in bytes {
      guard TextRule.isDigit(byte), digits < 10 else { break }
      count = count * 10 + Int64(byte - 48)
      digits += 1
    }
    let rest = bytes.dropFirst(digits)
    let unit: Int64? =
      switch (rest.count, rest.first, rest.last) {
      case (2, UInt8(ascii: "m"), UInt8(ascii: "s")): 1
      case (1, UInt8(ascii: "s"), _): 1_000
      case (1, UInt8(ascii: "m"), _): 60_000
      case (1, UInt8(ascii: "h"), _): 3_600_000
      default: nil
      }
    guard let unit, (1...9).contains(digits), digits == 1 || bytes.first != 0x30 else { throw not(text) }
    let duration = Duration.milliseconds(count * unit)
    guard range.contains(duration) else { throw not(text) }
    return duration
  }

  private static func time(_ text: String) throws(ValueProblem) -> Int {
    let bytes = Array(text.utf8)
    guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"), [0, 1, 3, 4].allSatisfy({ TextRule.isDigit(bytes[$0]) })
    else { throw not(text) }
    let hours = Int(bytes[0] - 48) * 10 + Int(bytes[1] - 48)
    let minutes = Int(bytes[3] - 48) * 10 + Int(bytes[4] - 48)
    guard hours < 24, minutes < 60 else { throw not(text) }
    return hours * 60 + minutes
  }

  /// A plain scalar that other readers of YAML take for a number, a boolean or nothing.
  private static func hint(_ text: String, for type: ValueType, trap: PlainScalar.Trap) -> ValueProblem {
    let shown = "`\(text.forMessage)`"
    let unitHint: String? =
      switch type {
      case .percent: "write `\(text)%`"
      case .limit, .limitOr: "a limit carries its unit: write `\(text)%`, or an amount such as `\(text) USD`"
      case .money: "an amount carries its currency: write `\(text) USD`"
      case .multiple: "a multiple carries its unit: write `\(text)x`"
      case .duration: "a duration carries its unit: write `\(text)s`"
      case .text, .bool, .integer, .decimal, .words, .time, .zone, .url, .secret, .list, .map, .object: nil
      }
    if case .number = trap, let unitHint, FixedDecimal(text) != nil {
      return ValueProblem(message: "the bare number \(shown); \(unitHint)")
    }
    if case .text(let rule) = type, rule.accepts(text) {
      return ValueProblem(message: "the plain \(shown), which YAML reads as \(trap.rawValue); put it in quotes")
    }
    return ValueProblem(message: shown)
  }
}

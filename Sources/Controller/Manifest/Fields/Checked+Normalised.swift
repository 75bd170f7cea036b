import Reconciler

// The normalised form: every default filled in, amounts as their shortest text with the unit. It is written as the canonical
// JSON that its hash is taken of and never held as a value: for a large set that was a third of all the work.

extension Checked {
  func write(to out: inout [UInt8]) {
    switch self {
    case .text(let text): CanonicalText.append(text, to: &out)
    case .bool(let value): out.append(contentsOf: value ? "true".utf8 : "false".utf8)
    case .integer(let number):
      if number < 0 { out.append(UInt8(ascii: "-")) }
      CanonicalText.append(number.magnitude, to: &out)
    case .decimal(let number): Self.write(number, unit: "", to: &out)
    case .percent(let number): Self.write(number, unit: "%", to: &out)
    case .multiple(let number): Self.write(number, unit: "x", to: &out)
    case .money(let money), .limit(.amount(let money)): Self.write(money, to: &out)
    case .limit(.percent(let number)): Self.write(number, unit: "%", to: &out)
    case .duration(let duration): CanonicalText.append(duration.manifestText, to: &out)
    case .time(let minutes): Self.write(clock: minutes, to: &out)
    case .secret(.credential(let name)): Self.write(reference: "credential", name, to: &out)
    case .secret(.file(let path)): Self.write(reference: "file", path, to: &out)
    case .secret(.environment(let name)): Self.write(reference: "env", name, to: &out)
    case .list(let items):
      out.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        item.value.write(to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .map(let map): Self.write(map, to: &out)
    case .object(let object): object.write(to: &out)
    }
  }

  private static func write(_ number: FixedDecimal, unit: StaticString, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    CanonicalText.append(number, to: &out)
    out.append(contentsOf: unit.description.utf8)
    out.append(UInt8(ascii: "\""))
  }

  /// As manifests write it: `200 USD`. A currency is three capital letters.
  private static func write(_ money: Money, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    CanonicalText.append(money.amount, to: &out)
    out.append(UInt8(ascii: " "))
    out.append(contentsOf: money.currency.utf8)
    out.append(UInt8(ascii: "\""))
  }

  private static func write(clock minutes: Int, to out: inout [UInt8]) {
    func two(_ number: Int) {
      out.append(UInt8(ascii: "0") + UInt8(clamping: number / 10))
      out.append(UInt8(ascii: "0") + UInt8(clamping: number % 10))
    }
    out.append(UInt8(ascii: "\""))
    two(minutes / 60)
    out.append(UInt8(ascii: ":"))
    two(minutes % 60)
    out.append(UInt8(ascii: "\""))
  }

  private static func write(reference kind: String, _ name: String, to out: inout [UInt8]) {
    write([kind: name], to: &out)
  }

  private static func write(_ map: [String: String], to out: inout [UInt8]) {
    out.append(UInt8(ascii: "{"))
    for (index, name) in map.keys.sorted(by: JSONValue.utf16Order).enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      CanonicalText.append(name, to: &out)
      out.append(UInt8(ascii: ":"))
      CanonicalText.append(map[name] ?? "", to: &out)
    }
    out.append(UInt8(ascii: "}"))
  }
}

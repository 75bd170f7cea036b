import Reconciler

/// One object of a plain reply.
struct WireObject {
  let text: WireText
  let range: Range<Int>

  /// The first of the names that is there and not `null`.
  func find(_ names: [String]) -> WireText.Member? {
    for name in names {
      if let member = text.find(name, in: range), member.kind != .null { return member }
    }
    return nil
  }

  func value(_ names: [String]) -> JSONValue? {
    guard let member = find(names) else { return nil }
    switch member.kind {
    case .number: return .number(text.text(member.value))
    case .string: return .string(text.text(member.value))
    case .yes: return .bool(true)
    case .no: return .bool(false)
    case .null: return nil
    }
  }

  /// A number of at most fifteen digits before the point and twelve after it, which is every usual one; `nil` for anything
  /// else, which `FixedDecimal(wire:)` reads or refuses.
  func decimal(_ member: WireText.Member) -> FixedDecimal? {
    guard member.kind == .number || member.kind == .string else { return nil }
    let bytes = text.bytes
    var at = member.value.lowerBound
    let end = member.value.upperBound
    guard at < end else { return nil }
    let isNegative = bytes[at] == UInt8(ascii: "-")
    if isNegative { at += 1 }
    guard let whole = Self.digits(bytes, &at, end), whole.count > 0, whole.count <= 15 else { return nil }
    var units = Int128(whole.value) * FixedDecimal.one.units
    if at < end {
      guard bytes[at] == UInt8(ascii: ".") else { return nil }
      at += 1
      guard let fraction = Self.digits(bytes, &at, end), fraction.count > 0, fraction.count <= 12, at == end else {
        return nil
      }
      units += Int128(fraction.value * Self.powers[12 - fraction.count])
    }
    return FixedDecimal(units: isNegative ? -units : units)
  }

  /// A whole number of at most eighteen digits, without a sign.
  func integer(_ member: WireText.Member) -> Int64? {
    guard member.kind == .number || member.kind == .string else { return nil }
    var at = member.value.lowerBound
    guard let whole = Self.digits(text.bytes, &at, member.value.upperBound), whole.count > 0,
      at == member.value.upperBound
    else { return nil }
    return whole.value
  }

  private static let powers: [Int64] = (0...12).map { (0..<$0).reduce(1) { power, _ in power * 10 } }

  /// The run of digits at `at`; `nil` when there are more than eighteen.
  private static func digits(_ bytes: [UInt8], _ at: inout Int, _ end: Int) -> (value: Int64, count: Int)? {
    var value: Int64 = 0
    let start = at
    while at < end, bytes[at] >= 48, bytes[at] <= 57 {
      guard at - start < 18 else { return nil }
      value = value * 10 + Int64(bytes[at] - 48)
      at += 1
    }
    return (value, at - start)
  }
}

extension ReplyShape {
  /// The rows of a plain list under the first of `keys`; `nil` where the long way has to look closer.
  func rows(_ text: WireText, named name: String, keys: [String]) -> [Fields]? {
    guard let list = text.listName, let key = keys.first, list.count == key.utf8.count, text.equals(list, key.utf8),
      isOrdinary(text)
    else { return nil }
    var rows: [Fields] = []
    rows.reserveCapacity(text.rows.count)
    for (index, range) in text.rows.enumerated() {
      rows.append(Fields(WireObject(text: text, range: range), list: name, index: index))
    }
    return rows
  }

  /// The members of a plain reply that is one object.
  func object(_ text: WireText) -> Fields? {
    guard text.listName == nil, !text.own.isEmpty, isOrdinary(text) else { return nil }
    return Fields(WireObject(text: text, range: text.own))
  }

  /// Nothing in it may be the word on an error.
  private func isOrdinary(_ text: WireText) -> Bool {
    text.find("success", in: text.own) == nil && text.find("error", in: text.own) == nil
  }
}

import Glibc
import Reconciler

/// Goes through a line's bytes once and takes only what is canonical and clean: no byte of it could stand otherwise.
@safe struct LineScan {
  private let base: UnsafePointer<UInt8>
  private let count: Int
  private(set) var at = 0

  /// - Parameter line: valid UTF-8, there as long as this is used.
  @unsafe init?(_ line: UnsafeBufferPointer<UInt8>) {
    guard let base = line.baseAddress, line.count <= JournalLine.maximumBytes else { return nil }
    unsafe self.base = base
    count = line.count
  }

  var isAtEnd: Bool { at == count }

  private func byte(_ index: Int) -> UInt8? { index < count ? unsafe base[index] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard self.byte(at) == byte else { return false }
    at += 1
    return true
  }

  mutating func take(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard length <= count - at, unsafe memcmp(base + at, word.utf8Start, length) == 0 else { return false }
    at += length
    return true
  }

  /// A string; its place is without the quotes.
  mutating func text() -> LineColumns.Place? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    let start = at
    while true {
      at = unsafe TextScan.plainEnd(base, from: at, to: count)
      switch byte(at) {
      case UInt8(ascii: "\"")?:
        at += 1
        return LineColumns.Place(start: UInt32(start), end: UInt32(at - 1))
      case UInt8(ascii: "\\")?:
        // Whatever else is escaped in canonical text is a control character.
        guard let next = byte(at + 1), next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\") else { return nil }
        at += 2
      case 0xC2?:
        guard let next = byte(at + 1), next >= 0xA0 else { return nil }
        at += 2
      case .some(0x80...): at += 1
      case _: return nil
      }
    }
  }

  /// A string, or `null`: `.some(nil)`.
  mutating func textOrNull() -> LineColumns.Place?? {
    if take("null") { return .some(nil) }
    return text().map { .some($0) }
  }

  /// A string as long as a hash in hexadecimal.
  mutating func digits() -> LineColumns.Place? {
    guard let place = text(), place.range.count == 64 else { return nil }
    return place
  }

  /// A whole number within ±(2⁵³ - 1).
  mutating func number() -> Int64? {
    let isNegative = take(UInt8(ascii: "-"))
    guard let first = byte(at), (0x30...0x39).contains(first) else { return nil }
    let start = at
    var value: Int64 = 0
    while let digit = byte(at), (0x30...0x39).contains(digit), at - start < 16 {
      value = value * 10 + Int64(digit - 0x30)
      at += 1
    }
    guard value < 1 << 53, first != 0x30 || (at - start == 1 && !isNegative) else { return nil }
    return isNegative ? -value : value
  }

  /// Any value.
  mutating func skipValue(depth: Int) -> Bool {
    guard depth <= RecordText.maximumDepth else { return false }
    switch byte(at) {
    case UInt8(ascii: "{")?: return skipObject(depth: depth)
    case UInt8(ascii: "[")?: return skipArray(depth: depth)
    case UInt8(ascii: "\"")?: return text() != nil
    case UInt8(ascii: "t")?: return take("true")
    case UInt8(ascii: "f")?: return take("false")
    case UInt8(ascii: "n")?: return take("null")
    case _: return number() != nil
    }
  }

  private mutating func skipArray(depth: Int) -> Bool {
    at += 1
    if take(UInt8(ascii: "]")) { return true }
    while skipValue(depth: depth + 1) {
      if take(UInt8(ascii: "]")) { return true }
      guard take(UInt8(ascii: ",")) else { return false }
    }
    return false
  }

  private mutating func skipObject(depth: Int) -> Bool {
    at += 1
    if take(UInt8(ascii: "}")) { return true }
    var before: LineColumns.Place?
    // Names beyond ASCII go the long way: Swift takes some of them for the same that differ in their bytes.
    while let name = text(), isASCII(name), before.map({ isBefore($0, name) }) ?? true, take(UInt8(ascii: ":")),
      skipValue(depth: depth + 1)
    {
      if take(UInt8(ascii: "}")) { return true }
      guard take(UInt8(ascii: ",")) else { return false }
      before = name
    }
    return false
  }

  private func isASCII(_ place: LineColumns.Place) -> Bool {
    unsafe UnsafeBufferPointer(start: base + place.range.lowerBound, count: place.range.count).allSatisfy { $0 < 0x80 }
  }

  /// Whether a name comes before another one, and is not the same.
  private func isBefore(_ a: LineColumns.Place, _ b: LineColumns.Place) -> Bool {
    var (x, y) = (a.range.lowerBound, b.range.lowerBound)
    let (endX, endY) = (a.range.upperBound, b.range.upperBound)
    while x < endX, y < endY {
      // What is escaped stands behind its backslash.
      if unsafe base[x] == UInt8(ascii: "\\") { x += 1 }
      if unsafe base[y] == UInt8(ascii: "\\") { y += 1 }
      let (first, second) = unsafe (base[x], base[y])
      if first != second { return first < second }
      x += 1
      y += 1
    }
    return x == endX && y < endY
  }

  /// A time as records write it.
  func time(_ place: LineColumns.Place) -> Timestamp? {
    let start = place.range.lowerBound
    guard place.range.count == 27 else { return nil }
    func number(_ from: Int, _ digits: Int) -> Int? {
      var value = 0
      for k in (start + from)..<(start + from + digits) {
        let digit = unsafe base[k]
        guard (0x30...0x39).contains(digit) else { return nil }
        value = value * 10 + Int(digit - 0x30)
      }
      return value
    }
    func mark(_ index: Int, _ mark: UInt8) -> Bool { unsafe base[start + index] == mark }
    guard mark(4, UInt8(ascii: "-")), mark(7, UInt8(ascii: "-")), mark(10, UInt8(ascii: "T")),
      mark(13, UInt8(ascii: ":")), mark(16, UInt8(ascii: ":")), mark(19, UInt8(ascii: ".")),
      mark(26, UInt8(ascii: "Z")),
      let year = number(0, 4), let month = number(5, 2), let day = number(8, 2), let hour = number(11, 2),
      let minute = number(14, 2), let second = number(17, 2), let microsecond = number(20, 6),
      let date = CivilDate(year: year, month: month, day: day),
      let civil = CivilTime(date: date, hour: hour, minute: minute, second: second, microsecond: microsecond)
    else { return nil }
    return civil.instant()
  }

  func word<Word>(_ place: LineColumns.Place, of table: WordTable<Word>) -> Word? {
    unsafe table.find(UnsafeBufferPointer(start: base + place.range.lowerBound, count: place.range.count))
  }
}

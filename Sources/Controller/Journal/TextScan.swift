/// What stands in a text, eight bytes at a time.
enum TextScan {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let tops: UInt64 = 0x8080_8080_8080_8080

  /// The first byte that is not printable ASCII, or a quote, or a backslash; `end` if there is none. All others stand in a
  /// canonical text as they are.
  @unsafe static func plainEnd(_ base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
    var at = start
    while end - at >= 8 {
      let found = special(unsafe UInt64(littleEndian: UnsafeRawPointer(base + at).loadUnaligned(as: UInt64.self)))
      if found != 0 { return at + found.trailingZeroBitCount / 8 }
      at += 8
    }
    while at < end, unsafe isPlain(base[at]) { at += 1 }
    return at
  }

  @unsafe static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = text.baseAddress else { return true }
    return unsafe plainEnd(base, from: 0, to: text.count) == text.count
  }

  private static func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x7F && byte != 0x22 && byte != 0x5C }

  /// The highest bit of each byte that is not plain: of the lowest such byte surely, of those above it perhaps too often.
  private static func special(_ word: UInt64) -> UInt64 {
    let control = (word &- 0x20 &* ones) & ~word
    let quote = word ^ (0x22 &* ones)
    let backslash = word ^ (0x5C &* ones)
    let marks = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
    // From 0x7F on.
    let others = word | (word &+ ones)
    return (control | marks | others) & tops
  }
}

/// The words of a closed list, found by their bytes.
struct WordTable<Word: RawRepresentable<String> & Sendable>: Sendable {
  private var slots: [(text: [UInt8], word: Word)?]

  init(_ words: [Word]) {
    var size = 64
    while size < words.count * 4 { size *= 2 }
    slots = Array(repeating: nil, count: size)
    for word in words {
      let text = Array(word.rawValue.utf8)
      var slot = unsafe text.withUnsafeBufferPointer { unsafe Self.hash($0) } & (size - 1)
      while slots[slot] != nil { slot = (slot + 1) & (size - 1) }
      slots[slot] = (text, word)
    }
  }

  @unsafe func find(_ text: UnsafeBufferPointer<UInt8>) -> Word? {
    var slot = unsafe Self.hash(text) & (slots.count - 1)
    while let (known, word) = slots[slot] {
      if unsafe known.elementsEqual(text) { return word }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  @unsafe private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    var hash = text.count
    for k in 0..<text.count { hash = hash &* 31 &+ Int(unsafe text[k]) }
    return hash & 0xFFFF_FFFF
  }
}

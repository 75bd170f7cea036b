/// The words that a field takes.
struct WordList: Sendable {
  let words: ForeverList<String>
  private let bytes: ForeverList<ForeverList<UInt8>>

  init(_ words: [String]) {
    precondition(words.count <= 128, "a field of the table takes too many words")
    self.words = ForeverList(words)
    bytes = ForeverList(words.map { ForeverList(Array($0.utf8)) })
  }

  /// The number of the word that the text is.
  func index(of text: Span<UInt8>) -> Int? {
    search: for index in bytes.indices where bytes[index].count == text.count {
      for at in text.indices where bytes[index][at] != text[at] { continue search }
      return index
    }
    return nil
  }
}

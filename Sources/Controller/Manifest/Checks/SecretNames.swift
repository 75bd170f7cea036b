/// Which names a secret reference may carry: none leads out of the folder of credentials.
enum SecretNames {
  static func isCredential(_ text: String) -> Bool {
    (1...255).contains(text.utf8.count) && text != "." && text != ".."
      && text.utf8.allSatisfy { isWord($0) || $0 == 0x2D || $0 == 0x2E }
  }

  static func isVariable(_ text: String) -> Bool {
    guard (1...255).contains(text.utf8.count), let first = text.utf8.first else { return false }
    return !TextRule.isDigit(first) && text.utf8.allSatisfy(isWord)
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    TextRule.isDigit(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x5F
  }
}

internal import Crypto

/// The hash of a line: what the next one is linked to.
struct ChainHash: Equatable, Sendable {
  /// Its 32 bytes.
  private var bytes: SIMD32<UInt8>
  /// The same in hexadecimal, as lines state it.
  private(set) var digits = SIMD64<UInt8>()

  /// What stands before the first record of a chain.
  static let first = ChainHash(bytes: SIMD32())

  private init(bytes: SIMD32<UInt8>) {
    self.bytes = bytes
    spell()
  }

  static func == (a: Self, b: Self) -> Bool { a.bytes == b.bytes }

  /// - Parameter text: 64 lower-case hexadecimal digits; `nil` for anything else.
  init?(_ text: String) {
    var text = text
    guard let hash = text.withUTF8({ unsafe ChainHash(digits: $0) }) else { return nil }
    self = hash
  }

  /// - Parameter digits: 64 in lower case; `nil` for anything else.
  @unsafe init?(digits: UnsafeBufferPointer<UInt8>) {
    guard digits.count == 64 else { return nil }
    var bytes = SIMD32<UInt8>()
    var all: UInt8 = 0
    unsafe withUnsafeMutableBytes(of: &bytes) { bytes in
      for k in 0..<32 {
        let (high, low) = unsafe (Hexadecimal.half(digits[2 * k]), Hexadecimal.half(digits[2 * k + 1]))
        all |= high | low
        unsafe bytes[k] = high << 4 | low
      }
    }
    guard all < 16 else { return nil }
    self.bytes = bytes
    unsafe withUnsafeMutableBytes(of: &self.digits) { unsafe $0.copyBytes(from: digits) }
  }

  var text: String {
    unsafe withUnsafeBytes(of: digits) { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// Goes on to the line that is linked to this one, by its text without the member `hash`, which comes in two parts.
  @unsafe mutating func follow(_ head: UnsafeRawBufferPointer, _ tail: UnsafeRawBufferPointer) {
    var digest = SHA256()
    unsafe withUnsafeBytes(of: bytes) { unsafe digest.update(bufferPointer: $0) }
    unsafe digest.update(bufferPointer: head)
    unsafe digest.update(bufferPointer: tail)
    let result = digest.finalize()
    unsafe withUnsafeMutableBytes(of: &bytes) { bytes in
      unsafe result.withUnsafeBytes { unsafe bytes.copyMemory(from: $0) }
    }
    spell()
  }

  private mutating func spell() {
    unsafe withUnsafeBytes(of: bytes) { bytes in
      unsafe withUnsafeMutableBytes(of: &digits) { digits in
        for k in 0..<32 {
          unsafe digits[2 * k] = Hexadecimal.digit(bytes[k] >> 4)
          unsafe digits[2 * k + 1] = Hexadecimal.digit(bytes[k] & 15)
        }
      }
    }
  }
}

extension ChainHash {
  /// Goes on to the line that is linked to this one, by its text without the member `hash`.
  mutating func follow(_ body: [UInt8]) {
    unsafe body.withUnsafeBytes { unsafe follow($0, UnsafeRawBufferPointer(start: nil, count: 0)) }
  }
}

extension LineColumns {
  /// Whether the stated hash is that of the line; `nil` if it, or the one before, is none.
  @unsafe func isHashRight(in line: UnsafeBufferPointer<UInt8>) -> Bool? {
    guard let stated = unsafe ChainHash(digits: UnsafeBufferPointer(rebasing: line[hash.range])),
      var end = unsafe ChainHash(digits: UnsafeBufferPointer(rebasing: line[prevHash.range]))
    else { return nil }
    let bytes = UnsafeRawBufferPointer(line)
    unsafe end.follow(
      UnsafeRawBufferPointer(rebasing: bytes[..<hashMember]),
      UnsafeRawBufferPointer(rebasing: bytes[(hashMember + LineEncoder.hashBytes)...]))
    return end == stated
  }
}

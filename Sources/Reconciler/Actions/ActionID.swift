/// Names of actions. They derive from the chain's id and the number of the intent's record, so that the same run gives the
/// same names, and two runs never share one.
enum ActionID {
  private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

  /// Thirteen base32 characters: 64 bits. Within a chain the map from `sequence` is one to one (the finaliser of
  /// SplitMix64 is a bijection; Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
  static func make(chain: String, sequence: Int64) -> String {
    // FNV-1a, to make a number of the chain's text.
    var seed: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in chain.utf8 { seed = (seed ^ UInt64(byte)) &* 0x100_0000_01B3 }
    var mixed = seed &+ UInt64(bitPattern: sequence) &* 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    var text: [UInt8] = []
    for shift in stride(from: 60, through: 0, by: -5) { text.append(alphabet[Int((mixed >> UInt64(shift)) & 31)]) }
    return String(decoding: text, as: UTF8.self)
  }

  /// The mark that goes into an order's comment: the first ten characters.
  static func mark(of actionID: String) -> String { String(actionID.prefix(10)) }
}

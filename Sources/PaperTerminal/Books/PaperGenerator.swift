/// A small random number generator with a seed (SplitMix64, Steele, Lea and Flood 2014): the same seed gives the same
/// numbers everywhere.
public struct PaperGenerator: RandomNumberGenerator, Hashable, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A whole number from 0 up to but not including `bound`, which is positive.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(Swift.max(bound, 1))) }

  /// True with that chance in a million.
  mutating func hits(perMillion chance: Int) -> Bool { below(1_000_000) < chance }

  /// A generator of its own for `name`, so that drawing from one does not disturb another.
  static func named(_ name: String, seed: UInt64) -> PaperGenerator {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return PaperGenerator(seed: seed ^ hash)
  }
}

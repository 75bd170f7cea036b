import PaperTerminal
@testable import Reconciler

/// Chance from a seed. Each concern has a stream of its own, so that drawing more in one does not disturb another.
struct Dice {
  private var generator: PaperGenerator

  init(seed: UInt64, _ stream: String) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in stream.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    generator = PaperGenerator(seed: seed &* 0x9E37_79B9_7F4A_7C15 ^ hash)
    _ = generator.next()
  }

  /// From 0 up to but not including `bound`.
  mutating func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(max(bound, 1))) }

  mutating func hits(perMille chance: Int) -> Bool { below(1000) < chance }

  mutating func coin() -> Bool { generator.next() & 1 == 0 }

  mutating func pick<Element>(_ items: [Element]) -> Element { items[below(items.count)] }

  mutating func from(_ low: Int, to high: Int) -> Int { low + below(high - low + 1) }

  /// Between two numbers of milliseconds.
  mutating func milliseconds(_ low: Int, _ high: Int) -> Duration { .milliseconds(Int64(from(low, to: high))) }

  /// Between two numbers of seconds, short ones more often.
  mutating func seconds(_ low: Int, _ high: Int) -> Duration {
    let span = max(high - low, 1)
    return .milliseconds(Int64(low * 1000 + below(below(span * 1000) + 1)))
  }
}

/// A decimal written in the simulation; a misspelt one is zero, which no rule lets pass.
func d(_ text: String) -> FixedDecimal { FixedDecimal(text) ?? .zero }

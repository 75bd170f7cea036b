import Foundation

/// What `script/chaos` asks for, and the one source of chance.
struct ChaosPlan: Sendable {
  let kills: Int
  let seed: UInt64
  /// Where journal and logs are left.
  let keep: String?

  /// `nil` in a plain test run: chaos takes minutes.
  static let asked: ChaosPlan? = {
    let environment = ProcessInfo.processInfo.environment
    guard let kills = environment["MT4_CHAOS_KILLS"].flatMap({ Int($0) }), kills > 0 else { return nil }
    let seed = environment["MT4_CHAOS_SEED"].flatMap { UInt64($0) } ?? .random(in: 1...999_999)
    return ChaosPlan(kills: kills, seed: seed, keep: environment["MT4_CHAOS_KEEP"])
  }()

  /// The copy of the sources that bugs are written into.
  static let plantIn = ProcessInfo.processInfo.environment["MT4_CHAOS_PLANT_IN"]

  /// The controller that is run, if it is not the one beside this test: a build with bugs, and which of them is on.
  static let program = ProcessInfo.processInfo.environment["MT4_CHAOS_PROGRAM"]
  static let bug = ProcessInfo.processInfo.environment["MT4_PLANTED"]

  static func say(_ text: String) { FileHandle.standardError.write(Data("chaos: \(text)\n".utf8)) }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): the same seed, the same troubles.
struct ChaosDice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func milliseconds(_ range: ClosedRange<Int>) -> Duration {
    .milliseconds(Int.random(in: range, using: &self))
  }

  mutating func one<Element>(of list: [Element]) -> Element { list[Int.random(in: list.indices, using: &self)] }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 1...100, using: &self) <= percent }
}

import Foundation
import Testing

/// The corpus of the fuzzers, through the same functions, in every test run: what once was found stays found.
struct FuzzCorpusTests {
  @Test(arguments: FuzzEntry.allCases) func `every input of the corpus is judged, and none of them breaks anything`(
    entry: FuzzEntry
  ) async throws {
    let folder = try SourceTree.shared.get().root + "/Tests/Fuzz/corpus/" + entry.rawValue
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(!names.isEmpty)
    for name in names {
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
      #expect(await entry.run(bytes) == nil, "\(entry.rawValue)/\(name)")
    }
  }

  @Test(arguments: FuzzEntry.allCases) func `nothing, zeros, and a long line of brackets are judged, too`(
    entry: FuzzEntry
  ) async {
    for bytes in [[], [0], [UInt8](repeating: 0, count: 300), Array(String(repeating: "[", count: 50_000).utf8)] {
      #expect(await entry.run(bytes) == nil)
    }
  }

  /// A poor man's fuzzer beside libFuzzer: every input of the corpus with a few bytes changed, always the same ones.
  /// `MT4_FUZZ_CHANGES` sets how many changed ones an input has.
  @Test(arguments: FuzzEntry.allCases) func `every input of the corpus is judged with bytes changed, too`(
    entry: FuzzEntry
  ) async throws {
    let asked = ProcessInfo.processInfo.environment["MT4_FUZZ_CHANGES"].flatMap { Int($0) }
    let folder = try SourceTree.shared.get().root + "/Tests/Fuzz/corpus/" + entry.rawValue
    var dice = ChaosDice(seed: UInt64(entry.rawValue.utf8.count))
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
      let count = asked ?? (bytes.count > 5_000 ? 4 : 25)
      for number in 0..<count {
        let changed = Self.changed(bytes, &dice)
        let problem = await entry.run(changed)
        #expect(problem == nil, "\(entry.rawValue)/\(name), change \(number): \(Data(changed).base64EncodedString())")
      }
    }
  }

  private static func changed(_ bytes: [UInt8], _ dice: inout ChaosDice) -> [UInt8] {
    var out = bytes
    for _ in 0..<Int.random(in: 1...4, using: &dice) {
      let at = Int.random(in: 0...out.count, using: &dice)
      switch Int.random(in: 0..<6, using: &dice) {
      case 0 where at < out.count: out[at] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
      case 1 where at < out.count: out[at] = dice.one(of: Array("0-9.eE+\"\\{}[],:#&*!|>%@ \t\n\u{0}".utf8))
      case 2: out.insert(contentsOf: Array(dice.one(of: Self.pieces).utf8), at: at)
      case 3: out.removeSubrange(at..<min(out.count, at + Int.random(in: 1...20, using: &dice)))
      case 4: out.insert(contentsOf: out[at..<min(out.count, at + Int.random(in: 1...60, using: &dice))], at: at)
      default: if at < out.count { out[at] = UInt8.random(in: 0...255, using: &dice) }
      }
    }
    return out
  }

  private static let pieces = [
    "99999999999999999999999999999", "-0", "1e400", "0.0000000000000000001", "null", "true", "{}", "[]", "\"\"",
    "---\n",
    "9999-12-31T23:59:60Z", "0001-01-01T00:00:00Z", "-9223372036854775808", "9223372036854775807", "\u{FEFF}",
    "\u{2028}",
    "%", "%%%%", "nan", "inf", "0x1F", "170141183460469231731687303715884105727",
  ]
}

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
}

import Foundation
import Testing

/// The list of bugs keeps up with the sources; `script/chaos --planted` has them written into a copy by the same test.
struct ChaosBugTests {
  @Test(arguments: ChaosBug.all) func `the text of a planted bug stands once in the sources`(bug: ChaosBug) throws {
    #expect(try bug.occurrences(in: SourceTree.shared.get().root) == 1)
  }

  @Test(.enabled(if: ChaosPlan.plantIn != nil, "script/chaos --planted runs it"))
  func `the bugs are written into a copy of the sources`() throws {
    let root = try #require(ChaosPlan.plantIn)
    for bug in ChaosBug.all { #expect(try bug.occurrences(in: root) == 1, "\(bug.name)") }
    try ChaosBug.plant(in: root)
    for bug in ChaosBug.all { ChaosPlan.say("bug \(bug.name): \(bug.cost)") }
  }
}

// Planted: bugs that chaos has to find, or a green run proves nothing. `script/chaos --planted` writes all of them into a
// copy of the sources, each behind a switch that the environment throws, and compiles that copy once; the product carries
// none. The texts are followed by a test in every run, so that the list keeps up with the code.

import Foundation
import Testing

/// A bug of the controller: text that is taken out of one file, and what stands there instead.
struct ChaosBug: CustomTestStringConvertible {
  let name: String
  /// What a user would pay for it.
  let cost: String
  /// Below `Sources`; of a module that may see the core.
  let file: String
  /// Occurs exactly once in the file.
  let text: String
  /// `PLANTED` is true in a run of this bug.
  let planted: String

  var testDescription: String { name }

  /// How often the text stands in `root`'s copy of the file.
  func occurrences(in root: String) throws -> Int {
    let old = try String(contentsOfFile: "\(root)/Sources/\(file)", encoding: .utf8)
    return old.components(separatedBy: text).count - 1
  }

  /// Writes every bug into the sources below `root`, and the switch that they ask.
  static func plant(in root: String) throws {
    for bug in all {
      let path = "\(root)/Sources/\(bug.file)"
      let old = try String(contentsOfFile: path, encoding: .utf8)
      let new = bug.planted.replacing("PLANTED", with: "(plantedBug == \"\(bug.name)\")")
      try old.replacing(bug.text, with: new).write(toFile: path, atomically: true, encoding: .utf8)
    }
    let switches = """
      import Glibc

      /// Which bug is on: MT4_PLANTED; empty for none.
      public let plantedBug = getenv("MT4_PLANTED").map { String(cString: $0) } ?? ""

      """
    try switches.write(toFile: root + "/Sources/Reconciler/PlantedBug.swift", atomically: true, encoding: .utf8)
  }
}

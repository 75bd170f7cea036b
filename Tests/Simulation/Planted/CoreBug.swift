// Planted: bugs of the core, one line of it each, and what each would cost. They are written into a copy of the sources
// (`simulate plant FOLDER`) and compiled there; the product carries none. All of them are in one build, each behind a switch
// that a run throws, so that fifty bugs cost one compilation.

import Foundation

/// A bug of the core: text that is taken out of one file, and what stands there instead.
struct CoreBug {
  var name: String
  /// What a user would pay for it.
  var cost: String
  /// Below `Sources/Reconciler`.
  var file: String
  /// Occurs exactly once in the file.
  var text: String
  /// `PLANTED` is true in a run of this bug.
  var planted: String
  /// The same in other files, where the core has a second line of defence that would hide it.
  var also: [Edit] = []

  struct Edit {
    var file: String
    var text: String
    var planted: String
  }

  var edits: [Edit] { [Edit(file: file, text: text, planted: planted)] + also }

  static let all = unknowns + memories + risks + limits + looks + judged
}

extension CoreBug {
  #if PLANTED
    static let areHere = true
  #else
    static let areHere = false
  #endif

  /// Writes every bug into the copy at `folder`, which holds `Sources/Reconciler`.
  ///
  /// - Returns: false, and says why, if the text of one is not there any more, or more than once.
  static func plant(in folder: String) -> Bool {
    let root = URL(fileURLWithPath: folder).appendingPathComponent("Sources/Reconciler")
    var isWhole = true
    for (number, bug) in all.enumerated() {
      for edit in bug.edits {
        let file = root.appendingPathComponent(edit.file)
        guard let old = try? String(contentsOf: file, encoding: .utf8) else {
          print("\(bug.name): \(edit.file) cannot be read")
          isWhole = false
          continue
        }
        let parts = old.components(separatedBy: edit.text)
        guard parts.count == 2 else {
          let times = parts.count - 1
          print("\(bug.name): its text occurs \(times) times in \(edit.file); the list has to follow the core")
          isWhole = false
          continue
        }
        let new = parts.joined(
          separator: edit.planted.replacingOccurrences(of: "PLANTED", with: "(plantedBug == \(number + 1))"))
        isWhole = (try? Data(new.utf8).write(to: file)) != nil && isWhole
      }
    }
    let switches = "/// Which bug is on; 0 for none.\nnonisolated(unsafe) public var plantedBug = 0\n"
    let file = root.appendingPathComponent("PlantedBug.swift")
    return (try? Data(switches.utf8).write(to: file)) != nil && isWhole
  }
}

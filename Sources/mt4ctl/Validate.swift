import ArgumentParser
import Controller
import Foundation

/// Checks manifests offline: no terminal is asked and no secret is resolved.
struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check manifests, all of them together, without touching anything.",
    discussion: "Prints every error at once as FILE:LINE:COL: error: MESSAGE. Exits 3 when the set is not valid.")

  @Argument(help: "Files, or folders of *.yaml and *.yml files; together they are one set.")
  var paths: [String]

  func run() throws {
    switch ManifestLoader.load(paths: paths) {
    case .rejected(let errors):
      Self.say(errors.map(\.description).joined(separator: "\n"))
      throw ExitCode(3)
    case .accepted(let loaded):
      if !loaded.warnings.isEmpty { Self.say(loaded.warnings.map(\.description).joined(separator: "\n")) }
      print(loaded.summary)
    }
  }

  private static func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}

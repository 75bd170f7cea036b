import ArgumentParser
import Controller
import Foundation

/// `mt4ctl import`.
struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Convert the old gateway's registry of agents (agents.yml) to manifests.",
    discussion: """
      Writes a manifest for each agent and fleet.yaml into a folder that holds no manifests yet. Placeholder accounts are \
      left out; secrets are never copied, but referred to; whatever was guessed or left out is a warning with its line. What \
      is written has been checked as `mt4ctl validate` does; nothing is written when anything is wrong.

      Exit codes: 0 success; 1 the registry cannot be converted, or a file is there already.

      Example:
        mt4ctl import agents.yml --out manifests && mt4ctl plan --manifests manifests
      """)

  @Argument(help: "The registry.") var file: String
  @Option(help: "The folder for the manifests; it is made if it is not there.") var out: String

  func run() throws {
    let imported: RegistryImport
    do throws(ImportError) {
      imported = try RegistryImport(path: file)
      for warning in imported.warnings { Terminal.error(warning) }
      try imported.write(to: out)
    } catch {
      for problem in error.problems { Terminal.error(problem) }
      Terminal.error("mt4ctl: nothing was written")
      throw ExitCode(1)
    }
    for file in imported.files { Terminal.out("\(out)/\(file.name)\n") }
  }
}

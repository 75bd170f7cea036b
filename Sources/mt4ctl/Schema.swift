import ArgumentParser
import Controller

/// Prints the JSON Schema of manifests, for editors.
struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the JSON Schema (2020-12) of manifests.",
    discussion: "For editors that check YAML as one types. `validate` checks more: what must agree between documents.")

  func run() { print(ManifestSchema.text) }
}

import ArgumentParser
import Controller
import Reconciler

/// `mt4ctl diff`.
struct Diff: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what two revisions say differently, field by field.",
    discussion: """
      Without A and B: the revision before the one in force, and the one in force. With A alone: A, and the one in force. \
      With --manifests: the one in force (or A), and what the files of that folder would change.

      Exit codes: 0 no difference; 1 they differ; 2 error; 7 the controller cannot be reached.

      Examples:
        mt4ctl diff
        mt4ctl diff 3 5 --state /var/lib/mt4-controller
        mt4ctl diff --manifests manifests
      """)

  @Argument(help: "The older revision.") var a: Int?
  @Argument(help: "The newer revision.") var b: Int?

  @Option(help: "A folder of manifests in the place of B.")
  var manifests: String?

  @Option(name: .shortAndLong, help: "text or json.")
  var output = StatementFormat.text

  @OptionGroup var source: RevisionSource

  func validate() throws {
    guard [a, b].allSatisfy({ $0 ?? 1 > 0 }) else { throw ValidationError("Revisions are numbers from 1.") }
    guard manifests == nil || b == nil else { throw ValidationError("Give B or --manifests, not both.") }
  }

  func run() async throws {
    do {
      let sides = try await sides()
      let diff = RevisionDiff(from: sides.old.form, to: sides.new.form)
      switch output {
      case .text: Terminal.out("\(sides.old.name) -> \(sides.new.name)\n\(diff.text)")
      case .json:
        let document: JSONValue = [
          "format_version": 1, "old": .string(sides.old.name), "new": .string(sides.new.name),
          "different": .bool(!diff.isEmpty), "documents": diff.json,
        ]
        Terminal.out(document.prettyText + "\n")
      }
      if !diff.isEmpty { throw ExitCode(1) }
    } catch let failure as DiffFailure {
      throw ExitCode(failure.code == 1 ? 2 : failure.code)
    }
  }

  private typealias Side = (name: String, form: JSONValue)

  /// An error of another command's code: 1 means something else here.
  private struct DiffFailure: Error {
    var code: Int32
  }

  private func sides() async throws(DiffFailure) -> (old: Side, new: Side) {
    if let manifests {
      let old = if let a { a } else { try await current() }
      return (try await revision(old), try folder(manifests))
    }
    let newest = if let b { b } else { try await current() }
    let oldest = if let a { a } else { try await before(newest) }
    return (try await revision(oldest), try await revision(newest))
  }

  private func asking<Value>(_ body: () async throws -> Value) async throws(DiffFailure) -> Value {
    do {
      return try await body()
    } catch let code as ExitCode {
      throw DiffFailure(code: code.rawValue)
    } catch {
      throw DiffFailure(code: 2)
    }
  }

  private func revision(_ number: Int) async throws(DiffFailure) -> Side {
    let form = try await asking { try await source.normalised(number) }
    return ("revision \(number)", form)
  }

  private func current() async throws(DiffFailure) -> Int {
    let list = try await asking { try await source.list() }
    guard let row = list.rows.first(where: \.isCurrent) ?? list.rows.first else {
      Terminal.error("mt4ctl: there is no revision yet")
      throw DiffFailure(code: 2)
    }
    return row.number
  }

  private func before(_ number: Int) async throws(DiffFailure) -> Int {
    let list = try await asking { try await source.list() }
    guard let row = list.rows.first(where: { $0.number < number }) else {
      Terminal.error("mt4ctl: there is no revision before revision \(number)")
      throw DiffFailure(code: 2)
    }
    return row.number
  }

  private func folder(_ path: String) throws(DiffFailure) -> Side {
    switch ManifestLoader.load(directory: path) {
    case .accepted(let loaded): return (path, loaded.normalised)
    case .rejected(let errors):
      for error in errors { Terminal.error("\(error)") }
      throw DiffFailure(code: 2)
    }
  }
}

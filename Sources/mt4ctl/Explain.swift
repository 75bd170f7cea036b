import ArgumentParser
import Controller
import Reconciler

/// `mt4ctl explain`.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what a field of a manifest, a reason, a condition, a kind of record or an exit code means.",
    discussion: """
      Fields come out of the very table that manifests are checked with. A path may be given by its end. \
      `fields`, `reasons`, `conditions`, `records` and `exit-codes` list all of a kind.

      Examples:
        mt4ctl explain agent.spec.risk
        mt4ctl explain lot_size
        mt4ctl explain daily_loss_80
        mt4ctl explain Synced
        mt4ctl explain exit-codes
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Argument(help: ArgumentHelp("What to explain; a kind such as `reason` may stand before it.", valueName: "word"))
  var words: [String] = []

  @Option(name: .shortAndLong, help: "text or json.") var output = Format.text

  func validate() throws {
    guard (1...2).contains(words.count) else {
      throw ValidationError("Say what to explain, such as `mt4ctl explain agent.spec.risk`.")
    }
  }

  func run() throws {
    guard let word = words.last else { return }
    if words.count == 1, let all = Self.list(word) {
      for explanation in all { Terminal.out(Self.line(explanation)) }
      return
    }
    switch Glossary.look(up: word) {
    case .found(let all):
      let kind = words.count == 2 ? words[0].lowercased() : nil
      let wanted =
        kind.map { kind in all.filter { $0.kind.rawValue.hasPrefix(kind) || kind.hasPrefix($0.kind.rawValue) } } ?? all
      show(wanted.isEmpty ? all : wanted)
    case .unknown(let nearest):
      let hint = nearest.map { "; did you mean `\($0)`?" } ?? ""
      Terminal.error(
        "mt4ctl: nothing is called `\(word)`\(hint) `mt4ctl explain fields` and `reasons` list what there is")
      throw ExitCode(1)
    }
  }

  private func show(_ all: [Explanation]) {
    switch output {
    case .json: for explanation in all { Terminal.out(explanation.json.prettyText + "\n") }
    case .text: Terminal.out(all.map(Self.text).joined(separator: "\n"))
    }
  }

  private static func list(_ word: String) -> [Explanation]? {
    switch word.lowercased() {
    case "fields": all(FieldTable.paths)
    case "reasons": all(Glossary.reasons.map(\.rawValue), .reason)
    case "conditions": all(Condition.Kind.allCases.map(\.rawValue), .condition)
    case "records", "events": all(EventType.allCases.map(\.rawValue), .event)
    case "exit-codes", "exit-code", "exit": all(ExitMeaning.all.map { "\($0.code)" }, .exitCode)
    case _: nil
    }
  }

  private static func all(_ words: [String], _ kind: Explanation.Kind = .field) -> [Explanation] {
    words.flatMap { word -> [Explanation] in
      guard case .found(let found) = Glossary.look(up: word) else { return [] }
      return found.filter { $0.kind == kind && $0.word == word }
    }
  }

  private static func line(_ explanation: Explanation) -> String {
    let padding = String(repeating: " ", count: max(1, 26 - explanation.word.count))
    return "\(explanation.word)\(padding)\(explanation.text)\n"
  }

  private static func text(_ explanation: Explanation) -> String {
    var out = "\(Tone.strong.paint(explanation.word)) (\(explanation.kind.rawValue))\n  \(explanation.text)\n"
    let width = explanation.details.map(\.name.count).max() ?? 0
    for detail in explanation.details {
      out += "  \(detail.name)\(String(repeating: " ", count: width - detail.name.count))  \(detail.text)\n"
    }
    if !explanation.seeAlso.isEmpty { out += "  see also: \(explanation.seeAlso.joined(separator: ", "))\n" }
    return out
  }
}

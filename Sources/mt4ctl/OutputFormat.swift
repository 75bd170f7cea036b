import ArgumentParser
import Controller
import Reconciler

/// How an answer is printed: for people, or whole for programs.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case table, wide, json, yaml
}

/// What a command has to say, in every form.
struct Answer {
  /// `kind` and `items`, or the members of one thing; `format_version` is added.
  var document: [String: JSONValue]
  var table: String
  var wide: String

  init(document: [String: JSONValue], table: String, wide: String? = nil) {
    self.document = document
    self.table = table
    self.wide = wide ?? table
  }

  func text(_ format: OutputFormat) -> String {
    let whole = JSONValue.object(document.merging(["format_version": 1]) { own, _ in own })
    return switch format {
    case .table: table
    case .wide: wide
    case .json: whole.prettyText + "\n"
    case .yaml: whole.yamlText
    }
  }

  /// On one line, for a stream of answers.
  func line(_ format: OutputFormat) -> String {
    guard format == .json else { return text(format) }
    return JSONValue.object(document.merging(["format_version": 1]) { own, _ in own }).canonicalText + "\n"
  }
}

// Explain: every word of the vocabulary in a sentence or two: fields of manifests (out of the table that the loader checks
// with), reasons, conditions, kinds of records, exit codes. `mt4ctl explain` prints it; nothing here decides anything.

public import Reconciler

/// What one word means.
public struct Explanation: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case field, reason, condition
    case event = "record"
    case exitCode = "exit code"
  }

  public var kind: Kind
  public var word: String
  /// A sentence or two.
  public var text: String
  /// More, as a name and what it is: a field's type, its default, the fields below it.
  public var details: [Detail] = []
  /// Other words that belong to it, as `mt4ctl explain` takes them.
  public var seeAlso: [String] = []

  public struct Detail: Hashable, Sendable {
    public var name: String
    public var text: String
  }

  public var json: JSONValue {
    [
      "format_version": 1, "kind": .string(kind.rawValue), "word": .string(word), "text": .string(text),
      "details": .array(details.map { ["name": .string($0.name), "text": .string($0.text)] }),
      "see_also": .array(seeAlso.map { .string($0) }),
    ]
  }
}

extension Explanation {
  init(_ entry: FieldTable.Entry) {
    kind = .field
    word = entry.path
    text = entry.doc
    details = [Detail(name: "takes", text: entry.takes)]
    if entry.isRequired { details.append(Detail(name: "required", text: "yes")) }
    if let value = entry.defaultText { details.append(Detail(name: "default", text: value)) }
    for field in entry.fields {
      guard let below = FieldTable.entry(at: "\(entry.path).\(field)") else { continue }
      details.append(
        Detail(name: ".\(field)", text: "\(below.type)\(below.isRequired ? ", required" : ""): \(below.doc)"))
    }
    seeAlso = Reason.allCases.filter { $0.field == entry.path }.map(\.rawValue)
  }

  init(_ reason: Reason) {
    kind = .reason
    word = reason.rawValue
    text = reason.explanation
    details = [Detail(name: "given for", text: reason.uses.map(\.words).joined(separator: "; "))]
    seeAlso = reason.field.map { [$0] } ?? []
  }

  init(_ condition: Condition.Kind) {
    kind = .condition
    word = condition.rawValue
    text = condition.explanation
    details = [
      Detail(
        name: "status",
        text: "True, False or Unknown, with a reason (`mt4ctl explain REASON`), a sentence and since when")
    ]
  }

  init(_ event: EventType) {
    kind = .event
    word = event.rawValue
    text = event.explanation
  }

  init(_ code: ExitMeaning) {
    kind = .exitCode
    word = "\(code.code)"
    text = code.text
  }
}

extension Reason.Use {
  fileprivate var words: String {
    switch self {
    case .closes: "a close, a reduction or a deletion"
    case .opens: "an open"
    case .modifies: "a modification of a stop or take-profit"
    case .holds: "an action that is held back"
    }
  }
}

import Reconciler

extension ValueType {
  /// What the field takes, to stand behind "takes".
  var expectation: String {
    switch self {
    case .text(let rule): rule.expectation
    case .bool: "`true` or `false`"
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .decimal(let bounds): "a plain decimal \(bounds.words())"
    case .percent(let bounds): "a percentage \(bounds.words(unit: "%"))"
    case .money: "an amount above 0 with its currency, such as `200 USD`"
    case .limit: "a percentage above 0% and at most 100%, or an amount above 0 with its currency, such as `10 USD`"
    case .multiple: "a multiple above 0, such as `20x`"
    case .duration(let range):
      "a duration from \(range.lowerBound.manifestText) to \(range.upperBound.manifestText), such as "
        + "`250ms`, `5s`, `1m` or `1h`"
    case .words(let words): Self.either(Array(words.value.words))
    case .time: "a time of day in quotes, from \"00:00\" to \"23:59\""
    case .zone: "an IANA time zone such as `Europe/Athens`"
    case .url: "a url such as `http://127.0.0.1:8081`"
    case .secret: "a reference: `{ credential: NAME }`, `{ file: PATH }` or `{ env: NAME }`"
    case .list(let item, _): "a list, each item \(item.value.expectation)"
    case .map: "a mapping of names to text"
    case .object: "a mapping"
    case .limitOr(let type): "a limit such as `20%`, or a mapping of \(type.value.allowedNames)"
    }
  }

  private static func either(_ words: [String]) -> String {
    let quoted = words.map { "`\($0)`" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "nothing" }
    return quoted.dropLast().joined(separator: ", ") + " or " + last
  }

  /// A short name of the type for `explain`.
  var name: String {
    switch self {
    case .text: "text"
    case .bool: "boolean"
    case .integer: "integer"
    case .decimal: "decimal"
    case .percent: "percentage"
    case .money: "money"
    case .limit: "limit"
    case .multiple: "multiple"
    case .duration: "duration"
    case .words: "word"
    case .time: "time of day"
    case .zone: "time zone"
    case .url: "url"
    case .secret: "secret reference"
    case .list(let item, _): "list of \(item.value.name)"
    case .map: "map"
    case .object: "object"
    case .limitOr: "limit or object"
    }
  }

  /// The fields below, where there are some.
  var object: ObjectType? {
    switch self {
    case .object(let type), .limitOr(let type): type.value
    case .list(let item, _): item.value.object
    case .text, .bool, .integer, .decimal, .percent, .money, .limit, .multiple, .duration, .words, .time, .zone, .url,
      .secret, .map:
      nil
    }
  }
}

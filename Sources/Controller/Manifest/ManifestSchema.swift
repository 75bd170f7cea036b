public import Reconciler

/// The JSON Schema (2020-12) of manifests, made of the table of fields.
public enum ManifestSchema {
  public static var document: JSONValue {
    [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "$id": "https://mt4-controller.invalid/schema/v1alpha1.json",
      "title": "mt4-controller manifest",
      "type": "object",
      "required": ["apiVersion", "kind", "metadata", "spec"],
      "properties": [
        "kind": ["enum": .array(FieldTable.Kind.allCases.map { .string($0.rawValue) })]
      ],
      "allOf": .array(FieldTable.Kind.allCases.map(branch)),
      "$defs": .object(
        Dictionary(
          uniqueKeysWithValues: FieldTable.Kind.allCases.map { ($0.rawValue, schema(of: $0.table.value)) })),
    ]
  }

  /// Pretty-printed, without a line end at its end.
  public static var text: String { document.prettyText }

  /// A document is checked by its own kind alone, so that an editor's complaint is about the line and not the whole.
  private static func branch(_ kind: FieldTable.Kind) -> JSONValue {
    [
      "if": ["properties": ["kind": ["const": .string(kind.rawValue)]], "required": ["kind"]],
      "then": ["$ref": .string("#/$defs/\(kind.rawValue)")],
    ]
  }

  private static func schema(of object: ObjectType) -> JSONValue {
    var members: [String: JSONValue] = [
      "type": "object",
      "additionalProperties": false,
      "properties": .object(Dictionary(uniqueKeysWithValues: object.fields.map { ($0.name, schema(of: $0)) })),
    ]
    let required = object.fields.filter(\.isRequired).map { JSONValue.string($0.name) }
    if !required.isEmpty { members["required"] = .array(required) }
    return .object(members)
  }

  private static func schema(of field: Field) -> JSONValue {
    var members = schema(of: field.type).object ?? [:]
    members["description"] = .string(field.doc)
    if case .text(let text) = field.fallback { members["default"] = defaultForm(field, text) }
    return .object(members)
  }

  private static func defaultForm(_ field: Field, _ text: String) -> JSONValue {
    if case .decimal = field.type { return .number(text) }
    return (try? JSONParser.parse(field.fallbackJSON)) ?? .null
  }

  private static let number = "(0|[1-9][0-9]{0,14})(\\.[0-9]+)?"

  private static func text(_ pattern: String, example: String) -> JSONValue {
    ["type": "string", "pattern": .string("^\(pattern)$"), "examples": [.string(example)]]
  }

  private static func schema(of type: ValueType) -> JSONValue {
    switch type {
    case .text(let rule): .fields(["type": "string", "pattern": rule.pattern.map { .string($0) }])
    case .bool: ["type": "boolean"]
    case .integer(let range):
      ["type": "integer", "minimum": .int(range.lowerBound), "maximum": .int(range.upperBound)]
    case .decimal(let bounds): decimal(bounds)
    case .percent: text("\(number)%", example: "5%")
    case .money: text("\(number) [A-Z]{3}", example: "200 USD")
    case .limit: text("\(number)(%| [A-Z]{3})", example: "5%")
    case .multiple: text("\(number)x", example: "20x")
    case .duration: text("(0|[1-9][0-9]{0,8})(ms|s|m|h)", example: "5s")
    case .words(let words): ["type": "string", "enum": .array(words.value.words.map { .string($0) })]
    case .time: text("([01][0-9]|2[0-3]):[0-5][0-9]", example: "00:00")
    case .zone: ["type": "string", "examples": ["Europe/Athens"]]
    case .url:
      ["type": "string", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[^\\s?#@]+$", "examples": ["http://127.0.0.1:8081"]]
    case .secret: secret
    case .list(let item, let count):
      [
        "type": "array", "items": schema(of: item.value), "minItems": .int(count.lowerBound),
        "maxItems": .int(count.upperBound),
      ]
    case .map: ["type": "object", "additionalProperties": ["type": "string"]]
    case .object(let object): schema(of: object.value)
    case .limitOr(let object): ["oneOf": [schema(of: .limit), schema(of: object.value)]]
    }
  }

  private static func decimal(_ bounds: Bounds) -> JSONValue {
    .fields([
      "type": "number",
      bounds.lowerIsAllowed ? "minimum" : "exclusiveMinimum": .number(bounds.lower.description),
      "maximum": bounds.upper.map { .number($0.description) },
    ])
  }

  private static let secret: JSONValue = [
    "type": "object",
    "additionalProperties": false,
    "minProperties": 1,
    "maxProperties": 1,
    "properties": [
      "credential": ["type": "string", "pattern": "^[A-Za-z0-9_.-]{1,255}$"],
      "file": ["type": "string", "pattern": .string(TextRule.line.pattern ?? "")],
      "env": ["type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,254}$"],
    ],
  ]
}

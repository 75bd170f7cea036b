// OpenAPI: the description of the interface, made from the table of routes alone.

import Reconciler

/// `/openapi.json`: OpenAPI 3.1.
enum OpenAPIDocument {
  static func json(_ routes: [RESTRoute]) -> JSONValue {
    var schemas = SchemaCollection()
    let problem = schemas.reference(problemSchema)
    var paths: [String: JSONValue] = [:]
    for route in routes where route.isDescribed { paths[route.path] = ["get": operation(route, &schemas)] }
    let described: [String: JSONValue] = [
      "problem": [
        "description": "Why it is not answered with what was asked for (RFC 9457).",
        "content": ["application/problem+json": ["schema": problem]],
      ],
      "unchanged": ["description": "What the client has by this ETag still holds."],
    ]
    return [
      "openapi": "3.1.0",
      "info": [
        "title": "mt4-controller", "version": .string(ControllerVersion.text),
        "description": .string(about), "license": ["name": "see the repository"],
      ],
      "paths": .object(paths),
      "components": [
        "schemas": .object(schemas.all), "responses": .object(described),
        "securitySchemes": [
          "token": [
            "type": "http", "scheme": "bearer",
            "description":
              "A static token of the token file, or a JSON Web Token. Without any key configured all is open on loopback.",
          ]
        ],
      ],
    ]
  }

  private static let about =
    "Read-only: GET, and HEAD for the same without a body; anything else is answered with 405 and the declarative way. "
    + "{id} is an agent's id, or its name in the manifest. Amounts are exact decimals: read them as such, not as binary "
    + "floats. What is not known is null. Every answer may be 429 when a client asks too often."

  private static let problemSchema = Schema.named(
    "Problem",
    [
      Schema.field("type", .string), Schema.field("title", .string), Schema.field("status", .int),
      Schema.field("detail", .string), Schema.optional("parameter", .string),
    ])

  private static func operation(_ route: RESTRoute, _ schemas: inout SchemaCollection) -> JSONValue {
    var responses: [String: JSONValue] = ["200": .object(success(route, &schemas))]
    if case .json = route.answer, route.isTagged { responses["304"] = ["$ref": "#/components/responses/unchanged"] }
    for status in route.failures {
      responses[String(status)] = ["$ref": "#/components/responses/problem"]
    }
    if let schema = route.unavailable {
      responses["503"] = [
        "description": "Not yet.", "content": ["application/json": ["schema": schemas.reference(schema)]],
      ]
    }
    var operation: [String: JSONValue] = [
      "operationId": .string(identifier(route.path)), "summary": .string(route.summary),
      "responses": .object(responses), "parameters": .array(parameters(route, &schemas)),
      "x-role": .string(route.access.rawValue),
    ]
    operation["security"] = route.access == .open ? [] : [["token": []]]
    return .object(operation)
  }

  private static func success(_ route: RESTRoute, _ schemas: inout SchemaCollection) -> [String: JSONValue] {
    var response: [String: JSONValue] = ["description": .string(route.summary)]
    switch route.answer {
    case .json(let schema): response["content"] = ["application/json": ["schema": schemas.reference(schema)]]
    case .other(let type):
      let plain = type.split(separator: ";").first.map(String.init) ?? type
      response["content"] = .object([plain: ["schema": ["type": "string"]]])
    }
    return response
  }

  private static func parameters(_ route: RESTRoute, _ schemas: inout SchemaCollection) -> [JSONValue] {
    var all: [JSONValue] = route.parts.map { name in
      [
        "name": .string(name), "in": "path", "required": true,
        "schema": name == "revision" ? ["type": "integer", "minimum": 1] : ["type": "string", "minLength": 1],
      ]
    }
    for parameter in route.query ?? [] {
      all.append([
        "name": .string(parameter.name), "in": "query", "required": false, "description": .string(parameter.about),
        "schema": schemas.reference(parameter.schema),
      ])
    }
    for header in route.headers {
      all.append([
        "name": .string(header.name), "in": "header", "required": false, "description": .string(header.about),
        "schema": schemas.reference(header.schema),
      ])
    }
    return all
  }

  /// `/api/agents/{id}/tick/{symbol}` is `agents_id_tick_symbol`.
  private static func identifier(_ path: String) -> String {
    let words = path.split(separator: "/").filter { $0 != "api" }
      .map { $0.filter { $0.isLetter || $0.isNumber || $0 == "." }.replacing(".", with: "_") }
    return words.isEmpty ? "root" : words.joined(separator: "_")
  }
}

/// JSON Schemas, the named ones each once.
struct SchemaCollection {
  private(set) var all: [String: JSONValue] = [:]

  mutating func reference(_ schema: Schema) -> JSONValue {
    switch schema {
    case .string: return ["type": "string"]
    case .time: return ["type": "string", "format": "date-time"]
    case .cursor: return ["type": "string", "pattern": "^[1-9][0-9]{0,17}$"]
    case .bool: return ["type": "boolean"]
    case .int: return ["type": "integer"]
    case .intBetween(let low, let high): return ["type": "integer", "minimum": .int(low), "maximum": .int(high)]
    case .number: return ["type": "number"]
    case .oneOf(let words): return ["type": "string", "enum": .array(words.map { .string($0) })]
    case .nullable(let inner): return ["anyOf": [reference(inner), ["type": "null"]]]
    case .array(let item): return ["type": "array", "items": reference(item)]
    case .map(let value): return ["type": "object", "additionalProperties": reference(value)]
    case .any: return [:]
    case .named(let name, let fields):
      let link: JSONValue = ["$ref": .string("#/components/schemas/\(name)")]
      guard all[name] == nil else { return link }
      // It may contain itself.
      all[name] = [:]
      var properties: [String: JSONValue] = [:]
      for field in fields { properties[field.name] = reference(field.schema) }
      all[name] = [
        "type": "object", "properties": .object(properties), "additionalProperties": false,
        "required": .array(
          fields.filter { !$0.isOptional }.map { .string($0.name) }.sorted { $0.string ?? "" < $1.string ?? "" }),
      ]
      return link
    }
  }
}

import Foundation
import Reconciler
import Testing

@testable import Controller

/// The description says exactly what is served.
struct RESTOpenAPITests {
  /// `docs/openapi.json` in the repository.
  private static var goldenPath: String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("docs/openapi.json").path
  }

  /// With everything that a running controller serves.
  private static func routes() -> [RESTRoute] {
    var parts = RESTParts(board: StatusBoard(), feed: RecordFeed(), history: RecordHistory())
    parts.revisions = RevisionReader(RevisionStore(stateDirectory: "/nonexistent"))
    parts.quotes = TickDesk(TerminalDirectory())
    parts.metrics = { [] }
    return RESTTable.routes(parts).filter(\.isDescribed)
  }

  /// `MT4_RECORD=1 swift test --filter RESTOpenAPITests` writes it anew, and fails, so that nobody records by mistake.
  @Test func `docs/openapi.json is what /openapi.json answers`() throws {
    let document = OpenAPIDocument.json(Self.routes())
    let text = document.prettyText
    if ProcessInfo.processInfo.environment["MT4_RECORD"] == "1" {
      try text.write(toFile: Self.goldenPath, atomically: true, encoding: .utf8)
      Issue.record("recorded; run again without MT4_RECORD")
    }
    let golden = try String(contentsOfFile: Self.goldenPath, encoding: .utf8)
    #expect(text == golden, "the interface changed: record it anew if that is meant (MT4_RECORD=1)")
  }

  @Test func `every path is described once, and every variable part and reference is there`() throws {
    let routes = Self.routes()
    #expect(Set(routes.map(\.path)).count == routes.count)
    let document = OpenAPIDocument.json(routes)
    let paths = try #require(document["paths"]?.object)
    #expect(Set(paths.keys) == Set(routes.map(\.path)))
    let operations = paths.values.compactMap { $0["get"]?["operationId"]?.string }
    #expect(Set(operations).count == routes.count)
    for route in routes {
      let parameters = paths[route.path]?["get"]?["parameters"]?.array ?? []
      let described = parameters.filter { $0["in"]?.string == "path" }.compactMap { $0["name"]?.string }
      #expect(described == route.parts)
    }
    let text = document.canonicalText
    for part in text.components(separatedBy: "\"$ref\":\"#/components/schemas/").dropFirst() {
      let name = String(part.prefix { $0 != "\"" })
      #expect(document["components"]?["schemas"]?[name] != nil, "\(name)")
    }
  }

  @Test func `each path that the mission names is served, and nothing is served that is not described`() async throws {
    let paths = Set(Self.routes().map(\.path))
    let named =
      [
        "/health", "/api/status", "/api/agents", "/api/agents/summary", "/api/agents/{id}", "/livez", "/readyz",
        "/metrics",
        "/openapi.json", "/api/actions", "/api/revisions", "/api/revisions/{revision}", "/api/events",
        "/api/agents/{id}/tick/{symbol}",
      ]
      + [
        "account", "positions", "orders", "conditions", "plan", "actions", "trades", "performance", "status", "metrics",
      ]
      .map { "/api/agents/{id}/\($0)" }
    for path in named { #expect(paths.contains(path), "\(path)") }
    try await BareServer.with { server in
      let answer = try await ask(server.port, "/openapi.json")
      let served = try #require(answer.json?["paths"]?.object)
      for path in served.keys where path != "/api/events" {
        let url = path.replacing("{id}", with: "x").replacing("{revision}", with: "1").replacing("{symbol}", with: "E")
        let detail = try await ask(server.port, url).json?["title"]?.string
        #expect(detail != "Nothing is served here", "\(path)")
      }
    }
  }
}

extension JSONValue {
  /// Whether it is of this JSON Schema's shape; else the first place where it is not.
  func mismatch(_ schema: JSONValue, _ all: JSONValue, at place: String = "$") -> String? {
    if let name = schema["$ref"]?.string?.split(separator: "/").last {
      return mismatch(all[String(name)] ?? .null, all, at: place)
    }
    if let either = schema["anyOf"]?.array {
      let misses = either.map { mismatch($0, all, at: place) }
      return misses.contains(nil) ? nil : misses.compactMap { $0 }.first
    }
    if let words = schema["enum"]?.array, !words.contains(self) {
      return "\(place): \(canonicalText) is none of \(words)"
    }
    guard let type = schema["type"]?.string else { return nil }
    switch (type, self) {
    case ("null", .null), ("boolean", .bool), ("string", .string): return nil
    case ("number", .number): return nil
    case ("integer", .number(let text)): return Int64(text) == nil ? "\(place): \(text) is not whole" : nil
    case ("array", .array(let items)):
      for (index, item) in items.enumerated() {
        if let miss = item.mismatch(schema["items"] ?? [:], all, at: "\(place)[\(index)]") { return miss }
      }
      return nil
    case ("object", .object(let members)):
      for name in schema["required"]?.array ?? [] where members[name.string ?? ""] == nil {
        return "\(place): \(name.string ?? "") is missing"
      }
      for (name, value) in members {
        let known = schema["properties"]?[name]
        guard let inner = known ?? schema["additionalProperties"], inner != .bool(false) else {
          return "\(place): \(name) is not described"
        }
        if let miss = value.mismatch(inner, all, at: "\(place).\(name)") { return miss }
      }
      return nil
    default: return "\(place): \(canonicalText.prefix(40)) is no \(type)"
    }
  }
}

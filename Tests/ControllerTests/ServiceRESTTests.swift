import Foundation
import FoundationNetworking
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// The open paths of the REST interface, over a socket.
@Suite(.timeLimit(.minutes(5)))
struct ServiceRESTTests {
  private struct Answer {
    let status: Int
    let type: String?
    let allow: String?
    let body: Data

    var json: JSONValue? { try? JSONParser.parse(Array(body)) }
  }

  private static func ask(
    _ controller: RunningController, _ path: String, method: String = "GET"
  ) async throws -> Answer {
    let port = try #require(controller.port)
    var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
    request.httpMethod = method
    request.timeoutInterval = 30
    let (body, response) = try await URLSession.shared.data(for: request)
    let http = try #require(response as? HTTPURLResponse)
    return Answer(
      status: http.statusCode, type: http.value(forHTTPHeaderField: "Content-Type"),
      allow: http.value(forHTTPHeaderField: "Allow"), body: body)
  }

  @Test func `health and status have the gateway's fields, and say what is wrong`() async throws {
    try await Stage.with(["agent_1", "agent_2"]) { stage in
      try stage.declare(stage.agent("agent_1"))
      try stage.declare(stage.agent("agent_2") { $0.enabled = false })
      try await RunningController.with(stage, database: try TestDatabase.fresh().url) { controller in
        try await eventually("in sync") {
          controller.condition(.synced, "agent_1")?.status == .yes && controller.database == .up
            && controller.status("agent_2")?.online == true
        }
        let health = try #require(await Self.ask(controller, "/health").json)
        #expect(health["status"]?.string == "healthy")
        #expect(health["agents_configured"]?.int == 2)
        #expect(health["agents_active"]?.int == 1)
        let status = try await Self.ask(controller, "/api/status")
        #expect(status.type == "application/json")
        #expect(status.json?["service"]?.string == "mt4-controller")
        #expect(status.json?["version"]?.string == ControllerVersion.text)
        let agents = try #require(status.json?["agents"]?.array)
        #expect(agents.map { $0["agent_id"]?.string } == ["agent_1", "agent_2"])
        let conditions = try #require(agents.first?["conditions"]?.array)
        #expect(conditions.map { $0["type"]?.string } == Condition.Kind.allCases.map(\.rawValue))
        let members: Set = ["type", "status", "reason", "message", "observed_revision", "last_transition"]
        #expect(conditions.allSatisfy { Set($0.object?.keys.map(\.self) ?? []) == members })
        try stage.write("bad.yaml", "kind: [")
        controller.service.reload(actor: "test")
        try await eventually("refused") { !controller.records(.revisionRejected).isEmpty }
        try await eventually("and published") { controller.condition(.manifestAccepted, "agent_1")?.status == .no }
        let degraded = try #require(await Self.ask(controller, "/health").json)
        #expect(degraded["status"]?.string == "degraded")
        #expect(degraded["reasons"]?.array?.first?.string?.contains("bad.yaml") == true)
      }
    }
  }

  @Test func `alive and ready are 200 also while the database is away, with the reason`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent())
      try await RunningController.with(stage, database: "host=\(stage.folder) dbname=x user=y") { controller in
        try await eventually("it is known to be down") {
          if case .down? = controller.database { true } else { false }
        }
        for (path, word) in [("/livez", "alive"), ("/readyz", "ready")] {
          let answer = try await Self.ask(controller, path)
          #expect(answer.status == 200)
          #expect(answer.json?["status"]?.string == word)
          #expect(answer.json?["reasons"]?.array?.contains { $0.string?.contains("the database") == true } == true)
        }
      }
    }
  }

  @Test func `what writes is 405 with Allow and the declarative way, and changes nothing`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.targets = [] })
      try await RunningController.with(stage, database: try TestDatabase.fresh().url) { controller in
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
          let answer = try await Self.ask(controller, "/api/agents/agent_1/trade", method: method)
          #expect(answer.status == 405)
          #expect(answer.allow == "GET, HEAD")
          #expect(answer.type == "application/problem+json")
          #expect(answer.json?["status"]?.int == 405)
          #expect(answer.json?["detail"]?.string?.contains("manifest") == true)
        }
        #expect(try stage.posts() == 0)
      }
    }
  }

  @Test func `HEAD is GET without a body, and what is not there is a problem of 404`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent())
      try await RunningController.with(stage, database: try TestDatabase.fresh().url) { controller in
        for path in ["/health", "/api/status", "/livez", "/readyz"] {
          let head = try await Self.ask(controller, path, method: "HEAD")
          #expect(head.status == 200)
          #expect(head.body.isEmpty)
        }
        for path in ["/nothing", "/api/nothing", "/%2e%2e/etc/passwd"] {
          let answer = try await Self.ask(controller, path)
          #expect(answer.status == 404)
          #expect(answer.type == "application/problem+json")
          #expect(answer.json?["status"]?.int == 404)
        }
      }
    }
  }
}

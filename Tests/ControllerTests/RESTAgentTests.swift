import Foundation
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// The agents over REST, of a running controller with paper terminals.
@Suite(.timeLimit(.minutes(5)))
struct RESTAgentTests {
  private static let named = [
    "/account", "/positions", "/orders", "/conditions", "/plan", "/performance", "/status", "/metrics",
  ]

  @Test func `every document is of the shape that is described, has the gateway's fields, and touches no terminal`()
    async throws
  {
    try await Stage.with(["agent_1", "agent_2"]) { stage in
      try stage.declare(stage.agent("agent_1"))
      try stage.declare(stage.agent("agent_2") { $0.enabled = false })
      try await RunningController.with(stage, database: try TestDatabase.fresh().url) { controller in
        let port = try #require(controller.port)
        try await eventually("in sync, with a position") {
          controller.condition(.synced)?.status == .yes && controller.status()?.positions.count == 1
            && controller.status("agent_2")?.online == true
        }
        try await Self.checkBytes(controller)
        let description = try #require(try await ask(port, "/openapi.json").json)
        let schemas = try #require(description["components"]?["schemas"])
        let paths = try #require(description["paths"]?.object)
        for (path, item) in paths.sorted(by: { $0.key < $1.key }) {
          let schema = item["get"]?["responses"]?["200"]?["content"]?["application/json"]?["schema"]
          guard let schema, path != "/openapi.json" else { continue }
          let urls = ["agent_1", "agent-2"].map {
            path.replacing("{id}", with: $0).replacing("{revision}", with: "1").replacing("{symbol}", with: "EURUSD")
          }
          for url in Set(urls) {
            let answer = try await ask(port, url)
            #expect(answer.status == 200, "\(url): \(answer.body)")
            #expect(answer.headers["content-type"] == "application/json")
            let json = try #require(answer.json)
            #expect(json.mismatch(schema, schemas) == nil, "\(url)")
          }
        }
        try await Self.checkGatewayFields(port)
        try await Self.checkHistory(port)
      }
    }
  }

  /// What is written the short way is the canonical text of the document, also from parts that were written before.
  private static func checkBytes(_ controller: RunningController) async throws {
    let picture = try #require(controller.service.board.picture)
    let parts = FragmentCache()
    for _ in 0..<2 {
      let view = FleetDocuments.View(picture, parts)
      #expect(FleetDocuments.agentsBytes(view) == FleetDocuments.agents(view).canonicalBytes)
    }
    let lines = FragmentCache()
    for _ in 0..<2 {
      let view = FleetDocuments.View(picture, lines)
      #expect(FleetDocuments.summary.bytes(view) == FleetDocuments.summary.json(view).canonicalBytes)
    }
    #expect(StatusDocument.status.bytes(picture) == StatusDocument.status.json(picture).canonicalBytes)
    #expect(StatusDocument.statusForAll.bytes(picture) == StatusDocument.statusForAll.json(picture).canonicalBytes)
    for status in picture.agents.values {
      for document in [
        AgentDocuments.described, AgentDocuments.account, AgentDocuments.positions, AgentDocuments.orders,
        AgentDocuments.conditions, AgentDocuments.plan, AgentDocuments.performance, AgentDocuments.status,
        AgentDocuments.metrics,
      ] {
        #expect(document.bytes(status) == document.json(status).canonicalBytes, "\(document.name)")
      }
    }
  }

  /// mission.md, section 1.
  private static func checkGatewayFields(_ port: Int) async throws {
    let agents = try #require(try await ask(port, "/api/agents").json?.object)
    #expect(agents.keys.sorted() == ["agent_1", "agent_2"])
    #expect(agents["agent_1"]?["active"] == true)
    #expect(agents["agent_2"]?["active"] == false)
    #expect(agents["agent_1"]?["pairs"] == ["EURUSD", "GBPUSD"])
    let one = try #require(try await ask(port, "/api/agents/agent-1").json?.object)
    for (name, value) in agents["agent_1"]?.object ?? [:] where !["as_of", "equity", "profit"].contains(name) {
      #expect(one[name] == value, "\(name)")
    }
    let summary = try #require(try await ask(port, "/api/agents/summary").json)
    #expect(summary["agents_online"] == 2)
    #expect(summary["agents_active"] == 1)
    #expect(summary["agents_offline"] == 0)
    #expect(summary["total_positions"] == 1)
    #expect(summary["total_balance"]?.decimal == exact("20000"))
    #expect(summary["currency"] == "USD")
    #expect(summary["agents"]?.array?.map { $0["agent_id"]?.string } == ["agent_1", "agent_2"])
    let positions = try #require(try await ask(port, "/api/agents/agent_1/positions").json)
    #expect(positions["count"] == 1)
    let position = try #require(positions["positions"]?.array?.first)
    #expect(position["type"] == "buy")
    #expect(position["lots"] == .number("0.05"))
    #expect(position["sl"] == .number("1.05"))
    #expect(position["tp"] == 0)
    #expect(position["target"] == "core")
    let account = try #require(try await ask(port, "/api/agents/agent_1/account").json)
    #expect(account["leverage"]?.int != nil)
    #expect(!account.canonicalText.contains("5000001"))
  }

  private static func checkHistory(_ port: Int) async throws {
    let actions = try #require(try await ask(port, "/api/actions?agent=agent-1").json)
    #expect(actions["count"] == 1)
    #expect(actions["complete"] == true)
    let action = try #require(actions["actions"]?.array?.first)
    #expect(action["kind"] == "open")
    #expect(action["result"] == "done")
    #expect(action["reason"] == "target")
    #expect(action["attempts"] == 1)
    #expect(action["numbers"]?.object?.isEmpty == false)
    #expect(action["latency_ms"]?.int != nil)
    #expect(try await ask(port, "/api/agents/agent_2/actions").json?["count"] == 0)
    #expect(try await ask(port, "/api/actions?since=2100-01-01").json?["count"] == 0)
    let revision = try #require(try await ask(port, "/api/revisions/1").json)
    #expect(revision["current"] == true)
    #expect(revision["files"]?["agent-1.yaml"]?.string?.contains("apiVersion") == true)
    #expect(try await ask(port, "/api/revisions/2").status == 404)
  }

  @Test func `what is asked for wrongly says which parameter, and an unknown agent the nearest name`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent())
      try await RunningController.with(stage, database: try TestDatabase.fresh().url) { controller in
        let port = try #require(controller.port)
        try await eventually("seen") { controller.status()?.online == true }
        for (query, parameter) in [
          ("/api/actions?limit=0", "limit"), ("/api/actions?limit=1001", "limit"), ("/api/actions?limit=ten", "limit"),
          ("/api/actions?limit=%2B5", "limit"), ("/api/actions?since=yesterday", "since"),
          ("/api/actions?since=2026-13-01", "since"), ("/api/actions?cursor=-1", "cursor"),
          ("/api/actions?cursor=abc", "cursor"), ("/api/actions?agnet=a", "agnet"),
          ("/api/actions?limit=1&limit=2", "limit"), ("/api/actions?since=%ff", "since"),
          ("/api/revisions/x", "revision"), ("/api/revisions/0", "revision"), ("/api/revisions?limit=500", "limit"),
          ("/api/events?after=-1", "after"), ("/api/events?tail=x", "tail"),
        ] {
          let answer = try await ask(port, query)
          #expect(answer.status == 400, "\(query)")
          #expect(answer.json?["parameter"]?.string == parameter, "\(query)")
        }
        for path in [""] + Self.named + ["/actions", "/trades", "/tick/EURUSD"] {
          let answer = try await ask(port, "/api/agents/agnt_1\(path)")
          #expect(answer.status == 404)
          #expect(answer.json?["detail"]?.string?.contains("Did you mean agent-1?") == true, "\(path)")
        }
        #expect(try await ask(port, "/api/actions?agent=agnt_1").status == 404)
        // A client that adds what it likes to a path of old is served as ever.
        #expect(try await ask(port, "/api/agents?_=123&x=%").status == 200)
      }
    }
  }

  @Test func `a list that is the same is 304 for who has it`() async throws {
    try await BareServer.with { server in
      for path in ["/api/agents", "/api/agents/summary", "/api/actions", "/openapi.json"] {
        let first = try await ask(server.port, path)
        let tag = try #require(first.headers["etag"])
        for header in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
          let again = try await ask(server.port, path, ["If-None-Match: \(header)"])
          #expect(again.status == 304)
          #expect(again.body.isEmpty)
          #expect(again.headers["etag"] == tag)
        }
        #expect(try await ask(server.port, path, ["If-None-Match: \"x\""]).status == 200)
      }
    }
  }

  @Test func `requests reach no terminal and no loop: a storm of them changes neither's pace`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.targets = [] })
      try await RunningController.with(stage, database: try TestDatabase.fresh().url) { controller in
        let port = try #require(controller.port)
        try await eventually("seen") { controller.status()?.online == true }
        // A loop that is stuck for as long as the requests run.
        let gate = DispatchSemaphore(value: 0)
        controller.service.mailbox.post(.ping { gate.wait() })
        try await Task.sleep(for: .milliseconds(300))
        let before = try stage.terminal().statistics.requests
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<4 {
            group.addTask { try await Self.readAll(port) }
          }
          try await group.waitForAll()
        }
        #expect(try stage.terminal().statistics.requests == before)
        let tick = try await ask(port, "/api/agents/agent_1/tick/EURUSD")
        #expect(tick.status == 200)
        gate.signal()
      }
    }
  }

  private static func readAll(_ port: Int) async throws {
    let paths = ["/api/agents", "/api/agents/summary", "/health", "/api/status", "/metrics"]
    for path in paths + named.map({ "/api/agents/agent_1\($0)" }) {
      #expect(try await ask(port, path).status == 200, "\(path)")
    }
  }
}

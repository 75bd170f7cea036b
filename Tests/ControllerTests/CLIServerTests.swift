import Foundation
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// `get`, `describe`, `events` and `wait` as processes that ask a running controller.
@Suite(.timeLimit(.minutes(5)))
struct CLIServerTests {
  private static let noDatabase = "host=127.0.0.1 port=1 connect_timeout=1"

  private typealias Ask = (_ arguments: String...) async throws -> (code: Int32, out: String, error: String)

  private static func running(
    _ stage: Stage, _ body: (RunningController, _ ask: Ask) async throws -> Void
  ) async throws {
    try await RunningController.with(stage, database: noDatabase) { controller in
      let port = try #require(controller.port)
      try await eventually("the terminal was looked at") { controller.status()?.seenAt != nil }
      try await body(controller) { (arguments: String...) in
        try await ControllerProcess.output(
          arguments + ["--server", "http://127.0.0.1:\(port)"], in: stage)
      }
    }
  }

  @Test func `get lists agents and positions in every form, and an unknown agent exits 1`() async throws {
    try await Stage.with { stage in
      try stage.declare(
        stage.agent {
          $0.targets = []
          $0.positions = "guard"
        })
      let ticket = try stage.rogue("EURUSD")
      try await Self.running(stage) { controller, ask in
        try await eventually("the position is seen") { controller.status()?.positions.isEmpty == false }
        let agents = try await ask("get", "agents")
        #expect(agents.code == 0, "\(agents.error)")
        #expect(agents.out.hasPrefix("NAME     ID       STATE"))
        #expect(agents.out.contains("agent-1  agent_1  active"))
        let json = try JSONParser.parse(try await ask("get", "positions", "agent-1", "-o", "json").out)
        #expect(json["format_version"]?.int == 1)
        #expect(json["items"]?.array?.first?["ticket"]?.int == ticket.number)
        #expect(try await ask("get", "positions", "-o", "wide").out.contains("COMMENT"))
        #expect(try await ask("get", "conditions", "-o", "yaml").out.contains("- agent: agent-1"))
        #expect(try await ask("get", "actions").out == "no action was taken yet\n")
        #expect(try await ask("get", "revisions").out.contains("*         1"))
        let none = try await ask("get", "positions", "zork")
        #expect(none.code == 1)
        #expect(none.out.isEmpty && none.error.contains("zork"))
        #expect(try await ask("get", "nonsense").code == 64)
      }
    }
  }

  @Test func `describe tells an agent's day, positions, plan and what holds it back`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.positions = "guard" })
      try await Self.running(stage) { controller, ask in
        try await eventually("the open is held") { controller.status()?.plan.held.isEmpty == false }
        let text = try await ask("describe", "agent", "agent-1")
        #expect(text.code == 0, "\(text.error)")
        for part in [
          "Name:         agent-1 (agent_1), agent-1", "Day:  ", "Conditions:", "no position is open", "Targets:",
          "held: open buy 0.05 EURUSD", "journal_unavailable: ", "Last actions:",
        ] { #expect(text.out.contains(part), "\(part) is not in: \(text.out)") }
        #expect(!text.out.contains("\u{1B}"), "no colour without a terminal")
        let json = try JSONParser.parse(try await ask("describe", "agent", "agent_1", "-o", "json").out)
        #expect(json["agent"]?["agent_id"]?.string == "agent_1")
        #expect(json["plan"]?["held"]?.array?.isEmpty == false)
      }
    }
  }

  @Test func `wait: 0 when it holds, 5 when the time is over, 7 when nobody answers, 8 when a person must resolve`()
    async throws
  {
    try await Stage.with { stage in
      try stage.declare(
        stage.agent {
          $0.targets = []
          $0.positions = "guard"
        })
      try await Self.running(stage) { controller, ask in
        let synced = try await ask("wait", "agent", "agent-1", "--for", "condition=Synced", "--timeout", "30s")
        #expect(synced.code == 0, "\(synced.error)")
        #expect(synced.out.hasPrefix("agent-1: Synced is True"))
        let paused = try await ask("wait", "agent", "agent-1", "--for", "condition=Paused", "--timeout", "300ms")
        #expect(paused.code == 5)
        #expect(paused.error.contains("is not Paused=True after 300ms"))
        #expect(
          try await ask("wait", "agent", "agent-1", "--for", "condition=paused=false", "--timeout", "1s").code == 0)
        #expect(try await ask("wait", "agent", "zork", "--for", "condition=Ready").code == 1)
        #expect(try await ask("wait", "agent", "agent-1", "--for", "Ready").code == 64)
      }
      let nobody = try await ControllerProcess.output(
        ["wait", "agent", "agent-1", "--for", "condition=Ready", "--server", "http://127.0.0.1:1"], in: stage)
      #expect(nobody.code == 7)
      #expect(nobody.error.contains("--server"))
    }
  }

  @Test func `wait: 8 when an outcome is UNKNOWN and a person must say what became of it`() async throws {
    try await Stage.with { stage in
      let stub = try StubServer(
        """
        {"agent_id": "agent_1", "conditions": [
          {"type": "Synced", "status": "False", "reason": "unknown_outcome", "message": "not known"},
          {"type": "Healthy", "status": "False", "reason": "unknown_outcome", "message": "action abc waits for mt4ctl resolve"}
        ]}
        """)
      let server = "http://127.0.0.1:\(stub.port)"
      let synced = try await ControllerProcess.output(
        ["wait", "agent", "agent-1", "--for", "condition=Synced", "--server", server], in: stage)
      #expect(synced.code == 8)
      #expect(synced.error.contains("action abc waits for mt4ctl resolve"))
      // What is waited for holds: then there is nothing to complain of.
      let healthy = try await ControllerProcess.output(
        ["wait", "agent", "agent-1", "--for", "condition=Healthy=False", "--server", server], in: stage)
      #expect(healthy.code == 0)
      stub.stop()
    }
  }

  @Test func `the command line itself is wrong: 64, with the usage on stderr`() async throws {
    try await Stage.with { stage in
      for arguments in [
        [], ["nonsense"], ["get"], ["audit"], ["db"], ["token"], ["plan", "--nonsense"], ["diff", "0"],
      ] {
        let done = try await ControllerProcess.output(arguments, in: stage)
        #expect(done.code == 64, "\(arguments)")
        #expect(done.out.isEmpty && done.error.contains("mt4ctl"), "\(arguments)")
      }
      for arguments in [["--help"], ["--version"], ["help", "plan"], ["completion", "bash"], ["version"]] {
        let done = try await ControllerProcess.output(arguments, in: stage)
        #expect(done.code == 0, "\(arguments)")
        #expect(!done.out.isEmpty && done.error.isEmpty, "\(arguments)")
      }
    }
  }

  @Test func `events show what was recorded, whole lines for programs, and end by themselves`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.targets = [] })
      try await Self.running(stage) { controller, ask in
        let table = try await ask("events")
        #expect(table.code == 0, "\(table.error)")
        #expect(table.out.contains("controller_started"))
        let lines = try await ask("events", "--agent", "agent-1", "--tail", "5", "-o", "json").out.split(
          separator: "\n")
        #expect(!lines.isEmpty)
        for line in lines { #expect(try JSONParser.parse(String(line))["agent_id"]?.string == "agent_1") }
        let follower = try ControllerProcess(
          ["events", "--follow", "--tail", "0", "--server", "http://127.0.0.1:\(try #require(controller.port))"],
          in: stage.folder)
        try await eventually("the follower listens and hears of a reload") {
          try? stage.write("bad.yaml", "kind: Nonsense \(Int.random(in: 0...9))\n")
          controller.service.reload(actor: "test")
          return follower.out.contains("revision_rejected")
        }
        follower.signal(SIGINT)
        _ = try await follower.ended()
      }
    }
  }

  @Test func `a token is wanted, refused by its role, and never sent in the clear`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.targets = [] })
      let made = try await ControllerProcess.output(["token", "new", "--role", "viewer"], in: stage)
      #expect(made.code == 0)
      let tokens = "\(stage.folder)/tokens"
      let token = "\(stage.folder)/token"
      try made.error.write(toFile: tokens, atomically: true, encoding: .utf8)
      try made.out.write(toFile: token, atomically: true, encoding: .utf8)
      let key = "\(stage.folder)/key"
      try Data((0..<32).map { _ in UInt8.random(in: 0...255) }).write(to: URL(fileURLWithPath: key))
      let controller = try ControllerProcess.run(
        stage, database: Self.noDatabase, ["--token-file", tokens, "--jwt-key", key])
      try await controller.ready()
      let port = try #require(controller.error.firstMatch(of: /serving on 127\.0\.0\.1:(\d+)/)?.1)
      let server = ["--server", "http://127.0.0.1:\(port)"]
      let without = try await ControllerProcess.output(["get", "agents"] + server, in: stage)
      #expect(without.code == 1)
      #expect(without.error.contains("--token-file"))
      let with = try await ControllerProcess.output(["get", "agents", "--token-file", token] + server, in: stage)
      #expect(with.code == 0, "\(with.error)")
      let denied = try await ControllerProcess.output(["get", "actions", "--token-file", token] + server, in: stage)
      #expect(denied.code == 1)
      #expect(denied.error.contains("auditor"))
      let described = try await ControllerProcess.output(
        ["describe", "agent", "agent-1", "--token-file", token] + server, in: stage)
      #expect(described.code == 0, "\(described.error)")
      #expect(described.out.contains("this token may not read them"))
      let issued = try await ControllerProcess.output(
        ["token", "issue", "--role", "auditor", "--key", key, "--ttl", "1h"], in: stage)
      try issued.out.write(toFile: token, atomically: true, encoding: .utf8)
      let auditor = try await ControllerProcess.output(["get", "actions", "--token-file", token] + server, in: stage)
      #expect(auditor.code == 0, "\(auditor.error)")
      let clear = try await ControllerProcess.output(
        ["get", "agents", "--token-file", token, "--server", "http://192.0.2.1:80"], in: stage)
      #expect(clear.code == 1)
      #expect(clear.error.contains("https"))
      controller.signal(SIGTERM)
      _ = try await controller.ended()
    }
  }
}

import Foundation
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// What people read, to the letter. `MT4_RECORD_GOLDENS=1` writes the files of `Tests/Goldens` anew, and such a run fails: look at
/// the difference before it is committed.
@Suite(.timeLimit(.minutes(5)))
struct CLIGoldenTests {
  private static func check(_ text: String, _ name: String) throws {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let path = tests.appendingPathComponent("Goldens/\(name)")
    if ProcessInfo.processInfo.environment["MT4_RECORD_GOLDENS"] == "1" {
      try text.write(to: path, atomically: true, encoding: .utf8)
      Issue.record("\(name) was recorded; look at it, and run again without MT4_RECORD_GOLDENS")
      return
    }
    let golden = try String(contentsOf: path, encoding: .utf8)
    guard text != golden else { return }
    let lines = golden.split(separator: "\n", omittingEmptySubsequences: false)
    let now = text.split(separator: "\n", omittingEmptySubsequences: false)
    let at = zip(lines, now).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(lines.count, now.count)
    Issue.record(
      """
      \(name) differs from line \(at + 1) on
      then: \(at < lines.count ? lines[at] : "(its end)")
      now:  \(at < now.count ? now[at] : "(its end)")
      """)
  }

  /// Numbers that differ from run to run, made the same.
  private static func still(_ text: String, _ stage: Stage, tickets: [Ticket] = []) throws -> String {
    var text = text.replacing(stage.folder, with: "FOLDER")
    for (number, ticket) in tickets.enumerated() {
      text = text.replacing("\(ticket)", with: "5000000\(number + 1)")
    }
    text = text.replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/, with: "2026-11-21T08:00:00Z")
    text = text.replacing(/\b[0-9a-f]{12}\b/, with: "0123456789ab").replacing(/\b\d+s ago/, with: "1s ago")
    text = text.replacing(/\b2\d{3}-\d\d-\d\d:/, with: "2026-11-21:").replacing(/uid \d+/, with: "uid 0")
    // How wide a column is depends on what was in it.
    return text.replacing(/(\S)   +/) { "\($0.1)  " }
  }

  @Test func `help of every command`() async throws {
    try await Stage.with { stage in
      var pages = ""
      var waiting = [[String]]([[]])
      while !waiting.isEmpty {
        let words = waiting.removeFirst()
        let page = try await ControllerProcess.output(words + ["--help"], in: stage)
        #expect(page.code == 0, "\(words)")
        pages += "$ mt4ctl \((words + ["--help"]).joined(separator: " "))\n\(page.out)\n"
        waiting += Self.subcommands(of: page.out).map { words + [$0] }
      }
      try Self.check(pages, "help.txt")
    }
  }

  /// The first words below the headings of subcommands.
  private static func subcommands(of page: String) -> [String] {
    var isList = false
    var found: [String] = []
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasSuffix("SUBCOMMANDS:") {
        isList = true
      } else if line.isEmpty {
        isList = false
      } else if isList,
        let match = line.firstMatch(of: /^  ([a-z][a-z-]*)/)
      {
        found.append(String(match.1))
      }
    }
    return found
  }

  @Test func `plan, saved plan, history, diff, get and describe`() async throws {
    try await Stage.with(["agent_1", "agent_2"]) { stage in
      try stage.declare(stage.agent("agent_1") { $0.maxDailyLoss = "1%" })
      try stage.declare(
        stage.agent("agent_2") {
          $0.targets = []
          $0.positions = "guard"
          $0.enabled = false
        })
      let rogue = try stage.rogue("USDJPY", "agent_1")
      let ours = try stage.rogue("EURUSD", lots: "0.05", "agent_1")
      func run(_ arguments: String...) async throws -> String {
        let done = try await ControllerProcess.output(arguments, in: stage)
        let shown = arguments.map { $0.replacing(stage.folder, with: "FOLDER") }.joined(separator: " ")
        return try Self.still(
          "$ mt4ctl \(shown)\n\(done.out)\(done.error)exit \(done.code)\n\n", stage, tickets: [rogue, ours])
      }
      let plan = "\(stage.folder)/saved.plan"
      var text = try await run("plan", "--manifests", stage.manifests, "--out", plan, "--detailed-exitcode")
      _ = try stage.terminal("agent_1").trade(.close(ticket: rogue, lots: nil))
      text += try await run("plan", "--manifests", stage.manifests, "--check", plan)
      let database = try TestDatabase.fresh()
      try await RunningController.with(stage, database: database.url) { controller in
        let server = "http://127.0.0.1:\(try #require(controller.port))"
        try await eventually("the plan is settled") {
          controller.status("agent_1")?.positions.first?.stopLoss != nil && controller.status("agent_2")?.seenAt != nil
        }
        try stage.declare(
          stage.agent("agent_1") {
            $0.maxDailyLoss = "2%"
            $0.targets[0].stopLoss = "1.06000"
          })
        text += try await run("reload", "--wait", "--state", stage.state)
        text += try await run("diff", "--state", stage.state)
        text += try await run("rollback", "1", "--reason", "too wide", "--state", stage.state)
        try await eventually("it is in sync again") {
          controller.service.board.picture?.fleet.revision == 3 && controller.condition(.synced)?.status == .yes
        }
        text += try await run("history", "--state", stage.state)
        text += try await run("rollback", "7", "--state", stage.state)
        for arguments in [["get", "agents"], ["get", "revisions"], ["describe", "agent", "agent-2"]] {
          let done = try await ControllerProcess.output(arguments + ["--server", server], in: stage)
          text += try Self.still(
            "$ mt4ctl \(arguments.joined(separator: " "))\n\(done.out)\(done.error)exit \(done.code)\n\n", stage,
            tickets: [rogue, ours])
        }
      }
      try Self.check(text, "session.txt")
    }
  }

  @Test func `explain`() async throws {
    try await Stage.with { stage in
      var text = ""
      for word in ["agent.spec.risk", "lot_size", "daily_loss_80", "paused", "Synced", "exit-codes", "lot_sze"] {
        let done = try await ControllerProcess.output(["explain", word], in: stage)
        text += "$ mt4ctl explain \(word)\n\(done.out)\(done.error)exit \(done.code)\n\n"
      }
      try Self.check(text, "explain.txt")
    }
  }
}

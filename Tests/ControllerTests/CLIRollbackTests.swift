import Foundation
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// `rollback`, `unpin`, `history` and `diff` as processes beside a running controller.
@Suite(.timeLimit(.minutes(5)))
struct CLIRollbackTests {
  /// Nothing answers there: the controller polices all the same.
  private static let noDatabase = "host=127.0.0.1 port=1 connect_timeout=1"

  private static func ctl(_ stage: Stage, _ arguments: String...) async throws -> (
    code: Int32, out: String, error: String
  ) {
    try await ControllerProcess.output(arguments + ["--state", stage.state], in: stage)
  }

  private static func running(
    _ stage: Stage, _ body: () async throws -> Void
  ) async throws {
    let controller = try ControllerProcess.run(stage, database: noDatabase)
    try await controller.ready()
    try await body()
    controller.signal(SIGTERM)
    #expect(try await controller.ended() == 0)
  }

  private static func records(_ stage: Stage, _ type: EventType) throws -> [Record] {
    var found: [Record] = []
    try Journal.read(stateDirectory: stage.state) { record in if record.type == type { found.append(record) } }
    return found
  }

  @Test func `a rollback pins: the same files, a bad set and a restart leave it, a changed set ends it`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.targets = [] })
      try await Self.running(stage) {
        try stage.declare(
          stage.agent {
            $0.targets = []
            $0.maxPositions = 2
          })
        #expect(try await Self.ctl(stage, "reload", "--wait").code == 0)
        let back = try await Self.ctl(stage, "rollback", "1", "--reason", "two are too few")
        #expect(back.code == 0, "\(back.error)")
        #expect(back.out.contains("revision 1 is in force again as revision 3"))
        #expect(try await Self.ctl(stage, "diff", "1", "3").code == 0)
        let history = try await Self.ctl(stage, "history")
        #expect(history.out.contains("revision 1 again: two are too few"))
        #expect(history.out.contains("pinned: revision 1 is in force again"))
        let again = try await Self.ctl(stage, "reload", "--wait")
        #expect(again.code == 0)
        #expect(again.out.contains("stays in force"))
        try stage.write("bad.yaml", "kind: Nonsense\n")
        #expect(try await Self.ctl(stage, "reload", "--wait").code == 3)
        #expect(try await Self.ctl(stage, "unpin").code == 3)
        try FileManager.default.removeItem(atPath: "\(stage.manifests)/bad.yaml")
      }
      let loaded = try Self.records(stage, .revisionLoaded)
      #expect(loaded.map(\.revision) == [1, 2, 3])
      #expect(loaded.last?.metadata["rollback_of"]?.int == 1)
      #expect(loaded.last?.metadata["rollback_reason"]?.string == "two are too few")
      #expect(loaded.last?.metadata["actor"]?.string?.hasPrefix("uid ") == true)
      let words = try Self.records(stage, .operatorCommand)
      #expect(words.map { $0.metadata["command"]?.string } == ["rollback 1", "unpin"])
      #expect(words.first?.metadata["reason"]?.string == "two are too few")

      try await Self.running(stage) {
        #expect(try await Self.ctl(stage, "diff").code == 1)
        #expect(try await Self.ctl(stage, "history", "-o", "json").out.contains("\"rollback_of\": 1"))
        #expect(try RevisionStore(stateDirectory: stage.state).pin()?.pin.rollbackOf == 1)
        try stage.declare(
          stage.agent {
            $0.targets = []
            $0.maxPositions = 1
          })
        #expect(try await Self.ctl(stage, "reload", "--wait").out == "the manifests are accepted\n")
        #expect(try RevisionStore(stateDirectory: stage.state).pin() == nil)
        #expect(try await Self.ctl(stage, "unpin").code == 4)
      }
      let last = try #require(try Self.records(stage, .revisionLoaded).last)
      #expect(last.revision == 4)
      #expect(last.metadata["released_rollback_of"]?.int == 1)
    }
  }

  @Test func `unpin puts the files in force again, and a rollback to nothing exits 1`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.targets = [] })
      try await Self.running(stage) {
        try stage.declare(
          stage.agent {
            $0.targets = []
            $0.maxPositions = 2
          })
        #expect(try await Self.ctl(stage, "reload", "--wait").code == 0)
        #expect(try await Self.ctl(stage, "rollback", "1").code == 0)
        #expect(try await Self.ctl(stage, "unpin", "--reason", "done").code == 0)
        #expect(try await Self.ctl(stage, "diff", "2", "4").code == 0)
        let none = try await Self.ctl(stage, "rollback", "99")
        #expect(none.code == 1)
        #expect(none.error.contains("there is no revision 99"))
        #expect(try await Self.ctl(stage, "rollback", "0").code == 64)
      }
      let loaded = try Self.records(stage, .revisionLoaded)
      #expect(loaded.map(\.revision) == [1, 2, 3, 4])
      #expect(loaded.last?.metadata["released_rollback_of"]?.int == 1)
    }
  }

  @Test func `a rollback that would orphan an agent with a position is refused: 4`() async throws {
    try await Stage.with(["agent_1", "agent_2"]) { stage in
      try stage.declare(stage.agent("agent_1") { $0.targets = [] })
      try await Self.running(stage) {
        try stage.declare(
          stage.agent("agent_2") {
            $0.targets = []
            $0.positions = "guard"
          })
        _ = try stage.rogue("EURUSD", "agent_2")
        #expect(try await Self.ctl(stage, "reload", "--wait").code == 0)
        let refused = try await Self.ctl(stage, "rollback", "1")
        #expect(refused.code == 4)
        #expect(refused.error.contains("agent-2"))
        #expect(try RevisionStore(stateDirectory: stage.state).pin() == nil)
        #expect(try await Self.ctl(stage, "rollback", "1", "--allow-orphans").code == 0)
      }
      #expect(try Self.records(stage, .orphaned).map(\.agent) == [AgentID("agent_2")])
      let words = try Self.records(stage, .operatorCommand).map(\.message)
      #expect(words.count == 2 && words[0].contains("refused"))
    }
  }

  @Test func `a rollback does not end an emergency stop that the manifests declare`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.targets = [] })
      try await Self.running(stage) {
        try stage.write(
          "fleet.yaml",
          """
          apiVersion: mt4-controller/v1alpha1
          kind: FleetPolicy
          metadata: { name: fleet }
          spec: { currency: USD, emergency_stop: true }

          """)
        #expect(try await Self.ctl(stage, "reload", "--wait").code == 0)
        #expect(try await Self.ctl(stage, "rollback", "1").code == 4)
        #expect(try await Self.ctl(stage, "emergency-stop", "--reason", "keep it").code == 0)
        #expect(try await Self.ctl(stage, "rollback", "1").code == 0)
      }
    }
  }

  @Test func `a rollback that was begun before a crash is finished by the next start`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.targets = [] })
      try await Self.running(stage) {}
      try stage.declare(
        stage.agent {
          $0.targets = []
          $0.maxPositions = 2
        })
      try await Self.running(stage) {}
      let files = try #require(try RevisionStore(stateDirectory: stage.state).latest().revision)
      let pin = RevisionPin(rollbackOf: 1, actor: "uid 1", note: "crash", since: Timestamp(seconds: 1_795_000_000))
      try RevisionStore(stateDirectory: stage.state).setPin(StoredPin(pin, filesFingerprint: files.fingerprint))
      try await Self.running(stage) {}
      let last = try #require(try Self.records(stage, .revisionLoaded).last)
      #expect(last.revision == 3)
      #expect(last.metadata["rollback_of"]?.int == 1)
    }
  }
}

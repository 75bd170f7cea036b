import Foundation
import Logging
import Reconciler
import Synchronization
import Testing

@testable import Controller

/// The running controller, as its service manager hears it.
@Suite(.timeLimit(.minutes(5)))
struct NotifyServiceTests {
  /// Everything that was said, in order.
  private final class Ear: Sendable {
    private let heard: Mutex<[String]> = Mutex([])
    private let fed = Mutex(0.0)
    /// When the watchdog was fed last, in seconds since the host's start.
    var lastFed: Double { fed.withLock { $0 } }
    var messages: [String] { heard.withLock { $0 } }
    func hear(_ message: String) {
      heard.withLock { $0.append(message) }
      if message == "WATCHDOG=1" { fed.withLock { $0 = ProcessInfo.processInfo.systemUptime } }
    }
    func first(_ prefix: String) -> Int? { messages.firstIndex { $0.hasPrefix(prefix) } }
    func count(_ prefix: String) -> Int { messages.count { $0.hasPrefix(prefix) } }
  }

  private func seams(_ ear: Ear, watchdog: Duration? = nil) -> ServiceSeams {
    var seams = ServiceSeams()
    seams.manager = ServiceManager(
      watchdog: watchdog, log: Logger(label: "test"), now: { Steady(microseconds: Int64(clock() * 1_000_000)) }
    ) { ear.hear($0) }
    return seams
  }

  private func clock() -> Double { ProcessInfo.processInfo.systemUptime }

  @Test func `it is ready, shows its fleet, reloads, and stops in this order`() async throws {
    try await Stage.with { stage in
      let ear = Ear()
      try stage.declare(stage.agent())
      let database = try TestDatabase.fresh()
      try await RunningController.with(stage, database: database.url, seams: seams(ear)) { controller in
        try await eventually("ready is told") { ear.first("READY=1") != nil }
        try await eventually("the status is told") {
          ear.messages.contains("STATUS=1 agent: 1 active; revision 1; database up; 0 unknown")
        }
        try stage.declare(stage.agent { $0.maxPositions = 2 })
        let answered = Mutex<Int?>(nil)
        controller.service.reload(actor: "test") { errors in answered.withLock { $0 = errors.count } }
        try await eventually("the reload is answered") { answered.withLock { $0 } == 0 }
        // The answer comes when it is in force, not before.
        #expect(controller.service.board.picture?.fleet.revision == 2 || controller.records(.revisionLoaded).count == 2)
        try await eventually("ready again") { ear.count("READY=1") == 2 }
        #expect(ear.messages.contains { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") })
      }
      let ready = try #require(ear.first("READY=1"))
      let reloading = try #require(ear.first("RELOADING=1"))
      let stopping = try #require(ear.first("STOPPING=1"))
      #expect(ready < reloading && reloading < stopping)
    }
  }

  @Test func `reloads that are asked for at once are done as few, and each is answered`() async throws {
    try await Stage.with { stage in
      let ear = Ear()
      try stage.declare(stage.agent())
      let database = try TestDatabase.fresh()
      try await RunningController.with(stage, database: database.url, seams: seams(ear)) { controller in
        try await eventually("ready is told") { ear.first("READY=1") != nil }
        try stage.write("agent-1.yaml", "kind: Nonsense\n")
        let answers = Mutex<[Int]>([])
        for _ in 0..<200 {
          controller.service.reload(actor: "storm") { errors in answers.withLock { $0.append(errors.count) } }
        }
        try await eventually("all are answered") { answers.withLock { $0.count } == 200 }
        #expect(answers.withLock { $0.allSatisfy { $0 > 0 } })
        #expect(controller.records(.revisionRejected).count < 20)
        #expect(controller.service.board.picture?.fleet.revision == 1)
      }
    }
  }

  @Test func `while all parts answer, the watchdog is fed`() async throws {
    try await Stage.with { stage in
      let ear = Ear()
      try stage.declare(stage.agent())
      let database = try TestDatabase.fresh()
      let seams = seams(ear, watchdog: .milliseconds(600))
      try await RunningController.with(stage, database: database.url, seams: seams) { controller in
        try await eventually("it is fed again and again") { ear.count("WATCHDOG=1") >= 3 }
        // A loop that is held up is not alive, whatever the others say.
        let isHeld = Mutex(true)
        controller.service.mailbox.post(.ping { while isHeld.withLock({ $0 }) { usleep(10_000) } })
        try await eventually("feeding stops") { clock() - ear.lastFed > 1.5 }
        isHeld.withLock { $0 = false }
        let before = ear.count("WATCHDOG=1")
        try await eventually("it goes on") { ear.count("WATCHDOG=1") > before }
      }
    }
  }
}

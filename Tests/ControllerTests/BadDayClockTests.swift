import Bridge
import PaperTerminal
import Reconciler
import Synchronization
import Testing

@testable import Controller

/// The wall clock is set back an hour, over midnight: no day begins twice, no latch is lifted, the record goes on.
@Suite(.timeLimit(.minutes(5)))
struct BadDayClockTests {
  /// A wall that can be set; the steady clock is the machine's.
  private final class SetClock: Sendable {
    private let offset: Mutex<Duration>

    /// - Parameter start: what the wall shows now.
    init(start: Timestamp) { offset = Mutex(start - SystemClock.now().wall) }

    func set(by change: Duration) { offset.withLock { $0 += change } }

    var now: Moment {
      let now = SystemClock.now()
      return Moment(wall: now.wall + offset.withLock { $0 }, steady: now.steady)
    }
  }

  @Test func `set back an hour over midnight it starts no day twice and keeps the breach latched`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      // Half an hour into a day.
      let clock = SetClock(start: Timestamp(seconds: 1_800_000_000 / 86_400 * 86_400 + 1_800))
      var seams = ServiceSeams()
      seams.now = { clock.now }
      try stage.declare(stage.agent { $0.targets = [] })
      try await RunningController.with(stage, database: database.url, seams: seams) { controller in
        try await eventually("the day has begun") { controller.status()?.memory.dailyLoss.anchor != nil }
        let day = try #require(controller.status()?.memory.dailyLoss.anchor?.dayKey)
        clock.set(by: .seconds(-3600))
        try await Self.looks(stage, 5)
        #expect(controller.status()?.memory.dailyLoss.anchor?.dayKey == day)
        let rogue = try stage.rogue("EURUSD", lots: "0.10")
        try await eventually("closes go on") { try !stage.positions().contains { $0.ticket == rogue } }
        clock.set(by: .seconds(3600))
        try await Self.looks(stage, 5)
        #expect(controller.records(.dayAnchor).count == 1)
      }
      try proveNothingWasLost(stage, database: database)
    }
  }

  @Test func `a breach stays latched whatever the wall shows`() async throws {
    try await Stage.with { stage in
      let database = try TestDatabase.fresh()
      let clock = SetClock(start: Timestamp(seconds: 1_800_000_000 / 86_400 * 86_400 + 1_800))
      var seams = ServiceSeams()
      seams.now = { clock.now }
      try stage.declare(
        stage.agent {
          $0.positions = "guard"
          $0.targets = []
        })
      try await RunningController.with(stage, database: database.url, seams: seams) { controller in
        try await eventually("the day has begun") { controller.status()?.day != nil }
        try stage.rogue("EURUSD", lots: "0.10")
        try await eventually("the position is seen") { controller.status()?.positions.count == 1 }
        try stage.terminal().shift(Symbol("EURUSD"), by: exact("-0.12"))
        try await eventually("breached, closed and paused") {
          try !controller.records(.paused).isEmpty && stage.positions().isEmpty
        }
        for change in [-3600, 3600, 86_400, -86_400] {
          clock.set(by: .seconds(change))
          try await Self.looks(stage, 3)
          #expect(controller.status()?.memory.breachPause != nil)
          try stage.rogue("GBPUSD")
          try await eventually("what is opened meanwhile is closed") { try stage.positions().isEmpty }
        }
        #expect(controller.records(.resumed).isEmpty)
      }
      let anchors = try KeptRecords(stage).of(.dayAnchor).compactMap {
        $0.metadata["day_state"]?["anchor"]?["day"]?.string
      }
      #expect(Set(anchors).count == anchors.count)
      try proveNothingWasLost(stage, database: database)
    }
  }

  private static func looks(_ stage: Stage, _ count: Int) async throws {
    let before = try stage.terminal().statistics.requests[.positions] ?? 0
    try await eventually("\(count) more looks") {
      (try stage.terminal().statistics.requests[.positions] ?? 0) >= before + count
    }
  }
}

import Reconciler
import Testing

@testable import Controller

/// What the service manager is told, and when.
struct NotifyStateTests {
  private func at(_ seconds: Double) -> Steady { Steady(microseconds: Int64(seconds * 1_000_000)) }

  private func running(watchdog: Duration? = nil) -> NotifyState {
    var state = NotifyState(watchdog: watchdog, now: at(0))
    _ = state.ready(status: "2 agents")
    return state
  }

  @Test func `it is ready once, with its status`() {
    var state = NotifyState(watchdog: nil, now: at(0))
    #expect(state.ready(status: "2 agents\n3 more") == ["READY=1\nSTATUS=2 agents 3 more"])
    #expect(state.ready(status: "2 agents").isEmpty)
  }

  @Test func `a status is told when it changes, and only then`() {
    var state = running()
    #expect(state.step(now: at(1), status: "2 agents").messages.isEmpty)
    #expect(state.step(now: at(2), status: "3 agents").messages == ["STATUS=3 agents"])
    #expect(state.step(now: at(3), status: "3 agents").messages.isEmpty)
  }

  @Test func `a long start asks for more time, but not for ever`() {
    var state = NotifyState(watchdog: nil, now: at(0))
    #expect(state.step(now: at(4), status: "").messages.isEmpty)
    #expect(state.step(now: at(5), status: "").messages == ["EXTEND_TIMEOUT_USEC=30000000"])
    #expect(state.step(now: at(6), status: "").messages.isEmpty)
    #expect(state.step(now: at(10), status: "").messages == ["EXTEND_TIMEOUT_USEC=30000000"])
    #expect(state.step(now: at(901), status: "").messages.isEmpty)
  }

  @Test func `a running service asks for no time`() {
    var state = running()
    #expect(state.step(now: at(60), status: "2 agents").messages.isEmpty)
  }

  @Test func `reloads under way at the same time are one`() {
    var state = running()
    #expect(
      state.reloading(clock: 17) == ["RELOADING=1\nMONOTONIC_USEC=17\nSTATUS=Reading the manifests again"])
    #expect(state.reloading(clock: 18).isEmpty)
    #expect(state.reloaded(status: "2 agents").isEmpty)
    #expect(state.reloaded(status: "2 agents") == ["READY=1\nSTATUS=2 agents"])
    #expect(state.reloaded(status: "2 agents").isEmpty)
  }

  @Test func `a reload before the service is ready, or while it stops, is not told`() {
    var state = NotifyState(watchdog: nil, now: at(0))
    #expect(state.reloading(clock: 1).isEmpty)
    _ = state.ready(status: "")
    _ = state.reloading(clock: 2)
    _ = state.stopping(now: at(1))
    #expect(state.reloaded(status: "").isEmpty)
    #expect(state.reloading(clock: 3).isEmpty)
  }

  @Test func `a stop is told once, and asks for time until the bound`() {
    var state = running()
    #expect(state.stopping(now: at(100)).first?.hasPrefix("STOPPING=1\n") == true)
    #expect(state.closing(now: at(101)).isEmpty)
    #expect(state.step(now: at(105), status: "").messages == ["EXTEND_TIMEOUT_USEC=30000000"])
    #expect(state.step(now: at(300), status: "").messages.isEmpty)
  }

  @Test func `the watchdog is fed at a third of its limit, after all have answered`() {
    var state = running(watchdog: .seconds(30))
    let first = state.step(now: at(0), status: "2 agents")
    #expect(first.messages.isEmpty)
    #expect(first.ping == WatchedPart.allCases)
    for part in WatchedPart.allCases { state.answered(part, round: first.round) }
    #expect(state.step(now: at(9), status: "2 agents").messages.isEmpty)
    let second = state.step(now: at(10), status: "2 agents")
    #expect(second.messages == ["WATCHDOG=1"])
    #expect(second.ping == WatchedPart.allCases)
  }

  @Test(arguments: WatchedPart.allCases)
  func `the watchdog is not fed while one part is silent, which is named once`(_ silent: WatchedPart) {
    var state = running(watchdog: .seconds(30))
    let round = state.step(now: at(0), status: "2 agents").round
    for part in WatchedPart.allCases where part != silent { state.answered(part, round: round) }
    for second in [10.0, 20, 30, 40] { #expect(state.step(now: at(second), status: "2 agents").messages.isEmpty) }
    #expect(state.late(now: at(40)) == [silent])
    #expect(state.late(now: at(41)).isEmpty)
    state.answered(silent, round: round)
    #expect(state.step(now: at(42), status: "2 agents").messages == ["WATCHDOG=1"])
  }

  @Test func `an answer of an earlier round counts for nothing`() {
    var state = running(watchdog: .seconds(30))
    let first = state.step(now: at(0), status: "2 agents").round
    for part in WatchedPart.allCases { state.answered(part, round: first) }
    #expect(state.step(now: at(10), status: "2 agents").round == first + 1)
    for part in WatchedPart.allCases { state.answered(part, round: first) }
    #expect(state.step(now: at(20), status: "2 agents").messages.isEmpty)
  }

  @Test func `the drain is watched; after the loop has ended nobody is asked`() {
    var state = running(watchdog: .seconds(30))
    _ = state.stopping(now: at(1))
    let round = state.step(now: at(2), status: "").round
    for part in WatchedPart.allCases { state.answered(part, round: round) }
    #expect(state.step(now: at(12), status: "").messages.contains("WATCHDOG=1"))
    _ = state.closing(now: at(13))
    #expect(state.step(now: at(30), status: "").ping.isEmpty)
  }
}

import Bridge
import PaperTerminal
import Reconciler
import Synchronization
import Testing

@testable import Controller

/// A page of metrics, taken apart: by `name{labels}`, the value's text.
struct ScrapedPage {
  private(set) var samples: [String: String] = [:]
  private(set) var types: [String: String] = [:]
  private(set) var order: [String] = []

  init(_ bytes: [UInt8]) throws {
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      if line.hasPrefix("# TYPE ") {
        let words = line.split(separator: " ")
        types[String(words[2])] = String(words[3])
        order.append(String(words[2]))
        continue
      }
      if line.hasPrefix("#") { continue }
      let space = try #require(line.lastIndex(of: " "), "\(line)")
      let key = String(line[..<space])
      try #require(samples[key] == nil, "\(key) is there twice")
      samples[key] = String(line[line.index(after: space)...])
    }
  }

  subscript(_ key: String) -> String? { samples[key] }
}

extension ControllerService {
  func scrape() async throws -> ScrapedPage { try ScrapedPage(await metricsText()) }
}

/// The text format and the counters by themselves.
struct MetricsFormatTests {
  private static let metric = Metric.gauge("a_name", "A \\ help\nof two lines with \"quotes\".", ["x", "y"])

  private static func text(_ body: (inout Exposition) -> Void) -> String {
    var out = Exposition()
    body(&out)
    return String(decoding: out.bytes, as: UTF8.self)
  }

  @Test func `backslashes, line feeds and quotes are escaped where they must be, and nothing else`() {
    let text = Self.text {
      $0.family(Self.metric)
      $0.sample(Self.metric, ["a\\b\"c\nd", "Grüße {}=,"], "1")
    }
    #expect(
      text == """
        # HELP a_name A \\\\ help\\nof two lines with "quotes".
        # TYPE a_name gauge
        a_name{x="a\\\\b\\"c\\nd",y="Grüße {}=,"} 1

        """)
  }

  @Test func `a histogram's buckets add up, and end with all`() {
    let metric = Metric.histogram("h_seconds", "H.", ["kind"], bounds: [1000, 2_500_000])
    let histogram = Histogram(metric)
    for value: Int64 in [-5, 1000, 1001, 2_500_000, 2_500_001] { histogram.observe(value) }
    let text = Self.text { $0.histogram(metric, ["open"], histogram.current) }
    #expect(
      text == """
        h_seconds_bucket{kind="open",le="0.001"} 2
        h_seconds_bucket{kind="open",le="2.5"} 4
        h_seconds_bucket{kind="open",le="+Inf"} 5
        h_seconds_sum{kind="open"} 5.002002
        h_seconds_count{kind="open"} 5

        """)
  }

  @Test(arguments: MetricCatalogue.all)
  func `each metric's name, help and bounds keep to Prometheus's ways`(_ metric: Metric) {
    #expect(metric.name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil)
    #expect(metric.help.hasSuffix("."))
    #expect((metric.kind == .counter) == metric.name.hasSuffix("_total"))
    #expect((metric.kind == .histogram) == !metric.bucketBounds.isEmpty)
    #expect(metric.kind != .histogram || metric.name.hasSuffix("_seconds"))
    #expect(metric.bucketBounds == metric.bucketBounds.sorted())
    #expect(metric.labels.allSatisfy { $0.wholeMatch(of: /[a-z_]+/) != nil && $0 != "le" })
  }

  @Test func `every metric of the contract and every one of the catalogue is there before anything has happened`()
    throws
  {
    let page = try ScrapedPage(
      MetricsPage.render(ControllerMetrics(now: { SystemClock.now() }), nil, ProcessFacts.read()))
    #expect(page.order == MetricCatalogue.all.map(\.name))
    for key in [
      "gateway_health", "agents_online", "total_positions", "trade_requests_total", "trade_latency_seconds_count",
      #"mt4_reconcile_total{result="in_sync"}"#, "mt4_reconcile_duration_seconds_count",
      #"mt4_actions_total{kind="close",reason="daily_loss",outcome="done"}"#,
      #"mt4_action_latency_seconds_count{kind="open"}"#, "mt4_breach_to_flat_seconds_count", "mt4_unknown_outcomes",
      "mt4_journal_lag_records", "mt4_journal_fsync_seconds_count", "mt4_manifest_revision",
      "mt4_manifest_rejected_total", #"mt4_records_total{type="breach"}"#,
    ] { #expect(page[key] == "0", "\(key)") }
    for name in ["mt4_snapshot_age_seconds", "mt4_daily_loss_ratio", "mt4_agent_paused", "mt4_terminal_requests_total"]
    {
      #expect(page.types[name] != nil)
    }
    #expect(page["process_resident_memory_bytes"].flatMap { Int($0) } ?? 0 > 1 << 20)
    #expect(page["process_open_fds"].flatMap { Int($0) } ?? 0 > 2)
    let start = try #require(page["process_start_time_seconds"].flatMap { FixedDecimal($0) })
    #expect(start > 1_700_000_000)
  }
}

/// What is counted when, told record by record.
struct MetricsCountTests {
  private final class Clock: Sendable {
    let steady = Mutex<Int64>(0)
    var now: Moment {
      steady.withLock { Moment(wall: Timestamp(microseconds: $0), steady: Steady(microseconds: $0)) }
    }
    func pass(_ milliseconds: Int64) { steady.withLock { $0 += milliseconds * 1000 } }
  }

  private let clock = Clock()
  private let metrics: ControllerMetrics

  init() {
    let clock = clock
    metrics = ControllerMetrics(now: { clock.now })
  }

  private func record(
    _ type: EventType, _ metadata: JSONValue = .object([:]), reason: Reason? = nil, action: String? = nil
  ) {
    metrics.made(
      Record(
        sequence: 1, agent: AgentID("a"), type: type, reason: reason, message: "", metadata: metadata, actionID: action,
        revision: 1, observedAt: nil, createdAt: clock.now.wall))
  }

  private func look(_ positions: [Position]) {
    let now = clock.now
    let snapshot = Snapshot(
      request: ReadRequest(number: 1, agent: AgentID("a")),
      positions: Reply(positions, ReadSpan(began: now, ended: now)), account: nil)
    metrics.passed(.snapshot(snapshot), [], plan: Plan(), since: now)
  }

  private func page() throws -> ScrapedPage { try ScrapedPage(MetricsPage.render(metrics, nil, ProcessFacts())) }

  private static let position = Position(
    ticket: Ticket(1), symbol: Symbol("EURUSD"), side: .buy, lots: 1, openPrice: 1)

  @Test func `an action is counted once, with its latency from the intent over every attempt`() throws {
    record(.intent, ["kind": "close", "attempt": 1], reason: .pairNotAllowed, action: "x")
    clock.pass(300)
    record(.intent, ["kind": "close", "attempt": 2], reason: .pairNotAllowed, action: "x")
    clock.pass(100)
    record(.outcome, ["result": "done"], reason: .pairNotAllowed, action: "x")
    let page = try page()
    #expect(page[#"mt4_actions_total{kind="close",reason="pair_not_allowed",outcome="done"}"#] == "1")
    #expect(page[#"mt4_action_latency_seconds_sum{kind="close"}"#] == "0.4")
    #expect(page[#"mt4_records_total{type="intent"}"#] == "2")
  }

  @Test func `an unknown outcome is counted once as unknown, and its resolution by itself`() throws {
    record(.intent, ["kind": "open"], reason: .target, action: "x")
    record(.unknown, ["cause": "timeout"], reason: .target, action: "x")
    record(.unknown, ["needs_person": true], reason: .unknownOutcome, action: "x")
    record(.resolved, ["result": "executed", "evidence": "mark"], reason: .target, action: "x")
    let page = try page()
    #expect(page[#"mt4_actions_total{kind="open",reason="target",outcome="unknown"}"#] == "1")
    #expect(page[#"mt4_unknown_resolved_total{result="executed",evidence="mark"}"#] == "1")
  }

  @Test func `what was never sent has no latency`() throws {
    record(.intent, ["kind": "open"], reason: .target, action: "x")
    clock.pass(5000)
    record(.outcome, ["result": "withdrawn"], reason: .target, action: "x")
    let page = try page()
    #expect(page[#"mt4_actions_total{kind="open",reason="target",outcome="withdrawn"}"#] == "1")
    #expect(page[#"mt4_action_latency_seconds_count{kind="open"}"#] == "0")
  }

  @Test func `a breach is timed to the first look without a position`() throws {
    record(.breach, reason: .dailyLoss)
    record(.paused, ["cause": "breach", "pause": ["closes_all": true]], reason: .dailyLoss)
    clock.pass(400)
    look([Self.position])
    clock.pass(600)
    look([])
    clock.pass(1000)
    look([])
    let page = try page()
    #expect(page["mt4_breaches_total"] == "1")
    #expect(page["mt4_breach_to_flat_seconds_sum"] == "1")
    #expect(page["mt4_breach_to_flat_seconds_count"] == "1")
  }

  @Test func `a breach that closes nothing is not timed`() throws {
    record(.breach, reason: .dailyLoss)
    record(.paused, ["cause": "breach", "pause": ["closes_all": false]], reason: .dailyLoss)
    look([])
    #expect(try page()["mt4_breach_to_flat_seconds_count"] == "0")
  }
}

/// The metrics of a running controller, read beside what it did.
@Suite(.timeLimit(.minutes(5)))
struct MetricsServiceTests {
  @Test func `a breach, its close and its terminal's requests are seen`() async throws {
    try await Stage.with { stage in
      try stage.declare(
        stage.agent {
          $0.positions = "guard"
          $0.targets = []
          $0.maxDailyLoss = "5 USD"
        })
      try await RunningController.with(stage, database: try TestDatabase.fresh().url) { controller in
        try await eventually("in sync") { controller.status()?.day != nil && controller.database == .up }
        try stage.rogue("EURUSD", lots: "0.05")
        try await eventually("it is seen") { controller.status()?.positions.count == 1 }
        let before = try await controller.service.scrape()
        #expect(before["gateway_health"] == "1")
        #expect(before["agents_online"] == "1")
        #expect(before["total_positions"] == "1")
        #expect(before[#"mt4_agent_paused{agent="agent_1"}"#] == "0")
        #expect(before[#"mt4_agent_floor{agent="agent_1",currency="USD"}"#] == "9995")
        #expect(before[#"mt4_terminal_requests_total{agent="agent_1",endpoint="/trade",result="done"}"#] == "0")
        try stage.terminal().setPrice(Symbol("EURUSD"), bid: exact("1.09500"))
        try await eventually("closed and flat") {
          controller.status()?.memory.breachPause != nil && controller.status()?.positions.isEmpty == true
            && !controller.records(.outcome).isEmpty
        }
        try await eventually("shipped") {
          let fleet = controller.service.board.picture?.fleet
          return fleet.map { $0.journal.shipped == $0.lastSequence } ?? false
        }
        let page = try await controller.service.scrape()
        #expect(page[#"mt4_agent_paused{agent="agent_1"}"#] == "1")
        #expect(page[#"mt4_agent_breached{agent="agent_1"}"#] == "1")
        #expect(page[#"mt4_actions_total{kind="close",reason="daily_loss",outcome="done"}"#] == "1")
        #expect(page["mt4_breaches_total"] == "1")
        #expect(page["mt4_breach_to_flat_seconds_count"] == "1")
        #expect(page["trade_requests_total"] == "1")
        #expect(page["trade_latency_seconds_count"] == "1")
        #expect(page[#"mt4_terminal_requests_total{agent="agent_1",endpoint="/trade",result="done"}"#] == "1")
        #expect(page[#"mt4_agent_condition{agent="agent_1",condition="Paused"}"#] == "1")
        let used = try #require(page[#"mt4_daily_loss_ratio{agent="agent_1"}"#].flatMap { FixedDecimal($0) })
        #expect(used >= 1)
        #expect(page["mt4_manifest_revision"] == "1")
        let synced = try #require(page["mt4_journal_fsync_seconds_count"].flatMap { Int($0) })
        #expect(synced > 0)
        let acted = try #require(page[#"mt4_reconcile_total{result="acted"}"#].flatMap { Int($0) })
        #expect(acted >= 1)
      }
    }
  }

  @Test func `a refused set of manifests is counted and shown, and a silent terminal grows old`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.targets = [] })
      try await RunningController.with(stage, database: try TestDatabase.fresh().url) { controller in
        try await eventually("in sync") { controller.status()?.online == true && controller.database == .up }
        try stage.write("bad.yaml", "kind: [")
        controller.service.reload(actor: "test")
        try await eventually("refused and published") {
          controller.condition(.manifestAccepted)?.status == .no
        }
        var page = try await controller.service.scrape()
        #expect(page["mt4_manifest_rejected_total"] == "1")
        #expect(page["mt4_manifest_accepted"] == "0")
        #expect(page["gateway_health"] == "0")
        try stage.faults([.requestLost: 1])
        try await eventually("offline") { controller.status()?.online == false }
        page = try await controller.service.scrape()
        #expect(page["agents_online"] == "0")
        #expect(page[#"mt4_agent_online{agent="agent_1"}"#] == "0")
        let age = try #require(page[#"mt4_snapshot_age_seconds{agent="agent_1"}"#].flatMap { FixedDecimal($0) })
        #expect(age.isPositive)
      }
    }
  }
}

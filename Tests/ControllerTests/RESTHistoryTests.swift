import Foundation
import Logging
import Reconciler
import Testing

@testable import Controller

/// Actions and trades in memory.
struct RESTHistoryTests {
  private static func record(
    _ sequence: Int64, _ type: EventType, _ action: String?, _ metadata: JSONValue = [:], agent: String = "a"
  ) -> Record {
    Record(
      sequence: sequence, agent: AgentID(agent), type: type, reason: .target, message: "\(type.rawValue) \(sequence)",
      metadata: metadata, actionID: action, revision: 1, observedAt: nil,
      createdAt: Timestamp(seconds: 1_800_000_000 + sequence))
  }

  private static func lines(_ records: [Record]) -> [JournalLine] {
    records.map { JournalLine.make(record: $0, chain: "abcdefghijklmnop", prevHash: JournalLine.firstPrevHash) }
  }

  private static func actions(_ count: Int64, from first: Int64 = 1) -> [Record] {
    (0..<count).flatMap { index in
      let sequence = first + 2 * index
      let agent = index.isMultiple(of: 3) ? "b" : "a"
      return [
        record(sequence, .intent, "action\(sequence)", ["kind": "open", "lots": "0.10"], agent: agent),
        record(sequence + 1, .outcome, "action\(sequence)", ["result": "done"], agent: agent),
      ]
    }
  }

  @Test func `pages follow one another without a gap, the newest first, whatever comes meanwhile`() {
    let history = RecordHistory()
    history.take(Self.lines(Self.actions(250)))
    var wish = RecordHistory.Wish()
    wish.limit = 100
    var seen: [Int64] = []
    var pages = 0
    while true {
      let page = history.actions(wish)
      seen += page.items.compactMap { $0.first?.sequence }
      pages += 1
      guard let next = page.nextBefore else {
        #expect(page.isWhole)
        break
      }
      wish.before = next
      history.take(Self.lines(Self.actions(1, from: 1001 + Int64(pages) * 2)))
    }
    #expect(pages == 3)
    #expect(seen == (0..<250).map { 499 - 2 * $0 })
    wish = RecordHistory.Wish(agent: AgentID("b"), since: Timestamp(seconds: 1_800_000_400))
    let some = history.actions(wish).items
    #expect(some.allSatisfy { $0.first?.agent == AgentID("b") && $0.first?.sequence ?? 0 >= 400 })
    #expect(!some.isEmpty)
  }

  @Test(
    arguments: [
      ([EventType.intent], "pending"), ([.intent, .outcome], "refused"), ([.intent, .unknown], "unknown"),
      ([.intent, .unknown, .resolved], "executed"), ([.intent, .outcome, .intent, .outcome], "done"),
    ] as [([EventType], String)])
  func `an action's records say how it ended, in whatever order they come`(_ types: [EventType], _ result: String) {
    let records = types.enumerated().map { place, type in
      let results: [EventType: String] = [.outcome: place > 1 ? "done" : "refused", .resolved: "executed"]
      return Self.record(Int64(place + 1), type, "x", ["result": results[type].map { .string($0) } ?? .null])
    }
    for order in [records, records.reversed()] {
      var entry = ActionEntry()
      for record in order { entry.take(record) }
      #expect(entry.result == result)
      #expect(entry.attempts == types.filter { $0 == .intent }.count)
      #expect(entry.first?.sequence == 1)
    }
  }

  @Test func `what is older than memory is said to be elsewhere`() {
    let history = RecordHistory(capacity: 100)
    history.begin(after: 0)
    history.take(Self.lines(Self.actions(50)))
    #expect(history.actions(RecordHistory.Wish()).isWhole)
    history.take(Self.lines(Self.actions(200, from: 101)))
    var wish = RecordHistory.Wish()
    wish.limit = 1000
    let page = history.actions(wish)
    #expect((100...113).contains(page.items.count))
    #expect(!page.isWhole)
    #expect(PageDocuments.actions.json(page)["older"]?.string?.contains("trading.actions") == true)
    wish.since = page.items.last?.first?.createdAt
    #expect(history.actions(wish).isWhole)
  }

  @Test func `a restart takes up what the journal has, and an action that is under way meanwhile stays one`()
    async throws
  {
    let folder = try temporaryFolder()
    let journal = try Journal.open(stateDirectory: folder)
    let old = Self.actions(30)
    try journal.append(old + [Self.record(61, .intent, "late", ["kind": "close"])])
    journal.close()
    let again = try Journal.open(stateDirectory: folder)
    let history = RecordHistory()
    HistorySeed(journal: again, history: history, log: .init(label: "test")).start()
    history.take(Self.lines([Self.record(62, .outcome, "late", ["result": "done"])]))
    var wish = RecordHistory.Wish()
    wish.limit = 1000
    try await eventually("seeded") { history.actions(wish).items.count == 31 }
    #expect(history.actions(wish).items.first?.result == "done")
    #expect(history.actions(wish).isWhole)
    again.close()
  }
}

import Foundation
import Reconciler
import Testing

@testable import Controller

/// An event's line and back: nothing is lost, nothing is rounded, nothing odd is taken.
struct RecordingCodingTests {
  private static let head = RecordingHead(
    version: "1.2.3", chain: "abcdefghijklmnop", foldedFrom: 41, foldedTo: 57, interval: .milliseconds(250),
    moment: Moment(wall: Timestamp(seconds: 1_795_000_000), steady: Steady(microseconds: 12_345)))

  /// Writes them one after another, and reads them again.
  private static func round(_ events: [RecordedEvent]) throws -> [RecordedEvent] {
    var writer = LineWriter(head)
    var reader = LineReader(head)
    return try events.map { event in
      var bytes: [UInt8] = []
      writer.write(event, to: &bytes)
      #expect(bytes.filter { $0 == 0x0A }.count == 1 && bytes.last == 0x0A)
      let line = try reader.read(Array(bytes.dropLast()))
      guard case .event(let read) = line else { throw RecordingError.unusable("no event: \(line)") }
      return read
    }
  }

  @Test(arguments: 0..<17)
  func `each kind of event comes back as it was`(_ kind: Int) throws {
    for seed in UInt64(0)..<40 {
      var random = RandomEvents(seed: seed)
      let input: RecordedEvent.Input = kind == 16 ? .stopped : .event(random.input(kind))
      let event = RecordedEvent(input: input, moment: random.moment(), lastSequence: 7, sends: [random.order()])
      let read = try #require(Self.round([event]).first)
      #expect(Self.text(read) == Self.text(event), "seed \(seed)")
    }
  }

  @Test(arguments: UInt64(1)...20)
  func `what differs from the lines before is enough to know all of it`(_ seed: UInt64) throws {
    var random = RandomEvents(seed: seed)
    let events = (0..<150).map { _ in random.event() }
    let read = try Self.round(events)
    for (k, pair) in zip(events, read).enumerated() where Self.text(pair.0) != Self.text(pair.1) {
      Issue.record("seed \(seed), event \(k):\n\(Self.text(pair.0))\n\(Self.text(pair.1))")
      return
    }
  }

  /// Everything in it, to the bit. Of a secret's state only whether it changed is kept.
  private static func text(_ event: RecordedEvent) -> String {
    var event = event
    if case .event(.fleetAccepted(var fleet, let facts)) = event.input {
      fleet.credentialVersions = fleet.credentialVersions.mapValues { _ in "some" }
      event.input = .event(.fleetAccepted(fleet, facts))
    }
    return tell(event)
  }

  /// As `dump` does, but with the members of dictionaries in order and texts by their bytes.
  private static func tell(_ value: Any) -> String {
    if let text = value as? String {
      return "'" + text.unicodeScalars.map { String($0.value) }.joined(separator: " ") + "'"
    }
    let mirror = Mirror(reflecting: value)
    let children = mirror.children.map { child in (child.label ?? "") + ":" + tell(child.value) }
    if children.isEmpty { return "\(value)" }
    let isUnordered = mirror.displayStyle == .dictionary || mirror.displayStyle == .set
    return "\(mirror.subjectType)(" + (isUnordered ? children.sorted() : children).joined(separator: ",") + ")"
  }

  @Test func `every stored property is in its table`() {
    var random = RandomEvents(seed: 1)
    func count(_ value: Any) -> Int { Mirror(reflecting: value).children.count }
    #expect(Table.account.members.count == count(random.account()))
    #expect(Table.tick.members.count == count(random.tick(Symbol("EURUSD"))))
    #expect(Table.position.members.count == count(random.position()) - 1, "all but the ticket")
    #expect(Table.order.members.count == count(random.pending()) - 1, "all but the ticket")
    #expect(Table.row.members.count == count(random.row()) - 1, "all but the ticket")
    #expect(Table.agent.members.count == count(random.spec(AgentID("a"))) - 1, "all but the id")
    #expect(Table.terminal.members.count == count(random.terminal()))
    #expect(Table.risk.members.count == count(random.risk()))
    #expect(Table.target.members.count == count(random.target()))
    #expect(Table.policy.members.count == count(random.policy()))
    #expect(Table.fleet.members.count == count(random.fleet()))
    #expect(Table.facts.members.count == count(random.facts()))
    #expect(Table.journal.members.count == count(JournalFacts()))
    #expect(
      Table.request.members.count == count(ReadRequest(number: 1, agent: AgentID("a"))) - 2,
      "all but the agent and where the core has it")
  }

  @Test func `a calm look costs next to nothing`() throws {
    let span = { (at: Int64) in
      let moment = Moment(wall: Timestamp(seconds: 1_795_000_000 + at), steady: Steady(microseconds: at * 1_000_000))
      return ReadSpan(began: moment, ended: moment)
    }
    var positions: [Position] = []
    for ticket in Int64(1)...3 {
      positions.append(
        Position(
          ticket: Ticket(ticket), symbol: Symbol("EURUSD"), side: .buy, lots: exact("0.01"), openPrice: exact("1.1"),
          comment: "a-comment"))
    }
    var writer = LineWriter(Self.head)
    var sizes: [Int] = []
    for at in Int64(1)...3 {
      var account = Account(
        currency: "USD", leverage: 100, balance: 200, equity: 200 + FixedDecimal(Int(at)),
        profit: FixedDecimal(Int(at)),
        margin: 1, freeMargin: 199 + FixedDecimal(Int(at)))
      account.server = "EBCFinancialGroupKY-Demo02"
      positions[0].profit = FixedDecimal(Int(at))
      let look = Snapshot(
        request: ReadRequest(number: Int(at), agent: AgentID("agent_1")), positions: Reply(positions, span(at)),
        account: Reply(account, span(at)))
      var bytes: [UInt8] = []
      writer.write(RecordedEvent(input: .event(.snapshot(look)), moment: span(at).ended), to: &bytes)
      sizes.append(bytes.count)
    }
    #expect(sizes[0] > 500)
    #expect(sizes[2] < 200, "\(sizes)")
  }

  @Test func `of a secret it says only that it is another one`() throws {
    var random = RandomEvents(seed: 3)
    var fleet = Fleet(
      revision: 1, fingerprint: "f", agents: [random.spec(AgentID("a"))], policy: FleetPolicy(), zones: [:])
    var events: [RecordedEvent] = []
    for version in ["hunter2-1", "hunter2-1", "hunter2-2", "hunter2-1"] {
      fleet.credentialVersions = [AgentID("a"): version]
      let input = Event.fleetAccepted(fleet, RevisionFacts(isNew: false, actor: "test"))
      events.append(RecordedEvent(input: .event(input), moment: Self.head.moment))
    }
    var writer = LineWriter(Self.head)
    var bytes: [UInt8] = []
    for event in events { writer.write(event, to: &bytes) }
    #expect(!String(decoding: bytes, as: UTF8.self).contains("hunter2"))
    let versions = try Self.round(events).map { event in
      guard case .event(.fleetAccepted(let fleet, _)) = event.input else { return "?" }
      return fleet.credentialVersions[AgentID("a")] ?? "none"
    }
    #expect(versions == ["1", "1", "2", "3"])
  }

  @Test func `the first line comes back`() throws {
    let bytes = LineWriter.line(Self.head, segment: 3)
    let (head, segment) = try LineReader.begin(Array(bytes.dropLast()))
    #expect(head == Self.head)
    #expect(segment == 3)
  }

  @Test(arguments: [
    (#"{"e":"time","t":1,"x":2}"#, "x: this version knows no such member"),
    (#"{"e":"time"}"#, "t: it is missing"),
    (#"{"e":"time","t":1.5}"#, "t: it must be a whole number"),
    (#"{"e":"time","t":"1"}"#, "t: it must be a whole number"),
    (#"{"t":1}"#, "e: it is missing, or no text"),
    (#"{"e":"nonsense","t":1}"#, "e: this version knows no event `nonsense`"),
    (#"{"e":"time","t":1"#, "byte 17"),
    (#"{"e":"look","t":1}"#, "agent: it is missing"),
    (#"{"e":"look","t":1,"agent":"a","at":[1]}"#, "at: a span has two or four numbers"),
    (
      #"{"e":"look","t":1,"agent":"a","account":{"equity":1},"account_at":[0,0]}"#,
      "account.equity: it must be a decimal"
    ),
    (
      #"{"e":"look","t":1,"agent":"a","account":{"money":"1"},"account_at":[0,0]}"#,
      "account.money: this version knows no"
    ),
    (#"{"e":"look","t":1,"agent":"a","at":[0,0],"positions":[{"lots":"1"}]}"#, "positions.0.id: it is missing"),
    (
      #"{"e":"look","t":1,"agent":"a","at":[0,0],"positions":[{"id":1,"side":"up"}]}"#,
      "positions.0.side: it is none of buy, sell"
    ),
    (#"{"e":"look","t":1,"agent":"a","orders":{"is":[]}}"#, "orders.at: it is missing"),
    (
      #"{"e":"ended","t":1,"agent":"a","action":"x","attempt":1,"answer":{},"at":[0,0]}"#,
      "answer.unknown: it is missing"
    ),
    (#"{"e":"journal","t":1,"facts":{"space":"plenty"}}"#, "facts.space: it is none of"),
    (
      #"{"e":"command","t":1,"actor":"x","command":{"verb":"dance","reason":""}}"#,
      "command.verb: this version knows no command"
    ),
    (
      #"{"e":"fleet","t":1,"facts":{},"fleet":{"agents":[{"id":"a","risk":{"day":[1]}}]}}"#,
      "fleet.agents.0.risk.day: the list has too few"
    ),
  ])
  func `what was not written so is refused, with its place`(_ line: String, _ problem: String) {
    var reader = LineReader(Self.head)
    do throws(RecordingError) {
      _ = try reader.read(Array(line.utf8))
      Issue.record("it was taken: \(line)")
    } catch {
      #expect("\(error)".contains(problem), "\(line): \(error)")
    }
  }

  @Test func `a recording of a newer format is refused in plain words`() {
    let line = String(decoding: LineWriter.line(Self.head, segment: 1), as: UTF8.self)
      .replacing("\"format\":1", with: "\"format\":2")
    #expect(
      throws: RecordingError.malformed(path: "format", problem: "it is 2, and this version reads 1; use one that fits")
    ) {
      try LineReader.begin(Array(line.utf8.dropLast()))
    }
  }
}

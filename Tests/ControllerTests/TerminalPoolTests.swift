import Bridge
import Reconciler
import Synchronization
import Testing

@testable import Controller

/// Which terminal an agent is sent to, while manifests and tokens change.
@Suite struct TerminalPoolTests {
  /// A terminal that does nothing until it is told.
  private final class Stub: Terminal, Sendable {
    let name: String
    let reads = Mutex(0)
    let isClosed = Mutex(false)
    let answer: Mutex<(@Sendable (TradeAnswer, ReadSpan) -> Void)?> = Mutex(nil)

    init(_ name: String) { self.name = name }

    func read(_ request: ReadRequest, completion: @escaping @Sendable (Result<Snapshot, ReadFailure>) -> Void) {
      reads.withLock { $0 += 1 }
    }

    func quote(
      _ symbol: Symbol, until deadline: Steady,
      completion: @escaping @Sendable (Result<Reply<Tick>, ReadFailure>) -> Void
    ) {}

    func send(_ request: TradeRequest, completion: @escaping @Sendable (TradeAnswer, ReadSpan) -> Void) {
      answer.withLock { $0 = completion }
    }

    func close() { isClosed.withLock { $0 = true } }
  }

  private final class Stubs: Sendable {
    let made: Mutex<[Stub]> = Mutex([])
    var all: [Stub] { made.withLock { $0 } }

    func connect(_ agent: AgentSpec, _ credential: CredentialOutcome) -> Result<any Terminal, ReadFailure> {
      if case .failed(let why) = credential {
        return .failure(ReadFailure(code: .unauthorized, message: why, endpoint: "token"))
      }
      let stub = Stub(agent.terminal.url)
      made.withLock { $0.append(stub) }
      return .success(stub)
    }
  }

  private static let id = AgentID("agent_1")
  private static let now = Moment(wall: Timestamp(seconds: 1_800_000_000), steady: Steady(microseconds: 0))

  private static func fleet(_ url: String, token: String = "a") -> Fleet {
    let risk = RiskSpec(
      initialBalance: Money(amount: 1000, currency: "USD"), maxRiskPerTrade: 10, maxDailyLoss: .percent(5),
      maxPositions: 1, lotSize: 1)
    let spec = AgentSpec(
      id: id, metadataName: "atlas", displayName: "Atlas", enabled: true, terminal: TerminalSpec(url: url), pairs: [],
      risk: risk)
    var fleet = Fleet(revision: 1, fingerprint: "f", agents: [spec], policy: FleetPolicy(), zones: [:])
    fleet.credentialVersions[id] = token
    return fleet
  }

  private static func pool(_ stubs: Stubs) -> TerminalPool {
    TerminalPool(connect: { agent, credential, _ in stubs.connect(agent, credential) })
  }

  private static func send(_ pool: inout TerminalPool) {
    pool.send(
      TradeRequest(
        agent: id, order: .close(ticket: Ticket(1), lots: nil), mark: "", magic: nil, requestID: "a.1"), now: now
    ) { _, _ in }
  }

  @Test func `a terminal that changes while an order is on its way is changed when the answer is in`() {
    let stubs = Stubs()
    var pool = Self.pool(stubs)
    pool.update(Self.fleet("http://one"), credentials: [:])
    Self.send(&pool)
    pool.update(Self.fleet("http://two"), credentials: [:])
    pool.read(ReadRequest(number: 1, agent: Self.id), now: Self.now) { _ in }
    #expect(stubs.all.map { $0.reads.withLock { $0 } } == [1, 0])
    pool.sent(Self.id)
    pool.read(ReadRequest(number: 2, agent: Self.id), now: Self.now) { _ in }
    #expect(stubs.all.map { $0.reads.withLock { $0 } } == [1, 1])
    #expect(stubs.all.map { $0.isClosed.withLock { $0 } } == [true, false])
  }

  @Test func `a change that is taken back while an order is on its way never comes`() {
    let stubs = Stubs()
    var pool = Self.pool(stubs)
    pool.update(Self.fleet("http://one"), credentials: [:])
    Self.send(&pool)
    pool.update(Self.fleet("http://two"), credentials: [:])
    pool.update(Self.fleet("http://one"), credentials: [:])
    pool.sent(Self.id)
    pool.read(ReadRequest(number: 1, agent: Self.id), now: Self.now) { _ in }
    #expect(stubs.all.map(\.name) == ["http://one", "http://two"])
    #expect(stubs.all.map { $0.reads.withLock { $0 } } == [1, 0])
    #expect(stubs.all.map { $0.isClosed.withLock { $0 } } == [false, true])
  }

  @Test func `a token that cannot be read for a moment takes no terminal off that works`() {
    let stubs = Stubs()
    var pool = Self.pool(stubs)
    pool.update(Self.fleet("http://one"), credentials: [:])
    pool.update(Self.fleet("http://one", token: "unresolved"), credentials: [Self.id: .failed("it is not there")])
    pool.read(ReadRequest(number: 1, agent: Self.id), now: Self.now) { _ in }
    #expect(stubs.all.map { $0.reads.withLock { $0 } } == [1])
    // Another one that is there is taken.
    pool.update(Self.fleet("http://one", token: "b"), credentials: [Self.id: .token("b")])
    #expect(stubs.all.map { $0.isClosed.withLock { $0 } } == [true, false])
  }
}

import Reconciler
import Synchronization

@testable import Bridge

/// An engine with one terminal at a test server.
struct Rig {
  let server: WireServer
  let engine: BridgeEngine
  let terminal: EARestTerminal

  init(
    oneAtATime: Bool = false, token: String? = nil, spec change: (inout TerminalSpec) -> Void = { _ in },
    respond: @escaping @Sendable (WireServer.Request) -> WireServer.Reply
  ) throws {
    server = try WireServer(oneAtATime: oneAtATime, respond)
    engine = try BridgeEngine()
    terminal = try engine.terminal(server.url, token: token, spec: change)
  }

  /// At a healthy terminal.
  init(oneAtATime: Bool = false, token: String? = nil, spec change: (inout TerminalSpec) -> Void = { _ in }) throws {
    try self.init(oneAtATime: oneAtATime, token: token, spec: change, respond: Samples.reply)
  }

  func stop() {
    terminal.close()
    engine.stop(within: .seconds(10))
    server.stop()
  }
}

extension BridgeEngine {
  func terminal(
    _ url: String, token: String? = nil, spec change: (inout TerminalSpec) -> Void = { _ in }
  ) throws -> EARestTerminal {
    var spec = TerminalSpec(url: url)
    spec.timeout = .seconds(20)
    spec.postTimeout = .seconds(20)
    change(&spec)
    return try EARestTerminal(
      engine: self,
      configuration: TerminalConfiguration(agent: AgentID("a"), spec: spec, token: token, serverZone: .utc))
  }
}

extension Terminal {
  func read(_ change: (inout ReadRequest) -> Void = { _ in }) async -> Result<Snapshot, ReadFailure> {
    var request = ReadRequest(number: 1, agent: AgentID("a"))
    change(&request)
    return await withCheckedContinuation { continuation in
      read(request) { continuation.resume(returning: $0) }
    }
  }

  /// The failure of a read that is expected to fail.
  func failure(_ change: (inout ReadRequest) -> Void = { _ in }) async -> ReadFailure? {
    if case .failure(let failure) = await read(change) { failure } else { nil }
  }

  func send(_ order: TradeRequest.Order = Orders.buy) async -> TradeAnswer {
    await withCheckedContinuation { continuation in
      send(Orders.request(order)) { answer, _ in continuation.resume(returning: answer) }
    }
  }
}

/// A trade that was handed over before the test went on.
struct PendingTrade {
  private let box = Box<TradeAnswer?>(nil)

  init(_ terminal: any Terminal, _ order: TradeRequest.Order = Orders.buy) {
    terminal.send(Orders.request(order)) { [box] answer, _ in box.change { $0 = answer } }
  }

  /// `nil` when none came in time.
  var answer: TradeAnswer? {
    get async {
      _ = await eventually { box.now != nil }
      return box.now
    }
  }
}

enum Orders {
  static let buy = TradeRequest.Order.open(
    symbol: Symbol("EURUSD"), side: .buy, lots: decimal("0.4"), stopLoss: decimal("1.0824"), takeProfit: nil,
    slippagePoints: 10)
  static let close = TradeRequest.Order.close(ticket: Ticket(48_112_233), lots: decimal("0.1"))
  static let modify = TradeRequest.Order.modify(
    ticket: Ticket(48_112_233), stopLoss: decimal("1.083"), takeProfit: decimal("1.09"))

  static func request(_ order: TradeRequest.Order) -> TradeRequest {
    let isOpen = if case .open = order { true } else { false }
    return TradeRequest(
      agent: AgentID("a"), order: order, mark: isOpen ? "k3f9x2a1" : "", magic: isOpen ? 7001 : nil, requestID: "x.1")
  }
}

/// A number that the test states.
func decimal(_ text: String) -> FixedDecimal {
  guard let number = FixedDecimal(text) else { preconditionFailure("\(text) is no decimal") }
  return number
}

/// Waits until `condition` holds, at most ten seconds.
func eventually(_ condition: () -> Bool) async -> Bool {
  let deadline = ContinuousClock.now + .seconds(10)
  while !condition() {
    if ContinuousClock.now > deadline { return false }
    try? await Task.sleep(for: .milliseconds(2))
  }
  return true
}

/// A value that completions write and tests read.
final class Box<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }

  var now: Value { value.withLock { $0 } }

  func change(_ body: @Sendable (inout Value) -> Void) {
    value.withLock { value in
      var copy = value
      body(&copy)
      value = copy
    }
  }
}

import Reconciler

@testable import Controller

/// Events of every kind with everything in them that can be, drawn from a seed.
struct RandomEvents {
  private var state: UInt64
  private let agents = ["agent_1", "agent_2", "a-3"].map { AgentID($0) }
  private var number: [AgentID: Int] = [:]
  private var shown: [AgentID: Snapshot] = [:]
  private var clock = Moment(wall: Timestamp(seconds: 1_795_000_000), steady: Steady(microseconds: 77))

  init(seed: UInt64) { state = seed }

  // MARK: Chance

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ count: Int) -> Int { Int(next() % UInt64(max(1, count))) }
  mutating func coin() -> Bool { next() % 2 == 0 }
  mutating func pick<T>(_ of: [T]) -> T { of[below(of.count)] }
  mutating func maybe<T>(_ value: (inout Self) -> T) -> T? { coin() ? value(&self) : nil }
  mutating func some<T>(_ most: Int, _ value: (inout Self) -> T) -> [T] {
    (0..<below(most + 1)).map { _ in value(&self) }
  }

  mutating func whole() -> Int64 { pick([0, 1, -1, 17, .max, .min, Int64(truncatingIfNeeded: next())]) }

  mutating func decimal() -> FixedDecimal {
    switch below(8) {
    case 0: return .zero
    case 1: return pick([.max, .min])
    case 2:
      return FixedDecimal(
        units: pick([1, -1, 999_999_999_999_999_999_999_999_999, 1_000_000_000_000_000_000_000_000_000]))
    default: return FixedDecimal(units: Int128(Int64(truncatingIfNeeded: next())))
    }
  }

  mutating func text() -> String {
    pick([
      "", "plain", "a \"quoted\" \\ text", "line\nand\ttab\u{0}", "Grüße 🙂", "e\u{301}", "\u{e9}", "\u{FFFD}\u{2028}",
    ])
  }

  mutating func time() -> Timestamp {
    Timestamp(microseconds: pick([0, 1, .max, .min, 1_795_249_931_000_000, whole()]))
  }
  mutating func duration() -> Duration { .microseconds(pick([0, 1, 250_000, 5_000_000, Int64(below(1 << 40))])) }
  mutating func moment() -> Moment {
    coin() ? clock : Moment(wall: time(), steady: Steady(microseconds: whole()))
  }
  mutating func span() -> ReadSpan { ReadSpan(began: moment(), ended: moment()) }
  mutating func symbol() -> Symbol { Symbol(pick(["EURUSD", "XAUUSD", "odd name.ü", ""])) }
  mutating func side() -> Side { pick(Side.allCases) }
  mutating func agent() -> AgentID { pick(agents) }
  mutating func ticket() -> Ticket { Ticket(pick([0, 1, 2, 3, 4, Int64(below(9)), .max, .min])) }
  mutating func money() -> Money {
    Money(amount: FixedDecimal(units: Int128(below(1 << 50))), currency: pick(["USD", "EUR"]))
  }

  mutating func json(_ depth: Int = 0) -> JSONValue {
    switch below(depth > 2 ? 4 : 6) {
    case 0: .null
    case 1: .bool(coin())
    case 2: .int(whole())
    case 3: .string(text())
    case 4: .array(some(3) { $0.json(depth + 1) })
    default: .object(Dictionary(some(3) { ($0.text(), $0.json(depth + 1)) }, uniquingKeysWith: { a, _ in a }))
    }
  }

  // MARK: Events

  /// The next one, most of them looks; the clocks go on, and sometimes jump.
  mutating func event() -> RecordedEvent {
    clock =
      below(10) == 0
      ? moment()
      : Moment(
        wall: Timestamp(microseconds: clock.wall.microseconds &+ Int64(below(1_000_000)) &+ Int64(below(3)) - 1),
        steady: Steady(microseconds: clock.steady.microseconds &+ Int64(below(1_000_000))))
    return RecordedEvent(
      input: below(20) == 0 ? .stopped : .event(input(below(16))), moment: clock, lastSequence: maybe { $0.whole() },
      sends: some(1) { $0.order() })
  }

  /// Every case by its number; all from 10 on are looks.
  mutating func input(_ kind: Int) -> Event {
    switch kind {
    case 0: .timePassed
    case 1: .drain
    case 2:
      .started(
        StartFacts(
          version: text(), chain: text(), tornBytes: below(99), memories: memories(), awaitsMemories: coin(),
          journalLost: coin()))
    case 3: .fleetAccepted(fleet(), facts())
    case 4: .fleetRejected(errors: some(3) { $0.text() }, actor: text())
    case 5: .readFailed(request(), failure(), span())
    case 6:
      .actionEnded(agent: agent(), actionID: text(), attempt: below(9), answer: answer(), span: span())
    case 7:
      .journal(
        JournalFacts(
          durable: whole(), shipped: whole(),
          database: pick([.connecting, .up, .down(text()), .forked(text()), .anotherController]),
          space: pick(JournalFacts.Space.allCases), wantsSnapshot: coin()))
    case 8: .memories(memories())
    case 9: .command(command(), actor: text())
    default: .snapshot(snapshot())
    }
  }

  private mutating func memories() -> EarlierMemories {
    EarlierMemories(
      agents: Dictionary(some(2) { ($0.agent(), $0.json()) }, uniquingKeysWith: { a, _ in a }),
      emergency: maybe { ["stop": $0.json()] })
  }

  private mutating func request() -> ReadRequest { request(agent()) }

  private mutating func request(_ agent: AgentID) -> ReadRequest {
    number[agent] = coin() ? (number[agent] ?? 0) &+ 1 : pick([0, -1, .max, .min, below(99)])
    var request = ReadRequest(number: number[agent] ?? 0, agent: agent)
    request.book = below(9) > 0
    request.orders = coin()
    request.historyDays = maybe { $0.below(40) }
    request.ticks = some(2) { $0.symbol() }
    return request
  }

  private mutating func failure() -> ReadFailure {
    ReadFailure(
      code: pick(ReadFailure.Code.allCases), message: text(), endpoint: text(), httpStatus: maybe { $0.below(600) },
      retryAfter: maybe { $0.duration() })
  }

  private mutating func answer() -> TradeAnswer {
    switch below(3) {
    case 0:
      .done(
        TradeAnswer.Done(
          ticket: maybe { $0.ticket() }, price: maybe { $0.decimal() }, lots: maybe { $0.decimal() },
          newTicket: maybe { $0.ticket() }, errorCode: below(200), message: text()))
    case 1:
      .refused(
        TradeAnswer.Refusal(
          kind: pick(RefusalKind.allCases), errorCode: below(200), httpStatus: below(600), message: text(),
          retryAfter: maybe { $0.duration() }))
    default: .unknown(TradeAnswer.Doubt(cause: text(), errorCode: maybe { $0.below(9) }, message: text()))
    }
  }

  private mutating func command() -> Command {
    switch below(7) {
    case 0: .pause(agent(), reason: text())
    case 1: .resume(agent(), reason: text())
    case 2: .resolve(actionID: text(), executed: coin(), ticket: maybe { $0.ticket() }, reason: text())
    case 3: .forget(agent(), reason: text())
    case 4: .emergencyStop(reason: text())
    case 5: .emergencyClear(reason: text())
    default:
      .revision(
        RevisionCommand(
          verb: text(), note: text(), verdict: pick([.done(text()), .refused(text()), .unknownName(text())])))
    }
  }

  mutating func order() -> TradeRequest {
    let order: TradeRequest.Order =
      switch below(3) {
      case 0:
        .open(
          symbol: symbol(), side: side(), lots: decimal(), stopLoss: maybe { $0.decimal() },
          takeProfit: maybe { $0.decimal() }, slippagePoints: maybe { $0.below(99) })
      case 1: .close(ticket: ticket(), lots: maybe { $0.decimal() })
      default: .modify(ticket: ticket(), stopLoss: maybe { $0.decimal() }, takeProfit: maybe { $0.decimal() })
      }
    return TradeRequest(
      agent: agent(), order: order, mark: text(), magic: maybe { $0.pick([0, .max, .min]) }, requestID: text())
  }

  // MARK: Looks

  /// Often what the agent's last look showed, with a little change.
  private mutating func snapshot() -> Snapshot {
    let request = request(agent())
    var snapshot = shown[request.agent] ?? Snapshot(request: request, positions: nil, account: nil)
    snapshot.request = request
    if snapshot.positions == nil || below(4) == 0 {
      snapshot.positions = Reply(some(4) { $0.position() }, span())
    } else if coin(), let k = snapshot.positions?.value.indices.last {
      snapshot.positions?.value[k].profit = decimal()
      snapshot.positions?.value[k].currentPrice = maybe { $0.decimal() }
    }
    snapshot.positions?.span = span()
    if snapshot.account == nil || coin() { snapshot.account = Reply(account(), span()) }
    snapshot.orders = part { random in random.some(2) { $0.pending() } }
    snapshot.history = part { random in random.some(3) { $0.row() } }
    snapshot.ticks = Dictionary(
      some(2) { random in
        let symbol = random.symbol()
        return (symbol, random.part { $0.tick(symbol) })
      }, uniquingKeysWith: { a, _ in a })
    if !request.book { (snapshot.positions, snapshot.account) = (nil, nil) }
    shown[request.agent] = snapshot
    return snapshot
  }

  private mutating func part<T>(_ value: (inout Self) -> T) -> OptionalPart<T> {
    switch below(5) {
    case 0: .notAsked
    case 1: .unsupported
    case 2: .failed(failure())
    default: .read(Reply(value(&self), span()))
    }
  }

  mutating func account() -> Account {
    var account = Account(
      currency: text(), leverage: decimal(), balance: decimal(), credit: decimal(), equity: decimal(),
      profit: decimal(), margin: decimal(), freeMargin: decimal())
    account.number = maybe { $0.whole() }
    account.name = maybe { $0.text() }
    account.server = maybe { $0.text() }
    account.marginLevel = maybe { $0.decimal() }
    account.stopoutLevel = maybe { $0.decimal() }
    account.limitOrders = maybe { $0.below(200) }
    account.tradeAllowed = maybe { $0.coin() }
    account.connected = maybe { $0.coin() }
    account.demo = maybe { $0.coin() }
    account.timestamp = maybe { $0.time() }
    account.serverUTCOffsetSeconds = maybe { $0.below(9) }
    return account
  }

  mutating func position() -> Position {
    var position = Position(
      ticket: ticket(), symbol: symbol(), side: side(), lots: decimal(), openPrice: decimal(), profit: decimal(),
      swap: decimal(), commission: decimal(), comment: text())
    position.currentPrice = maybe { $0.decimal() }
    position.stopLoss = maybe { $0.decimal() }
    position.takeProfit = maybe { $0.decimal() }
    position.magic = maybe { $0.pick([0, .max, .min]) }
    position.openTime = maybe { $0.time() }
    return position
  }

  mutating func pending() -> PendingOrder {
    var order = PendingOrder(
      ticket: ticket(), symbol: symbol(), kind: pick(PendingOrder.Kind.allCases), lots: decimal(), price: decimal(),
      comment: text())
    order.stopLoss = maybe { $0.decimal() }
    order.takeProfit = maybe { $0.decimal() }
    order.magic = maybe { $0.pick([0, .max, .min]) }
    order.openTime = maybe { $0.time() }
    order.expiration = maybe { $0.time() }
    return order
  }

  mutating func row() -> HistoryRow {
    var row = HistoryRow(
      ticket: ticket(), kind: pick([.trade(.buy), .trade(.sell), .cancelled, .balance, .credit]), symbol: symbol(),
      lots: decimal(), profit: decimal(), swap: decimal(), commission: decimal(), comment: text(),
      closeTime: maybe { $0.time() })
    row.openPrice = maybe { $0.decimal() }
    row.closePrice = maybe { $0.decimal() }
    row.stopLoss = maybe { $0.decimal() }
    row.takeProfit = maybe { $0.decimal() }
    row.magic = maybe { $0.pick([0, .max, .min]) }
    row.openTime = maybe { $0.time() }
    return row
  }

  mutating func tick(_ symbol: Symbol) -> Tick {
    var tick = Tick(symbol: symbol, bid: decimal(), ask: decimal(), time: time())
    tick.digits = maybe { $0.below(9) }
    tick.point = maybe { $0.decimal() }
    tick.tickSize = maybe { $0.decimal() }
    tick.tickValue = maybe { $0.decimal() }
    tick.contractSize = maybe { $0.decimal() }
    tick.minLot = maybe { $0.decimal() }
    tick.maxLot = maybe { $0.decimal() }
    tick.lotStep = maybe { $0.decimal() }
    tick.stopLevel = maybe { $0.decimal() }
    tick.freezeLevel = maybe { $0.decimal() }
    tick.marginRequired = maybe { $0.decimal() }
    tick.tradeAllowed = maybe { $0.coin() }
    return tick
  }
}

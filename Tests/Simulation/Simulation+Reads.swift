@testable import Reconciler

@testable import PaperTerminal

/// A read on its way: its parts are asked for one after another.
struct ReadInProgress {
  enum Part { case positions, account, orders, history, ticks }

  var request: ReadRequest
  var remaining: [Part]
  var partBegan: Int64
  /// Taken by the terminal when it was asked; else when it answers.
  var early: (positions: [Position], account: Account, taken: Int64)?
  var positions: Reply<[Position]>?
  var account: Reply<Account>?
  var orders: OptionalPart<[PendingOrder]> = .notAsked
  var history: OptionalPart<[HistoryRow]> = .notAsked
  var ticks: [Symbol: OptionalPart<Tick>] = [:]
  var failure: ReadFailure?
  var lie: Fault?
  /// When the positions were true, and the account.
  var taken: Int64 = 0
  var accountTaken: Int64 = 0
}

// Reads: each part is true at its own instant, unless the wire or the terminal lies.
extension Simulation {
  mutating func beginRead(_ k: Int, _ number: Int) {
    guard let waiting = scheduled[k], waiting.request.number == number else { return }
    // One read of a terminal at a time; the next begins when this one has ended.
    guard reads[k] == nil else { return }
    scheduled[k] = nil
    let request = waiting.request
    var parts: [ReadInProgress.Part] = [.positions, .account]
    if request.orders { parts.append(.orders) }
    if request.historyDays != nil { parts.append(.history) }
    if !request.ticks.isEmpty { parts.append(.ticks) }
    var read = ReadInProgress(request: request, remaining: parts, partBegan: clock)
    drawReadFaults(k, &read)
    reads[k] = read
    ask(k)
  }

  private mutating func drawReadFaults(_ k: Int, _ read: inout ReadInProgress) {
    if terminals[k].downUntil > clock { read.failure = failure(.unreachable) }
    if terminals[k].unauthorizedUntil > clock { read.failure = failure(.unauthorized) }
    guard read.failure == nil, !quiet || staleFirstLook else { return }
    if happens(.readFailure) {
      let code = wire.pick(FaultCounts.readCodes)
      counts.fired(code)
      read.failure = failure(code)
      return
    }
    if terminals[k].honestReads > 0 {
      terminals[k].honestReads -= 1
      return
    }
    if staleFirstLook, read.request.number == 1 {
      read.lie = .staleList
      terminals[k].honestReads = 2
      return
    }
    for lie in [Fault.staleList, .partialList, .emptyList, .duplicateTicket, .emptyHistory, .historyLacksRows]
    where read.lie == nil && happens(lie) {
      read.lie = lie
      terminals[k].honestReads = 2
    }
  }

  private func failure(_ code: ReadFailure.Code) -> ReadFailure {
    ReadFailure(code: code, message: "as drawn", endpoint: "/positions")
  }

  /// Asks for the next part.
  private mutating func ask(_ k: Int) {
    guard var read = reads[k] else { return }
    read.partBegan = clock
    read.early =
      wire.coin() ? (positions(k), account(k), clock) : nil
    var delay = wire.milliseconds(1, 150)
    if happens(.slowRead) {
      counts.fired(.slowRead)
      delay = wire.milliseconds(1000, 4900)
    }
    if let failure = read.failure, failure.code == .timeout { delay = .seconds(5) }
    reads[k] = read
    agenda.add(.readPart(terminal: k, number: read.request.number), at: clock + delay.inMicroseconds, process: process)
  }

  private func account(_ k: Int) -> Account {
    var account = terminals[k].books.observedAccount(at: world)
    account.timestamp = account.timestamp.map { $0 + off(k) }
    if terminals[k].wrongAccountUntil > clock { account.number = 999_999 }
    return account
  }

  /// What its clock is off.
  private func off(_ k: Int) -> Duration { terminals[k].clockOffUntil > clock ? terminals[k].clockOff : .zero }

  private func positions(_ k: Int) -> [Position] {
    let list = terminals[k].books.observedPositions()
    let off = off(k)
    if off == .zero { return list }
    return list.map { position in
      var position = position
      position.openTime = position.openTime.map { $0 + off }
      return position
    }
  }

  mutating func endPart(_ k: Int, _ number: Int) {
    guard var read = reads[k], read.request.number == number else { return }
    if let failure = read.failure { return fail(k, read, failure) }
    if terminals[k].downUntil > clock { return fail(k, read, self.failure(.cutOff)) }
    let span = ReadSpan(began: moment(at: read.partBegan), ended: now)
    switch read.remaining.removeFirst() {
    case .positions:
      let list = read.early?.positions ?? positions(k)
      read.taken = read.early?.taken ?? clock
      read.positions = Reply(listed(k, list, &read), span)
    case .account:
      read.accountTaken = read.early?.taken ?? clock
      read.account = Reply(read.early?.account ?? account(k), span)
    case .orders: read.orders = orders(k, read.lie, span)
    case .history: read.history = history(k, read, span)
    case .ticks:
      let fails = happens(.partFails)
      for symbol in read.request.ticks {
        if fails {
          counts.fired(.partFails)
          read.ticks[symbol] = .failed(failure(.timeout))
        } else if var tick = terminals[k].books.observedTick(symbol, at: world) {
          tick.time = tick.time + off(k)
          read.ticks[symbol] = .read(Reply(tick, span))
        }
      }
    }
    reads[k] = read
    if read.remaining.isEmpty { complete(k, read) } else { ask(k) }
  }

  /// What the list says, true or not.
  private mutating func listed(_ k: Int, _ truth: [Position], _ read: inout ReadInProgress) -> [Position] {
    guard let lie = read.lie else { return truth }
    var list = truth
    switch lie {
    case .staleList: list = terminals[k].before
    case .partialList: list = truth.filter { _ in wire.coin() }
    case .emptyList: list = []
    case .duplicateTicket: if let first = truth.first { list.append(first) }
    default: return truth
    }
    if list.map(\.ticket) != truth.map(\.ticket) { counts.fired(lie) } else { read.lie = nil }
    return list
  }

  private mutating func orders(_ k: Int, _ lie: Fault?, _ span: ReadSpan) -> OptionalPart<[PendingOrder]> {
    guard terminals[k].habits.orders, terminals[k].ordersOffUntil <= clock else { return .unsupported }
    if happens(.partFails) {
      counts.fired(.partFails)
      return .failed(failure(.cutOff))
    }
    if lie == .staleList { return .read(Reply(terminals[k].ordersBefore, span)) }
    return .read(Reply(terminals[k].books.observedOrders(), span))
  }

  private mutating func history(_ k: Int, _ read: ReadInProgress, _ span: ReadSpan) -> OptionalPart<[HistoryRow]> {
    guard terminals[k].habits.history, terminals[k].historyOffUntil <= clock else {
      checker.disturb(terminals[k].id)
      return .unsupported
    }
    if happens(.partFails) {
      counts.fired(.partFails)
      return .failed(failure(.malformed))
    }
    var rows = terminals[k].books.observedHistory(days: read.request.historyDays ?? 2, at: world)
    let all = rows.count
    if read.lie == .emptyHistory { rows = [] }
    if read.lie == .historyLacksRows { rows = rows.filter { _ in wire.coin() } }
    if rows.count < all, let lie = read.lie {
      counts.fired(lie)
      checker.disturb(terminals[k].id)
    }
    let off = off(k)
    if off != .zero { checker.disturb(terminals[k].id) }
    if off != .zero { for n in rows.indices { rows[n].closeTime = rows[n].closeTime.map { $0 + off } } }
    return .read(Reply(rows, span))
  }

  private mutating func complete(_ k: Int, _ read: ReadInProgress) {
    reads[k] = nil
    passes += 1
    longestGap[k] = max(longestGap[k], clock - lastLookAt[k])
    lastLookAt[k] = clock
    guard let positions = read.positions, let account = read.account else { return }
    var snapshot = Snapshot(request: read.request, positions: positions, account: account)
    snapshot.orders = read.orders
    snapshot.history = read.history
    snapshot.ticks = read.ticks
    trace.noteLook(clock, read.request.agent.text, Lines.snapshot(snapshot, lie: read.lie))
    checker.snapshotTaken(read.request.agent, at: read.taken, account: read.accountTaken, lie: read.lie)
    if bug == .serveCachedList { snapshot = checker.cached(snapshot) }
    receive(.snapshot(snapshot))
    if read.lie == .emptyList || read.lie == .partialList { declareAgainstLie(k) }
    beginWaiting(k)
  }

  private mutating func fail(_ k: Int, _ read: ReadInProgress, _ failure: ReadFailure) {
    reads[k] = nil
    trace.note(clock, "\(read.request.agent) read \(read.request.number) fails: \(failure.code.rawValue)")
    let span = ReadSpan(began: moment(at: read.partBegan), ended: now)
    if bug == .failedReadIsFlat {
      var flat = account(k)
      flat.margin = .zero
      flat.equity = flat.balance + flat.credit
      flat.profit = .zero
      var snapshot = Snapshot(request: read.request, positions: Reply([], span), account: Reply(flat, span))
      snapshot.orders = .read(Reply([], span))
      checker.snapshotTaken(read.request.agent, at: clock, account: clock, lie: nil)
      receive(.snapshot(snapshot))
    } else {
      receive(.readFailed(read.request, failure, span))
    }
    beginWaiting(k)
  }

  /// A read that had to wait for the one before.
  private mutating func beginWaiting(_ k: Int) {
    guard let waiting = scheduled[k], waiting.due <= clock else { return }
    beginRead(k, waiting.request.number)
  }
}

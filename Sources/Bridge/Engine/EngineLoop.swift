import CLibCurl
import Reconciler

/// The engine's thread: waits for sockets, time and commands, and moves each terminal on.
final class EngineLoop {
  /// The longest wait, so that a watchdog sees the thread turn.
  private static let longestWaitMicroseconds: Int64 = 1_000_000

  let mailbox: Mailbox
  let shared: EngineShared
  private let multis: MultiGroup
  let decoder: ReplyDecoder
  private let poller: Poller
  private var sessions: [UInt64: TerminalSession] = [:]
  private var origins: [String: (ledger: SocketLedger, multi: MultiHandle)] = [:]
  /// By the handle's address. Holds what libcurl's callbacks write into.
  private var transfers: [UInt: Transfer] = [:]
  private var runs: UInt64 = 0
  private var isStopping = false

  init(mailbox: Mailbox, shared: EngineShared) throws(BridgeError) {
    self.mailbox = mailbox
    self.shared = shared
    decoder = ReplyDecoder(mailbox: mailbox)
    poller = try Poller()
    multis = try MultiGroup(poller: poller)
  }

  func run() {
    poller.watch(mailbox.wakeup.number, reading: true, writing: false)
    while !isStopping {
      let events = poller.wait(milliseconds: waitMilliseconds)
      shared.beginTurn()
      var hasCommands = false
      for event in events {
        if event.descriptor == mailbox.wakeup.number { hasCommands = true } else { multis.act(on: event) }
        sendFirst()
      }
      multis.actOnTime()
      while let finished = multis.nextFinished() {
        finish(finished.handle, finished.code)
        sendFirst()
      }
      guard hasCommands else { continue }
      for command in mailbox.takeAll() {
        obey(command)
        sendFirst()
      }
    }
    stop()
  }

  /// Trades do not wait for the rest of a turn, in which dozens of polls may be moved on.
  private func sendFirst() {
    if mailbox.hasTrades { mailbox.takeTrades().forEach(obey) }
  }

  private var waitMilliseconds: Int32 {
    guard let deadline = multis.deadline else { return Int32(Self.longestWaitMicroseconds / 1000) }
    let left = min(max(0, deadline - SystemClock.now().steady.microseconds), Self.longestWaitMicroseconds)
    return Int32((left + 999) / 1000)
  }

  private func obey(_ command: EngineCommand) {
    switch command {
    case .read(let plan, let request, let completion): beginRead(plan, request, completion)
    case .quote(let plan, let symbol, let deadline, let completion):
      take(TerminalSession.Quote(symbol: symbol, deadline: deadline, completion: completion), plan)
    case .send(let plan, let request, let completion): beginTrade(plan, request, completion)
    case .close(let terminal): close(terminal)
    case .ping(let done): done()
    case .decoded(let reply):
      guard let session = sessions[reply.terminal] else { return }
      receive(reply, in: session)
      advance(session)
    case .stop: isStopping = true
    }
  }

  /// Nothing is accepted any more; what is outstanding ends now.
  private func stop() {
    let last = mailbox.close()
    for terminal in sessions.keys.sorted() { close(terminal) }
    for command in last {
      switch command {
      case .read(_, _, let completion): completion(.failure(.notBegun))
      case .quote(_, _, _, let completion): completion(.failure(.notBegun))
      case .send(let plan, _, let completion): refuse(plan, completion, "the engine has stopped")
      case .close, .ping, .decoded, .stop: continue
      }
    }
  }

  // MARK: Sessions

  func session(_ plan: TerminalPlan) -> TerminalSession? {
    if let session = sessions[plan.id] { return session }
    guard !isStopping, !plan.isClosed else { return nil }
    let origin = origins[plan.url.origin] ?? (SocketLedger(), multis.handleForNewOrigin())
    guard let session = TerminalSession(plan, ledger: origin.ledger, multi: origin.multi) else { return nil }
    origins[plan.url.origin] = origin
    sessions[plan.id] = session
    origin.multi.join()
    return session
  }

  private func close(_ terminal: UInt64) {
    guard let session = sessions.removeValue(forKey: terminal) else { return }
    abandonGets(of: session)
    dropQuotes(of: session)
    if let read = session.read {
      session.read = nil
      read.completion(.failure(.notBegun))
    }
    if let trade = session.trade {
      let outcome = trade.transfer.map { $0.cancelled() } ?? TransferOutcome(end: .cancelled, mayHaveLeft: false)
      if let transfer = trade.transfer { forget(transfer) }
      end(trade, outcome, in: session)
    }
    session.multi.leave()
    let isShared = sessions.values.contains { $0.ledger === session.ledger }
    if !isShared {
      origins[session.plan.url.origin] = nil
      session.ledger.shutIdle(exceptIn: poller.watched)
    }
  }

  /// Moves the terminal on after anything has changed: the trade first, then the read, then a quote.
  func advance(_ session: TerminalSession) {
    while true {
      if let trade = session.trade {
        if trade.transfer == nil, session.gets.isEmpty { post(trade, in: session) }
        if session.trade != nil { return }
      }
      guard session.gets.isEmpty else { return }
      guard let read = session.read else { return nextQuote(session) }
      if let snapshot = read.assembly.result {
        session.read = nil
        read.completion(.success(snapshot))
        continue
      }
      let parts = session.read?.assembly.start(accountBeside: session.plan.readsAccountBeside) ?? []
      if parts.isEmpty { return }
      for part in parts where session.read?.run == read.run { get(part, in: session) }
    }
  }

  // MARK: Reads

  private func beginRead(_ plan: TerminalPlan, _ request: ReadRequest, _ completion: @escaping ReadCompletion) {
    guard let session = session(plan) else { return completion(.failure(.notBegun)) }
    guard session.read == nil else { return completion(.failure(.alreadyReading)) }
    runs += 1
    session.read = TerminalSession.Read(run: runs, completion: completion, assembly: ReadAssembly(request))
    advance(session)
  }

  private func get(_ part: ReadPart, in session: TerminalSession) {
    let began = shared.now()
    guard let handle = session.handleForGet() else { return failGet(part, in: session) }
    handle.set(CURLOPT_URL, session.plan.url(of: part))
    let transfer = Transfer(
      handle, in: session, purpose: .part(part), bodyLimit: part.sizeLimit, began: began)
    guard begin(transfer) else { return failGet(part, in: session) }
    session.gets.append(transfer)
  }

  private func failGet(_ part: ReadPart, in session: TerminalSession) {
    guard let run = session.read?.run else { return }
    let failure = ReadFailure(
      code: .unreachable, message: "libcurl did not take the request", endpoint: part.endpoint.rawValue)
    receive(
      DecodedReply(terminal: session.plan.id, run: run, part: part, result: .failure(failure)), in: session)
  }

  private func receive(_ reply: DecodedReply, in session: TerminalSession) {
    guard session.read?.run == reply.run else { return }
    switch reply.result {
    case .success: shared.counters.count(session.plan.agent, reply.part.endpoint, nil)
    case .failure(let failure): shared.counters.count(session.plan.agent, reply.part.endpoint, failure.code)
    }
    guard let failure = session.read?.assembly.receive(reply.part, reply.result) else { return }
    abandonGets(of: session)
    let completion = session.read?.completion
    session.read = nil
    completion?(.failure(failure))
  }

  private func abandonGets(of session: TerminalSession) {
    for transfer in session.gets { forget(transfer) }
    session.gets = []
  }

  // MARK: Trades

  private func beginTrade(_ plan: TerminalPlan, _ request: TradeRequest, _ completion: @escaping TradeCompletion) {
    guard let session = session(plan) else { return refuse(plan, completion, "the terminal is closed") }
    guard session.trade == nil else { return refuse(plan, completion, "another trade of this terminal is outstanding") }
    do throws(TradeBody.Unsendable) {
      let body = try TradeBody(request, symbols: plan.context.symbols).bytes
      session.trade = TerminalSession.Trade(request: request, body: body, completion: completion)
    } catch {
      return refuse(plan, completion, error.message)
    }
    advance(session)
  }

  private func refuse(_ plan: TerminalPlan, _ completion: TradeCompletion, _ why: String) {
    let now = shared.now()
    let answer = TradeAnswer.notBegun(why)
    shared.counters.count(plan.agent, answer)
    completion(answer, ReadSpan(began: now, ended: now))
  }

  /// An EA may hold one connection only: the idle ones go first.
  private func post(_ trade: TerminalSession.Trade, in session: TerminalSession) {
    session.ledger.shutIdle(exceptIn: poller.watched)
    let began = shared.now()
    guard let handle = session.handleForPost(body: trade.body) else { return failPost(in: session) }
    let transfer = Transfer(
      handle, in: session, purpose: .trade, bodyLimit: 64 << 10, began: began)
    guard begin(transfer) else { return failPost(in: session) }
    session.trade?.transfer = transfer
  }

  private func failPost(in session: TerminalSession) {
    guard let trade = session.trade else { return }
    let outcome = TransferOutcome(end: .unreachable, detail: "libcurl did not take the request", mayHaveLeft: false)
    end(trade, outcome, in: session)
  }

  private func end(_ trade: TerminalSession.Trade, _ outcome: TransferOutcome, in session: TerminalSession) {
    session.trade = nil
    let answer = session.plan.classifier.classify(outcome, of: trade.request.order)
    let ended = shared.now()
    shared.counters.count(session.plan.agent, answer)
    trade.completion(answer, ReadSpan(began: trade.transfer?.began ?? ended, ended: ended))
  }

  // MARK: Transfers

  func begin(_ transfer: Transfer) -> Bool {
    guard transfer.handle.isComplete, transfer.multi.add(transfer.handle) else { return false }
    transfers[transfer.handle.address] = transfer
    return true
  }

  func forget(_ transfer: Transfer) {
    transfer.multi.remove(transfer.handle)
    transfers[transfer.handle.address] = nil
  }

  private func finish(_ address: UInt, _ code: CURLcode) {
    guard let transfer = transfers[address] else { return }
    let outcome = transfer.outcome(code)
    forget(transfer)
    guard let session = sessions[transfer.terminal] else { return }
    switch transfer.purpose {
    case .quote(let symbol): finishQuote(transfer, symbol, outcome, in: session)
    case .part(let part):
      session.gets.removeAll { $0 === transfer }
      session.giveBack(transfer.handle)
      guard let run = session.read?.run else { break }
      let span = ReadSpan(began: transfer.began, ended: shared.now())
      let reply = decoder.decode(
        outcome, of: part, span: span, terminal: session.plan.id, run: run, context: session.plan.context)
      if let reply { receive(reply, in: session) }
    case .trade:
      if let trade = session.trade { end(trade, outcome, in: session) }
    }
    advance(session)
  }
}

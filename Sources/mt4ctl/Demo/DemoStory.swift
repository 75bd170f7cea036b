import Controller
import Foundation
import PaperTerminal
import Reconciler

/// The chapters. Each brings something about at a terminal, and waits until the terminal's own books and the record show
/// what the controller did about it.
struct DemoStory {
  let stage: DemoStage
  let teller: Teller
  let end: ContinuousClock.Instant

  func tell() async -> Bool {
    var good = await awaken()
    good = good ? await rogue() : false
    good = good ? await breach() : false
    good = good ? await target() : false
    return good
  }

  // MARK: Chapters

  private func awaken() async -> Bool {
    teller.chapter("1. Three agents wake up")
    return await expect("every terminal answers, and every agent is in sync") {
      stage.fleet.agents.allSatisfy { agent in
        let status = stage.service.board.picture?.agents[agent.id]
        return status?.online == true && status?.day != nil
      } && stage.service.board.picture?.fleet.journal.database == .up
    }
  }

  /// An agent that may not hold a pair, and a strategy that does not care.
  private func rogue() async -> Bool {
    let symbol = Symbol("USDJPY")
    guard let agent = stage.fleet.agents.first(where: { !$0.pairs.contains(symbol) && $0.risk.maxPositions > 1 }),
      let terminal = stage.paper.terminal(agent.id)
    else { return missing("an agent without \(symbol)") }
    teller.chapter("2. A rogue strategy at \(agent.displayName) opens \(symbol), which it may not hold")
    let reply = terminal.trade(open(symbol, .buy, "0.01", stop: nil, terminal))
    guard reply.success, let ticket = reply.ticket else { return missing("a rogue trade: \(reply.code)") }
    teller.world("\(agent.displayName)'s terminal: buy 0.01 \(symbol) #\(ticket), by a hand that is not ours")
    return await expect("#\(ticket) is closed, and the record says why") {
      !terminal.books.observedPositions().contains { $0.ticket == ticket }
        && stage.records.all.contains { $0.type == .intent && $0.reason == .pairNotAllowed && $0.agent == agent.id }
        && stage.records.all.contains { $0.type == .outcome && $0.metadata["result"] == "done" && $0.agent == agent.id }
    }
  }

  /// A position that loses more than a day may lose.
  private func breach() async -> Bool {
    guard let agent = stage.fleet.agents.first(where: { $0.pairs.contains(Symbol("XAUUSD")) }),
      let terminal = stage.paper.terminal(agent.id), let symbol = Optional(Symbol("XAUUSD")),
      let quote = terminal.books.quote(symbol)
    else { return missing("an agent that trades gold") }
    let limit = agent.risk.dailyLossLimit
    teller.chapter("3. Gold falls, and takes \(agent.displayName) through its daily loss of \(limit.money) USD")
    let far = quote.bid - 200
    let reply = terminal.trade(open(symbol, .buy, "0.01", stop: far, terminal))
    guard reply.success, let ticket = reply.ticket else { return missing("a losing trade: \(reply.code)") }
    teller.world("\(agent.displayName)'s terminal: buy 0.01 \(symbol) #\(ticket)")
    guard await expect("the position is seen, and is allowed", { sees(agent, ticket) }) else { return false }
    // One lot is a hundred ounces: 0.01 lot loses a dollar a dollar.
    terminal.shift(symbol, by: -(limit + 3))
    teller.world("gold falls by \((limit + 3).money) USD at once")
    return await expect("\(agent.displayName) is closed and paused, and stays so") {
      terminal.books.positions.isEmpty && stage.service.board.picture?.agents[agent.id]?.isActive == false
        && stage.records.all.contains { $0.type == .breach && $0.agent == agent.id }
        && stage.records.all.contains { $0.type == .paused && $0.agent == agent.id }
    }
  }

  /// A declared target, and a hand that moves its stop.
  private func target() async -> Bool {
    let symbol = Symbol("EURUSD")
    guard let agent = stage.fleet.agents.last(where: { $0.pairs.contains(symbol) && $0.pairs.count > 2 }),
      let terminal = stage.paper.terminal(agent.id), let quote = terminal.books.quote(symbol)
    else { return missing("an agent that trades EURUSD") }
    teller.chapter("4. An operator declares a target for \(agent.displayName), and somebody moves its stop")
    let stop = (quote.bid - offset("0.00350")).rounded(places: 5)
    do {
      try declare(agent, symbol, stop)
    } catch {
      return missing("the edit: \(error)")
    }
    teller.world("\(agent.metadataName)'s manifest: target `core`, buy 0.05 \(symbol), stop \(stop)")
    guard
      await expect("the target is opened once, with its stop", { held(terminal, symbol, stop) })
    else { return false }
    guard let position = terminal.books.observedPositions().first(where: { $0.symbol == symbol }) else { return false }
    let moved = (quote.bid - offset("0.05000")).rounded(places: 5)
    terminal.trade(.modify(ticket: position.ticket, stopLoss: moved, takeProfit: nil))
    teller.world("somebody moves the stop of #\(position.ticket) to \(moved)")
    return await expect("the stop is back at \(stop), and nothing was opened twice") {
      held(terminal, symbol, stop)
        && stage.records.all.contains { $0.type == .intent && $0.reason == .stopDrift }
    }
  }

  // MARK: Means

  private func declare(_ agent: AgentSpec, _ symbol: Symbol, _ stop: FixedDecimal) throws(DemoError) {
    try stage.folder.edit(agent, place: stage.fleet.places[agent.id]?.document) { line in
      guard line.trimmingCharacters(in: .whitespaces).hasPrefix("positions:") else { return line }
      return line + """

          targets:
            - name: core
              symbol: \(symbol)
              side: buy
              lots: 0.05
              stop_loss: \(stop)
        """
    }
  }

  private func offset(_ text: String) -> FixedDecimal { FixedDecimal(text) ?? .zero }

  private func open(
    _ symbol: Symbol, _ side: Side, _ lots: String, stop: FixedDecimal?, _ terminal: ServedTerminal
  ) -> TradeRequest.Order {
    .open(
      symbol: symbol, side: side, lots: FixedDecimal(lots) ?? .one, stopLoss: stop, takeProfit: nil,
      slippagePoints: nil)
  }

  private func sees(_ agent: AgentSpec, _ ticket: Ticket) -> Bool {
    stage.service.board.picture?.agents[agent.id]?.positions.contains { $0.ticket == ticket } ?? false
  }

  private func held(_ terminal: ServedTerminal, _ symbol: Symbol, _ stop: FixedDecimal) -> Bool {
    let open = terminal.books.observedPositions().filter { $0.symbol == symbol }
    return open.count == 1 && open[0].stopLoss == stop
  }

  private func missing(_ what: String) -> Bool {
    teller.verdict(false, "the story needs \(what)")
    return false
  }

  private func expect(_ hope: String, _ isTrue: () -> Bool) async -> Bool {
    let deadline = min(end, ContinuousClock.now + .seconds(20))
    while ContinuousClock.now < deadline {
      if isTrue() {
        teller.verdict(true, hope)
        return true
      }
      try? await Task.sleep(for: .milliseconds(50))
    }
    teller.verdict(false, hope)
    return false
  }
}

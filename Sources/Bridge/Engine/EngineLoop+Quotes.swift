import CLibCurl
import Reconciler

// Quotes beside the regular reads: they go last, one at a time, and wait in a short line.
extension EngineLoop {
  func take(_ quote: TerminalSession.Quote, _ plan: TerminalPlan) {
    guard let session = session(plan) else { return quote.completion(.failure(.notBegun)) }
    guard session.quotes.count < TerminalSession.mostQuotes else { return quote.completion(.failure(.tooManyQuotes)) }
    session.quotes.append(quote)
    advance(session)
  }

  /// Begins the next quote that somebody still waits for. To be called when the terminal has nothing else to do.
  func nextQuote(_ session: TerminalSession) {
    while session.quote == nil, !session.quotes.isEmpty {
      let quote = session.quotes.removeFirst()
      let began = shared.now()
      guard began.steady < quote.deadline else {
        quote.completion(.failure(.lateQuote))
        continue
      }
      guard let handle = session.handleForQuote() else {
        quote.completion(.failure(.notBegun))
        continue
      }
      let part = ReadPart.tick(quote.symbol)
      handle.set(CURLOPT_URL, session.plan.url(of: part))
      // A quote of more than this is none, and is decoded on this thread.
      let transfer = Transfer(
        handle, in: session, purpose: .quote(quote.symbol), bodyLimit: 16 << 10, began: began)
      guard begin(transfer) else {
        quote.completion(.failure(.notBegun))
        continue
      }
      session.quote = quote
      session.gets.append(transfer)
    }
  }

  func finishQuote(_ transfer: Transfer, _ symbol: Symbol, _ outcome: TransferOutcome, in session: TerminalSession) {
    session.gets.removeAll { $0 === transfer }
    session.giveBack(transfer.handle, afterQuote: true)
    let span = ReadSpan(began: transfer.began, ended: shared.now())
    let part = ReadPart.tick(symbol)
    let decoded = ReplyDecoder.result(outcome, of: part, span: span, context: session.plan.context)
    let answer: Result<Reply<Tick>, ReadFailure>
    switch decoded {
    case .success(let reply):
      if case .tick(let tick) = reply.value {
        answer = .success(Reply(tick, reply.span))
      } else {
        answer = .failure(.notBegun)
      }
    case .failure(let failure): answer = .failure(failure)
    }
    if case .failure(let failure) = answer {
      shared.counters.count(session.plan.agent, part.endpoint, failure.code)
    } else {
      shared.counters.count(session.plan.agent, part.endpoint, nil)
    }
    let quote = session.quote
    session.quote = nil
    quote?.completion(answer)
  }

  /// The terminal is closed: nobody waits in vain.
  func dropQuotes(of session: TerminalSession) {
    let waiting = [session.quote].compactMap { $0 } + session.quotes
    session.quote = nil
    session.quotes = []
    for quote in waiting { quote.completion(.failure(.notBegun)) }
  }
}

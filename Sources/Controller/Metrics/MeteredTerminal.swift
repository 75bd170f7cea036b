import Bridge
import Reconciler

/// A terminal whose trades are counted and timed.
private struct MeteredTerminal: Terminal {
  let terminal: any Terminal
  let metrics: ControllerMetrics

  func read(_ request: ReadRequest, completion: @escaping @Sendable (Result<Snapshot, ReadFailure>) -> Void) {
    terminal.read(request, completion: completion)
  }

  func quote(
    _ symbol: Symbol, until deadline: Steady, completion: @escaping @Sendable (Result<Reply<Tick>, ReadFailure>) -> Void
  ) {
    terminal.quote(symbol, until: deadline, completion: completion)
  }

  func send(_ request: TradeRequest, completion: @escaping @Sendable (TradeAnswer, ReadSpan) -> Void) {
    terminal.send(request) { [metrics] answer, span in
      metrics.answered(answer, span)
      completion(answer, span)
    }
  }

  func close() { terminal.close() }
}

extension ControllerMetrics {
  /// The same connector, with every terminal's trades counted.
  func metering(_ connect: @escaping TerminalConnector) -> TerminalConnector {
    { [self] agent, credential, zone in
      connect(agent, credential, zone).map { MeteredTerminal(terminal: $0, metrics: self) }
    }
  }

  /// On the bridge's thread: the answer to a trade is in. One that never left this host was no request.
  fileprivate func answered(_ answer: TradeAnswer, _ span: ReadSpan) {
    if case .refused(let refusal) = answer, refusal.kind == .notSent { return }
    tradeRequests.add(0)
    tradeLatency.observe((span.ended.steady - span.began.steady).inMicroseconds)
  }
}

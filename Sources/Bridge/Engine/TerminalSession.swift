import CLibCurl
import Reconciler

/// What the engine's thread keeps of one terminal.
final class TerminalSession {
  struct Read {
    let run: UInt64
    let completion: ReadCompletion
    var assembly: ReadAssembly
  }

  struct Quote {
    let symbol: Symbol
    let deadline: Steady
    let completion: QuoteCompletion
  }

  /// waiting -> under way -> ended. At most one of a terminal.
  struct Trade {
    let request: TradeRequest
    let body: [UInt8]
    let completion: TradeCompletion
    var transfer: Transfer?
  }

  let plan: TerminalPlan
  let ledger: SocketLedger
  let multi: MultiHandle
  private let readHeaders: HeaderList
  private let postHeaders: HeaderList
  private var idleHandles: [EasyHandle] = []
  var read: Read?
  var trade: Trade?
  /// Quotes that wait for their turn.
  var quotes: [Quote] = []
  /// The one that is under way.
  var quote: Quote?
  static let mostQuotes = 8
  /// The GETs under way.
  var gets: [Transfer] = []

  /// `nil` when there is no memory.
  init?(_ plan: TerminalPlan, ledger: SocketLedger, multi: MultiHandle) {
    // An empty "Expect:" keeps libcurl from asking for a 100 first, which many an EA never answers.
    guard let readHeaders = HeaderList(plan.headers),
      let postHeaders = HeaderList(plan.headers + ["Content-Type: application/json", "Expect:"])
    else { return nil }
    self.plan = plan
    self.ledger = ledger
    self.multi = multi
    self.readHeaders = readHeaders
    self.postHeaders = postHeaders
  }

  /// A handle that is ready but for what differs from GET to GET.
  func handleForGet() -> EasyHandle? {
    if let handle = idleHandles.popLast() { return handle }
    guard let handle = EasyHandle() else { return nil }
    handle.prepare(for: plan, headers: readHeaders, timeout: plan.timeout)
    handle.keepSockets(in: ledger)
    return handle
  }

  /// The same for a quote, which takes no longer than it may.
  func handleForQuote() -> EasyHandle? {
    guard let handle = handleForGet() else { return nil }
    handle.setTimeout(min(plan.timeout, EARestTerminal.quoteTimeout))
    return handle
  }

  func giveBack(_ handle: EasyHandle, afterQuote: Bool) {
    if afterQuote { handle.setTimeout(plan.timeout) }
    giveBack(handle)
  }

  func giveBack(_ handle: EasyHandle) { idleHandles.append(handle) }

  /// A new handle for each POST: nothing of an earlier request can be in it.
  func handleForPost(body: [UInt8]) -> EasyHandle? {
    guard let handle = EasyHandle() else { return nil }
    handle.prepare(for: plan, headers: postHeaders, timeout: plan.postTimeout)
    handle.keepSockets(in: ledger)
    handle.set(CURLOPT_URL, plan.url.text + Endpoint.trade.rawValue)
    handle.preparePost(body: body)
    return handle
  }
}

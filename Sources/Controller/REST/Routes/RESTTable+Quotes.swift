import HTTPTypes
import Reconciler

// The one path that reaches a terminal. It waits for no loop, and for no terminal longer than its deadline.
extension RESTTable {
  static func quotes(_ parts: RESTParts) -> [RESTRoute] {
    let board = parts.board
    guard let desk = parts.quotes else { return [] }
    return [
      RESTRoute(
        "/api/agents/{id}/tick/{symbol}", .viewer, "The terminal's quote of a symbol that the agent may hold.",
        answer: .json(TickDocument.document.schema)
      ) { request throws(Problem) in
        let status = try board.find(try request.part("id"))
        let symbol = try symbol(try request.part("symbol"), of: status)
        switch await desk.quote(status.id, symbol) {
        case .success(let tick)?: return RESTReply(json: TickDocument.document.json(tick))
        case .failure(let failure)?: throw problem(failure, symbol, status)
        case nil:
          throw Problem(
            .gatewayTimeout, "The terminal did not answer",
            "The terminal of \(status.id) gave no quote of \(symbol) within \(TickDesk.deadline.manifestText).")
        }
      }.with {
        $0.isTagged = false
        $0.otherFailures = [502, 503, 504]
      }
    ]
  }

  /// By its own name, whatever the broker adds to it.
  private static func symbol(_ text: String, of status: AgentStatus) throws(Problem) -> Symbol {
    let pairs = status.spec.pairs
    if pairs.contains(Symbol(text)) { return Symbol(text) }
    let alike = pairs.filter { $0.text.lowercased() == text.lowercased() }
    if alike.count == 1 { return alike[0] }
    throw Problem(
      .notFound, "Not a symbol of this agent",
      "`\(ShownText.short(text))` is not in the pairs of \(status.id): "
        + "\(pairs.map(\.text).joined(separator: ", ")).")
  }

  private static func problem(_ failure: ReadFailure, _ symbol: Symbol, _ status: AgentStatus) -> Problem {
    let detail = "\(status.id), \(symbol): \(failure.message)"
    switch failure.code {
    case .timeout: return Problem(.gatewayTimeout, "The terminal did not answer", detail)
    case .notFound: return Problem(.notFound, "The terminal has no such symbol", detail)
    case .unreachable, .cancelled, .rateLimited:
      return Problem(.serviceUnavailable, "The terminal cannot be asked", detail).with(.retryAfter, "1")
    case .tls, .unauthorized, .httpStatus, .tooLarge, .cutOff, .notJSON, .malformed:
      return Problem(.badGateway, "The terminal's answer is no quote", detail)
    }
  }
}

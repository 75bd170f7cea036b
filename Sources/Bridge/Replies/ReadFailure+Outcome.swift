import Reconciler

extension ReadFailure {
  /// The failure that `outcome` is; `nil` when there is a body to decode.
  init?(_ outcome: TransferOutcome, of endpoint: Endpoint) {
    // A status says more than what became of the body after it.
    if let status = outcome.status, status != 200, outcome.end != .cancelled {
      self.init(
        code: Self.code(ofStatus: status), message: "the terminal answered with status \(status)",
        endpoint: endpoint.rawValue, httpStatus: status, retryAfter: outcome.retryAfter)
      return
    }
    let problem: (code: Code, message: String)? =
      switch outcome.end {
      case .complete: nil
      case .unreachable: (.unreachable, "no connection")
      case .timeout: (.timeout, "no complete reply in time")
      case .tls: (.tls, "no trusted connection")
      case .tooLarge: (.tooLarge, "the reply is over the size limit")
      case .cutOff: (.cutOff, "the connection ended before the reply did")
      case .notHTTP: (.malformed, "the reply is not HTTP")
      case .cancelled: (.cancelled, "given up by the controller")
      }
    guard let problem else { return nil }
    self.init(
      code: problem.code, message: problem.message + (outcome.detail.isEmpty ? "" : ": " + outcome.detail),
      endpoint: endpoint.rawValue, httpStatus: outcome.status, retryAfter: nil)
  }

  private static func code(ofStatus status: Int) -> Code {
    switch status {
    case 401, 403: .unauthorized
    case 404: .notFound
    case 429: .rateLimited
    default: .httpStatus
    }
  }

  /// Whether the other parts of the same read would fail alike, each after its own wait.
  var concernsWholeTerminal: Bool {
    switch code {
    case .unreachable, .timeout, .tls, .unauthorized, .rateLimited, .cancelled: true
    case .notFound, .httpStatus, .tooLarge, .cutOff, .notJSON, .malformed: false
    }
  }
}

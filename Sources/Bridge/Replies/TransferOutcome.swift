// Replies: what came of a request, first as a plain value, then as the core's `ReadFailure` or `TradeAnswer`. Pure: the table
// of codes and the rules for ambiguous answers live here, and nothing in here knows libcurl.

/// What one request brought, as far as the wire tells.
struct TransferOutcome: Hashable, Sendable {
  enum End: Hashable, Sendable {
    /// The reply is complete.
    case complete
    /// No connection: refused, no route, name not found.
    case unreachable
    case timeout
    /// The certificate or the handshake.
    case tls
    /// The reply or its headers passed their limit.
    case tooLarge
    /// The connection ended before the reply did.
    case cutOff
    /// What came is not HTTP.
    case notHTTP
    /// Ended from this side.
    case cancelled
  }

  var end: End
  /// What went wrong, in libcurl's words for the error's code; they name no host and no secret.
  var detail: String = ""
  /// The status of the final reply, once its headers were complete.
  var status: Int?
  var body: [UInt8] = []
  var retryAfter: Duration?
  /// Whether a byte of the request may have left this host.
  var mayHaveLeft: Bool
}

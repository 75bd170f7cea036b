import Dispatch
import Reconciler

/// A part as the engine's thread gets it back.
struct DecodedReply: Sendable {
  var terminal: UInt64
  /// Which read of the terminal it belongs to.
  var run: UInt64
  var part: ReadPart
  var result: Result<Reply<DecodedPart>, ReadFailure>
}

/// Decodes replies: small ones at once, large ones on a queue of its own, so that one terminal's long history does not hold up
/// the polls of all others.
struct ReplyDecoder: Sendable {
  /// About a millisecond's work.
  static let largestAtOnce = 32 << 10

  let mailbox: Mailbox
  private let queue = DispatchQueue(label: "bridge.decode")

  init(mailbox: Mailbox) { self.mailbox = mailbox }

  /// - Returns: the reply, or `nil` when it will come as a command.
  func decode(
    _ outcome: TransferOutcome, of part: ReadPart, span: ReadSpan, terminal: UInt64, run: UInt64,
    context: DecodingContext
  ) -> DecodedReply? {
    let finish: @Sendable () -> DecodedReply = {
      DecodedReply(
        terminal: terminal, run: run, part: part, result: Self.result(outcome, of: part, span: span, context: context))
    }
    if outcome.body.count <= Self.largestAtOnce { return finish() }
    queue.async { [mailbox] in mailbox.post(.decoded(finish()), always: true) }
    return nil
  }

  static func result(
    _ outcome: TransferOutcome, of part: ReadPart, span: ReadSpan, context: DecodingContext
  ) -> Result<Reply<DecodedPart>, ReadFailure> {
    if let failure = ReadFailure(outcome, of: part.endpoint) { return .failure(failure) }
    do throws(DecodingError) {
      return .success(Reply(try context.decode(outcome.body, of: part), span))
    } catch {
      return .failure(
        ReadFailure(
          code: error.code, message: error.message, endpoint: part.endpoint.rawValue, httpStatus: outcome.status))
    }
  }
}

import Hummingbird
import HummingbirdCore
import HTTPTypes
import Logging
import NIOCore
import NIOHTTPTypes
import Reconciler
import Synchronization

/// A connection with the bounds that the web framework lacks: how many there are, how long a request may take to arrive, and
/// what is said to one that is too large or cannot be read.
struct GuardedChannel: ServerChildChannel {
  private let inner: HTTP1Channel
  private let limits: RESTLimits
  private let open = ConnectionCount()

  init(_ responder: @escaping HTTPChannelHandler.Responder, _ limits: RESTLimits) {
    self.limits = limits
    inner = HTTP1Channel(
      responder: responder,
      configuration: HTTP1Channel.Configuration(
        additionalChannelHandlers: [RequestWatch()],
        idleTimeout: .microseconds(limits.idleTimeout.inMicroseconds),
        httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
          maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
          maxHeaderFieldCount: limits.headerFields)))
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    guard open.enter(atMost: limits.connections) else {
      return channel.eventLoop.submit {
        try channel.pipeline.syncOperations.addHandler(TurnAway())
      }.flatMap { inner.setup(channel: channel, logger: logger) }
    }
    let open = open
    channel.closeFuture.whenComplete { _ in open.leave() }
    let limit = TimeAmount.microseconds(limits.sendTimeout.inMicroseconds)
    return channel.eventLoop.submit {
      try channel.pipeline.syncOperations.addHandler(ArrivalWatch(limit: limit))
    }.flatMap { inner.setup(channel: channel, logger: logger) }
  }

  @concurrent func handle(value: HTTP1Channel.Value, logger: Logger) async {
    await inner.handle(value: value, logger: logger)
  }
}

/// Says that there is no room, and closes; nothing behind it sees the connection live.
private final class TurnAway: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  func channelActive(context: ChannelHandlerContext) {
    let text = RawReply.text(.serviceUnavailable, "Too many connections", "Try again in a moment.", ["Retry-After: 5"])
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text))).whenComplete { _ in
      bound.value.close(promise: nil)
    }
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}

private final class ConnectionCount: Sendable {
  private let count = Mutex(0)

  func enter(atMost limit: Int) -> Bool {
    count.withLock { count in
      guard count < limit else { return false }
      count += 1
      return true
    }
  }

  func leave() { count.withLock { $0 -= 1 } }
}

/// An answer as bytes, for where no web framework is in between.
enum RawReply {
  static func text(_ status: HTTPResponse.Status, _ title: String, _ detail: String, _ more: [String] = []) -> String {
    let body = Problem(status, title, detail).json.canonicalText
    let lines =
      [
        "HTTP/1.1 \(status.code) \(status.reasonPhrase)", "Content-Type: application/problem+json",
        "Content-Length: \(body.utf8.count)", "Connection: close", "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
      ] + more
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
  }
}

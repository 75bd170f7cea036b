import NIOCore
import NIOHTTP1
import Reconciler

/// One connection: collects a request, asks the terminal, and writes what it says. The pipeline hands over one request at
/// a time, so that a delayed reply holds back those behind it.
final class PaperHTTPHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// Of a body, in bytes; no trade comes near it.
  static let largestBody = 64 * 1024

  private let terminal: ServedTerminal
  private var head: HTTPRequestHead?
  private var body = ByteBuffer()
  private var isTooLarge = false

  init(terminal: ServedTerminal) { self.terminal = terminal }

  func channelActive(context: ChannelHandlerContext) {
    terminal.opened(context.channel)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    terminal.closed(context.channel)
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent { return context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body.clear()
      isTooLarge = false
    case .body(var part):
      if body.readableBytes + part.readableBytes > Self.largestBody {
        isTooLarge = true
      } else {
        body.writeBuffer(&part)
      }
    case .end:
      guard let head else { return }
      self.head = nil
      if isTooLarge { return write(.failure(413, "the body is too large"), keepAlive: false, to: context) }
      answer(head, context)
    }
  }

  private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let request = PaperRequest(
      method: head.method.rawValue, uri: head.uri, authorization: head.headers.first(name: "Authorization"),
      body: Array(body.readableBytesView))
    let response = terminal.handle(request)
    let keepAlive = head.isKeepAlive
    guard response.delay > .zero else { return finish(response, keepAlive, context) }
    let delay = TimeAmount.microseconds(response.delay.inMicroseconds)
    context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in
      self?.finish(response, keepAlive, context)
    }
  }

  private func finish(_ response: PaperResponse, _ keepAlive: Bool, _ context: ChannelHandlerContext) {
    switch response.ending {
    case .complete, .cutOff: write(response, keepAlive: keepAlive, to: context)
    case .dropped: context.close(promise: nil)
    case .restart: terminal.dropConnections()
    }
  }

  private func write(_ response: PaperResponse, keepAlive: Bool, to context: ChannelHandlerContext) {
    let bytes = response.body.canonicalBytes
    let isCut = response.ending == .cutOff
    var headers = HTTPHeaders([
      ("Content-Type", "application/json"), ("Content-Length", String(bytes.count)),
    ])
    let closes = isCut || !keepAlive
    if closes { headers.add(name: "Connection", value: "close") }
    let head = HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: response.status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    let sent = isCut ? bytes.prefix(bytes.count / 2) : bytes[...]
    context.write(wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: sent)))), promise: nil)
    if isCut {
      // The end of the message is never written: the connection just closes.
      context.flush()
      return context.close(promise: nil)
    }
    guard closes else { return context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil) }
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
  }
}

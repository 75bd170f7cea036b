import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import Reconciler

/// In front of everything: a request that is begun must have arrived by its deadline, however slowly its bytes drip in.
final class ArrivalWatch: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let limit: TimeAmount
  private var deadline: Scheduled<Void>?
  private var answers = 0
  /// Bytes have come, and not yet a whole request.
  private var isArriving = false

  init(limit: TimeAmount) { self.limit = limit }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let hasBytes = unwrapInboundIn(data).readableBytes > 0
    if hasBytes { isArriving = true }
    context.fireChannelRead(data)
    // Nearly every request is whole with its first bytes, and needs no clock.
    if hasBytes, isArriving, deadline == nil, context.channel.isActive {
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      deadline = context.eventLoop.scheduleTask(in: limit) {
        let (watch, context) = bound.value
        watch.late(context)
      }
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    deadline = nil
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

  /// A request has arrived as a whole.
  func complete() {
    isArriving = false
    deadline?.cancel()
    deadline = nil
  }

  /// An answer begins, or has ended.
  func answering(_ begins: Bool) { answers += begins ? 1 : -1 }

  private func late(_ context: ChannelHandlerContext) {
    deadline = nil
    // Into the middle of an answer nothing can be said.
    guard answers == 0 else { return context.close(promise: nil) }
    let text = RawReply.text(
      .requestTimeout, "Too slow", "A request must arrive within \(limit.nanoseconds / 1_000_000_000) s.")
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text))).whenComplete { _ in
      bound.value.close(promise: nil)
    }
  }
}

/// Behind the decoder: tells when a request is whole and an answer under way, answers what the decoder refuses, and closes
/// the connection after an answer that says so.
final class RequestWatch: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// Of the same connection and event loop.
  private var arrival: ArrivalWatch?
  private var waiting = 0
  private var closesAfter = false
  private var isRefused = false

  func handlerAdded(context: ChannelHandlerContext) {
    arrival = try? context.pipeline.syncOperations.handler(type: ArrivalWatch.self)
  }

  func handlerRemoved(context: ChannelHandlerContext) { arrival = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isRefused else { return }
    switch unwrapInboundIn(data) {
    case .head:
      waiting += 1
      arrival?.answering(true)
    case .body: break
    case .end: arrival?.complete()
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let head):
      if head.headerFields[.connection]?.lowercased() == "close" { closesAfter = true }
      context.write(data, promise: promise)
    case .body: context.write(data, promise: promise)
    case .end:
      waiting -= 1
      arrival?.answering(false)
      context.write(data, promise: promise)
      guard closesAfter else { return }
      context.flush()
      context.close(promise: nil)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // Answers that are still due go first; then the web framework says 400.
    guard let error = error as? HTTPParserError, waiting == 0, !isRefused else {
      return context.fireErrorCaught(error)
    }
    isRefused = true
    let problem =
      error == .headerOverflow
      ? Problem(
        .requestHeaderFieldsTooLarge, "The header is too large", "A request's header has at most 16 KiB and 100 fields."
      )
      : Problem(.badRequest, "This is no HTTP request", "The request cannot be read.")
    var fields: HTTPFields = [:]
    fields[.contentType] = "application/problem+json"
    fields[.connection] = "close"
    fields[.cacheControl] = "no-store"
    fields[.xContentTypeOptions] = "nosniff"
    let body = problem.json.canonicalBytes
    fields[.contentLength] = String(body.count)
    arrival?.complete()
    context.write(wrapOutboundOut(.head(HTTPResponse(status: problem.status, headerFields: fields))), promise: nil)
    context.write(wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: nil)
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in bound.value.close(promise: nil) }
  }
}

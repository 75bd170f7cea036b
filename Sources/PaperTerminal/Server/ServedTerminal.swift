import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
public import Reconciler
import Synchronization

/// One terminal that listens, and the hands that tests and the demo have on it. All of it may be called from anywhere.
public final class ServedTerminal: Sendable {
  public let agent: AgentID
  private let model: Mutex<PaperModel>
  private let wires: Mutex<Wires>
  private let host: String
  private let group: MultiThreadedEventLoopGroup
  private let clock: @Sendable () -> Timestamp

  private struct Wires {
    var port: Int?
    var listener: (any Channel)?
    var isUp = false
    var connections: [ObjectIdentifier: any Channel] = [:]
  }

  /// More connections than this at a time are closed at once.
  static let mostConnections = 64
  /// A connection on which nothing happens is closed.
  static let idleTimeout = TimeAmount.seconds(120)

  init(
    agent: AgentID, model: PaperModel, host: String, group: MultiThreadedEventLoopGroup,
    clock: @escaping @Sendable () -> Timestamp
  ) {
    self.agent = agent
    self.model = Mutex(model)
    wires = Mutex(Wires())
    self.host = host
    self.group = group
    self.clock = clock
  }

  /// `nil` before it first listened.
  public var port: Int? { wires.withLock { $0.port } }

  /// `127.0.0.1:8081`.
  public var address: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port ?? 0)" }

  /// Whether requests need an `Authorization`.
  public var needsToken: Bool { model.withLock { $0.options.token != nil } }

  /// The true books, now.
  public var books: PaperBooks {
    withModel { model, _ in model.books }
  }

  public var statistics: PaperModel.Statistics {
    withModel { model, _ in model.statistics }
  }

  /// Lets time pass up to now, then does `body` with the model as one step.
  ///
  /// - Parameter body: gets the model and the time.
  public func withModel<Result: Sendable>(_ body: (inout PaperModel, Timestamp) -> Result) -> Result {
    model.withLock { model in
      let now = clock()
      model.advance(to: now)
      return body(&model, now)
    }
  }

  func advance(evenIfIdle: Bool) {
    model.withLock { model in
      if evenIfIdle || model.isWaiting { model.advance(to: clock()) }
    }
  }

  func handle(_ request: PaperRequest) -> PaperResponse {
    model.withLock { $0.handle(request, at: clock()) }
  }

  // MARK: - The wire

  /// - Parameter port: 0 takes a free one, and keeps it from then on.
  func listen(port: Int) async throws(PaperError) {
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 64)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
          try pipeline.addHandler(IdleStateHandler(allTimeout: Self.idleTimeout))
          try pipeline.addHandler(PaperHTTPHandler(terminal: self))
        }
      }
    let channel: any Channel
    wires.withLock { $0.isUp = true }
    do {
      channel = try await bootstrap.bind(host: host, port: port).get()
    } catch {
      let cause = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? String(describing: error)
      wires.withLock { $0.isUp = false }
      throw PaperError(.bind, "agent \(agent): cannot listen on \(host):\(port): \(cause)")
    }
    wires.withLock {
      $0.port = channel.localAddress?.port ?? port
      $0.listener = channel
    }
  }

  func opened(_ channel: any Channel) {
    let admitted = wires.withLock { wires in
      guard wires.isUp, wires.connections.count < Self.mostConnections else { return false }
      wires.connections[ObjectIdentifier(channel)] = channel
      return true
    }
    if !admitted { channel.close(promise: nil) }
  }

  func closed(_ channel: any Channel) {
    wires.withLock { _ = $0.connections.removeValue(forKey: ObjectIdentifier(channel)) }
  }

  /// Ends every connection; the port goes on listening.
  public func dropConnections() {
    let open = wires.withLock { Array($0.connections.values) }
    for channel in open { channel.close(promise: nil) }
  }

  /// Down: the port refuses and every connection ends; the books go on. Up again: the same port.
  public func setDown(_ down: Bool) async throws(PaperError) {
    if down { return await close() }
    let (port, isUp) = wires.withLock { ($0.port, $0.isUp) }
    if !isUp { try await listen(port: port ?? 0) }
  }

  func close() async {
    let listener = wires.withLock { wires in
      defer { wires.listener = nil }
      wires.isUp = false
      return wires.listener
    }
    try? await listener?.close().get()
    let open = wires.withLock { Array($0.connections.values) }
    for channel in open { try? await channel.close().get() }
  }
}

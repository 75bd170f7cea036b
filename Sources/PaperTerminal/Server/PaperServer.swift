// Server: paper terminals on sockets. Each has a port of its own; all share two threads. What is answered is decided in
// Model; here it only becomes HTTP.

import NIOCore
import NIOPosix
public import Reconciler

/// Paper terminals that listen.
public final class PaperServer: Sendable {
  /// By agent.
  private let terminals: [AgentID: ServedTerminal]
  private let group: MultiThreadedEventLoopGroup
  private let timer: RepeatedTask

  /// How often stops and late trades are looked for.
  static let beat = TimeAmount.milliseconds(100)
  /// A terminal where nothing can happen is moved on every so many beats.
  static let idleBeats = 10

  /// Binds a port for each agent and serves until `stop()`.
  ///
  /// - Parameters:
  ///   - agents: no two with the same id; port 0 takes any free one.
  ///   - clock: the time that terminals go by.
  /// - Throws: `bind` with the address and the agent when a port cannot be had; then nothing listens. What `PaperAgent.model`
  ///   throws.
  public static func start(
    _ agents: [PaperAgent], clock: @escaping @Sendable () -> Timestamp = { PaperClock.now }
  ) async throws(PaperError) -> PaperServer {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    var terminals: [AgentID: ServedTerminal] = [:]
    do throws(PaperError) {
      for agent in agents {
        guard terminals[agent.id] == nil else { throw PaperError(.agent, "agent \(agent.id) is there twice") }
        let terminal = ServedTerminal(
          agent: agent.id, model: try agent.model(start: clock()), host: agent.host, group: group, clock: clock)
        terminals[agent.id] = terminal
        try await terminal.listen(port: agent.port)
      }
    } catch {
      for terminal in terminals.values { await terminal.close() }
      try? await group.shutdownGracefully()
      throw error
    }
    return PaperServer(terminals: terminals, group: group)
  }

  private init(terminals: [AgentID: ServedTerminal], group: MultiThreadedEventLoopGroup) {
    self.terminals = terminals
    self.group = group
    let all = Array(terminals.values)
    let beats = NIOLoopBoundBox.makeBoxSendingValue(0, eventLoop: group.next())
    timer = beats.eventLoop.scheduleRepeatedTask(initialDelay: Self.beat, delay: Self.beat) { _ in
      beats.value += 1
      let everyone = beats.value % Self.idleBeats == 0
      for terminal in all { terminal.advance(evenIfIdle: everyone) }
    }
  }

  /// The terminal of that agent, to look into its books and to meddle; `nil` for an unknown agent.
  public func terminal(_ agent: AgentID) -> ServedTerminal? { terminals[agent] }

  /// All of them, by agent.
  public var agents: [ServedTerminal] { terminals.values.sorted { $0.agent < $1.agent } }

  /// The port that the agent's terminal listens on, also while it is down; `nil` for an unknown agent.
  public func port(of agent: AgentID) -> Int? { terminals[agent]?.port }

  /// Closes every connection and port, and ends the threads.
  public func stop() async {
    timer.cancel()
    for terminal in terminals.values { await terminal.close() }
    try? await group.shutdownGracefully()
  }
}

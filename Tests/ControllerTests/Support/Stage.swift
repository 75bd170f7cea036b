import Foundation
import Logging
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// A folder of manifests, a state directory, and paper terminals whose prices stand still.
final class Stage: Sendable {
  let folder: String
  let paper: PaperServer

  var manifests: String { folder + "/manifests" }
  var state: String { folder + "/state" }

  private init(folder: String, paper: PaperServer) {
    self.folder = folder
    self.paper = paper
  }

  /// Sets the stage for `body`, and clears it away whatever happens there.
  ///
  /// - Parameters:
  ///   - clock: what the terminals go by.
  ///   - terms: changes what each terminal's broker asks for.
  static func with(
    _ agents: [String] = ["agent_1"], token: String? = nil,
    clock: @escaping @Sendable () -> Timestamp = { PaperClock.now },
    terms: @escaping @Sendable (inout PaperInstrument) -> Void = { _ in }, _ body: (Stage) async throws -> Void
  ) async throws {
    await StageGate.shared.enter()
    do {
      try await set(agents, token, clock, terms, body)
    } catch {
      await StageGate.shared.leave()
      throw error
    }
    await StageGate.shared.leave()
  }

  /// A second stage beside the first, in the first one's place at the gate.
  static func nested(_ body: (Stage) async throws -> Void) async throws {
    try await set(["agent_1"], nil, { PaperClock.now }, { _ in }, body)
  }

  private static func set(
    _ agents: [String], _ token: String?, _ clock: @escaping @Sendable () -> Timestamp,
    _ terms: @escaping @Sendable (inout PaperInstrument) -> Void, _ body: (Stage) async throws -> Void
  ) async throws {
    let folder = try temporaryFolder()
    let paper = try await PaperServer.start(
      agents.enumerated().map { number, id in
        let account = PaperAccount(
          number: 5_000_001 + Int64(number), name: id, server: "Paper-Demo", currency: "USD")
        var agent = PaperAgent(id: AgentID(id), account: account, deposit: 10_000)
        agent.motion = .still
        agent.adjust = terms
        agent.options.token = token.map { PaperToken($0) }
        return agent
      }, clock: clock)
    for terminal in paper.agents {
      for (symbol, bid) in [("EURUSD", "1.10000"), ("GBPUSD", "1.30000")] {
        terminal.setPrice(Symbol(symbol), bid: exact(bid))
        terminal.setSpread(Symbol(symbol), to: exact("0.00010"))
      }
    }
    let stage = Stage(folder: folder, paper: paper)
    do {
      try FileManager.default.createDirectory(atPath: stage.manifests, withIntermediateDirectories: true)
      try await body(stage)
    } catch {
      await stage.clear()
      throw error
    }
    await stage.clear()
  }

  private func clear() async {
    await paper.stop()
    try? FileManager.default.removeItem(atPath: folder)
  }

  func terminal(_ id: String = "agent_1") throws -> ServedTerminal { try #require(paper.terminal(AgentID(id))) }

  /// An agent's manifest with its terminal's port.
  func agent(_ id: String = "agent_1", _ change: (inout AgentText) -> Void = { _ in }) throws -> AgentText {
    var text = AgentText(id: id, port: try #require(paper.port(of: AgentID(id))))
    change(&text)
    return text
  }

  /// Writes a manifest into its place at once, as an editor that renames does.
  func declare(_ agent: AgentText) throws { try write(agent.file, agent.yaml) }

  func write(_ file: String, _ text: String) throws {
    try text.write(toFile: "\(manifests)/\(file)", atomically: true, encoding: .utf8)
  }

  func removeManifests() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: manifests) {
      try FileManager.default.removeItem(atPath: "\(manifests)/\(name)")
    }
  }

  // MARK: The terminal's own truth

  func positions(_ id: String = "agent_1") throws -> [Position] { try terminal(id).books.observedPositions() }

  /// What the controller had executed, in order.
  func executions(_ id: String = "agent_1") throws -> [PaperExecution] {
    try terminal(id).books.executions.filter { $0.cause == .client }
  }

  func posts(_ id: String = "agent_1") throws -> Int { try terminal(id).statistics.requests[.trade] ?? 0 }

  /// A person opens something by hand.
  @discardableResult
  func rogue(_ symbol: String = "USDJPY", lots: String = "0.01", _ id: String = "agent_1") throws -> Ticket {
    let reply = try terminal(id).trade(
      .open(
        symbol: Symbol(symbol), side: .buy, lots: exact(lots), stopLoss: nil, takeProfit: nil, slippagePoints: nil))
    return try #require(reply.ticket, "the rogue trade: \(reply.code)")
  }

  func faults(_ chances: [PaperFault: FixedDecimal], _ id: String = "agent_1") throws {
    try terminal(id).setFaults(PaperFaults(chances))
  }
}

import Reconciler
import Testing

@testable import Bridge

/// The queue in front of the engine's thread.
@Suite struct MailboxTests {
  private static func mailbox() throws -> (mailbox: Mailbox, plan: TerminalPlan) {
    let configuration = TerminalConfiguration(
      agent: AgentID("agent_1"), spec: TerminalSpec(url: "http://127.0.0.1:1"), token: nil, serverZone: .utc)
    return (try Mailbox(), try TerminalPlan(configuration))
  }

  private static func words(_ commands: [EngineCommand]) -> [String] {
    commands.map { command in
      switch command {
      case .read(_, let request, _): "read \(request.number)"
      case .send(_, let request, _): "send \(request.requestID)"
      case .quote: "quote"
      case .close: "close"
      case .ping: "ping"
      case .decoded: "decoded"
      case .stop: "stop"
      }
    }
  }

  private static func read(_ number: Int, _ plan: TerminalPlan) -> EngineCommand {
    .read(plan, ReadRequest(number: number, agent: AgentID("agent_1")), { _ in })
  }

  private static func send(_ id: String, _ plan: TerminalPlan) -> EngineCommand {
    let order = TradeRequest.Order.close(ticket: Ticket(1), lots: nil)
    return .send(
      plan, TradeRequest(agent: AgentID("agent_1"), order: order, mark: "", magic: nil, requestID: id), { _, _ in })
  }

  @Test func `trades pass all that waits, and keep their own order`() throws {
    let (mailbox, plan) = try Self.mailbox()
    for command in [Self.read(1, plan), Self.read(2, plan), Self.send("a.1", plan), Self.send("b.1", plan)] {
      #expect(mailbox.post(command))
    }
    #expect(mailbox.hasTrades)
    #expect(Self.words(mailbox.takeAll()) == ["send a.1", "send b.1", "read 1", "read 2"])
    #expect(!mailbox.hasTrades)
    #expect(mailbox.takeAll().isEmpty)
  }

  @Test func `in the middle of a turn the trades alone are taken`() throws {
    let (mailbox, plan) = try Self.mailbox()
    for command in [Self.read(1, plan), Self.send("a.1", plan)] { #expect(mailbox.post(command)) }
    #expect(Self.words(mailbox.takeTrades()) == ["send a.1"])
    #expect(!mailbox.hasTrades)
    #expect(Self.words(mailbox.takeAll()) == ["read 1"])
  }

  @Test func `what waits at the end is given back, trades too, and nothing is taken after it`() throws {
    let (mailbox, plan) = try Self.mailbox()
    for command in [Self.read(1, plan), Self.send("a.1", plan)] { #expect(mailbox.post(command)) }
    #expect(Self.words(mailbox.close()) == ["send a.1", "read 1"])
    #expect(!mailbox.post(Self.send("b.1", plan)))
    #expect(mailbox.takeTrades().isEmpty)
  }
}

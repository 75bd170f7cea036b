import Bridge
import Reconciler

/// The terminals of the fleet, by agent. Owned by the loop's thread.
struct TerminalPool {
  private struct Member {
    var spec: TerminalSpec
    var credentialVersion: String?
    var terminal: Result<any Terminal, ReadFailure>
  }

  private let connect: TerminalConnector
  private var members: [AgentID: Member] = [:]
  /// Agents with a POST on the wire: their terminal is not replaced before its answer is in.
  private var sending: Set<AgentID> = []
  private var waiting: [AgentID: Member] = [:]

  /// Where others find them, for quotes.
  private let directory: TerminalDirectory

  init(connect: @escaping TerminalConnector, directory: TerminalDirectory = TerminalDirectory()) {
    self.connect = connect
    self.directory = directory
  }

  /// Makes the pool fit a fleet. Terminals whose address and token are the same are kept, with their connections.
  mutating func update(_ fleet: Fleet, credentials: [AgentID: CredentialOutcome]) {
    // Terminals of agents that are gone are kept: an emergency stop covers orphans, too.
    for agent in fleet.agents {
      let version = fleet.credentialVersions[agent.id]
      if let member = members[agent.id], member.spec == agent.terminal {
        // A token file that is away for a moment, while it is replaced say, takes no terminal off that works: its token was
        // good, and positions without police are worse. The next reload tries again.
        let isUnread = if case .failed? = credentials[agent.id], case .success = member.terminal { true } else { false }
        if member.credentialVersion == version || isUnread {
          // A change that was taken back while a POST was on the wire is none.
          drop(waiting.removeValue(forKey: agent.id))
          continue
        }
      }
      let zone = fleet.zones[agent.terminal.serverZone] ?? .utc
      let terminal = connect(agent, credentials[agent.id] ?? .none, zone)
      let member = Member(spec: agent.terminal, credentialVersion: version, terminal: terminal)
      if sending.contains(agent.id) {
        drop(waiting.updateValue(member, forKey: agent.id))
      } else {
        replace(agent.id, member)
      }
    }
  }

  private func drop(_ member: Member?) {
    if case .success(let terminal)? = member?.terminal { terminal.close() }
  }

  private mutating func replace(_ id: AgentID, _ member: Member?) {
    drop(members[id])
    members[id] = member
    directory.set(id, try? member?.terminal.get())
  }

  /// Reads; a terminal that could not even be set up fails at once, with the reason.
  func read(_ request: ReadRequest, now: Moment, _ done: @escaping @Sendable (Result<Snapshot, ReadFailure>) -> Void) {
    switch members[request.agent]?.terminal {
    case .success(let terminal)?: terminal.read(request, completion: done)
    case .failure(let failure)?: done(.failure(failure))
    case nil:
      done(.failure(ReadFailure(code: .unreachable, message: "the agent has no terminal", endpoint: "/positions")))
    }
  }

  mutating func send(_ request: TradeRequest, now: Moment, _ done: @escaping @Sendable (TradeAnswer, ReadSpan) -> Void)
  {
    guard case .success(let terminal)? = members[request.agent]?.terminal else {
      let refusal = TradeAnswer.Refusal(
        kind: .notSent, errorCode: 0, httpStatus: 0, message: "the agent has no terminal")
      return done(.refused(refusal), ReadSpan(began: now, ended: now))
    }
    sending.insert(request.agent)
    terminal.send(request, completion: done)
  }

  /// The answer to a POST is in; a replacement that waited for it takes its place.
  mutating func sent(_ agent: AgentID) {
    sending.remove(agent)
    if let member = waiting.removeValue(forKey: agent) { replace(agent, member) }
  }

  func close() {
    for member in members.values { drop(member) }
    for member in waiting.values { drop(member) }
  }
}

/// What became of an agent's token reference.
enum CredentialOutcome: Sendable {
  /// The manifest names none.
  case none
  case token(String)
  /// It could not be resolved; the message names the reference, never a content.
  case failed(String)
}

/// Sets up one terminal, or says why it cannot be.
typealias TerminalConnector =
  @Sendable (AgentSpec, CredentialOutcome, ZoneRules) -> Result<any Terminal, ReadFailure>

extension BridgeEngine {
  /// Connects agents to their terminals through this engine.
  func connector() -> TerminalConnector {
    { agent, credential, zone in
      let token: String?
      switch credential {
      case .none: token = nil
      case .token(let text): token = text
      case .failed(let why):
        return .failure(ReadFailure(code: .unauthorized, message: why, endpoint: "token"))
      }
      do throws(BridgeError) {
        let configuration = TerminalConfiguration(agent: agent.id, spec: agent.terminal, token: token, serverZone: zone)
        return .success(try EARestTerminal(engine: self, configuration: configuration))
      } catch {
        return .failure(ReadFailure(code: .unreachable, message: error.message, endpoint: "terminal"))
      }
    }
  }
}

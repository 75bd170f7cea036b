import ArgumentParser
import Controller
import Dispatch
import Foundation
import PaperTerminal
import Reconciler

/// Serves paper terminals for a folder of manifests until it is told to stop.
struct Paper: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve paper terminals on the ports that the manifests name.",
    discussion: """
      Each agent gets a simulated MT4 terminal at its terminal.url, with its pins, its token and initial_balance. Prices \
      are real bars re-timed to now; pairs without bars walk at random. Prints a line for each terminal, then "ready".

      Faults, each a chance from 0 to 1 for every request that it applies to:
      \(PaperFault.allCases.map { "  \($0.rawValue): \($0.help)" }.joined(separator: "\n"))
      """)

  @Option(help: "The folder of manifests.")
  var manifests: String

  @Option(help: "A folder of SYMBOL*.csv bars to use before the built-in ones.")
  var data: String?

  @Option(help: "Minutes of bars in a minute of real time, 1 to 10000.")
  var speed = 60

  @Option(help: "The seed of random walks and faults.")
  var seed: UInt64 = 1

  @Option(name: .customLong("fault"), help: "A fault and its chance, NAME=P; may be given several times.")
  var faults: [String] = []

  func validate() throws {
    guard (1...10_000).contains(speed) else { throw ValidationError("--speed must be from 1 to 10000") }
    do throws(PaperError) {
      _ = try PaperFaults(parsing: faults)
    } catch {
      throw ValidationError(error.message)
    }
  }

  func run() async throws {
    let (fleet, tokens) = try fleet()
    do throws(PaperError) {
      let server = try await PaperServer.start(try agents(fleet, tokens))
      for terminal in server.agents { Self.say(Self.line(terminal)) }
      Self.say("ready")
      await Self.interrupted()
      await server.stop()
    } catch {
      Self.complain("error: \(error.message)")
      throw ExitCode.failure
    }
  }
}

extension Paper {
  /// Reads the manifests and their secrets, or says what is wrong with them and exits. Blocks: nothing else runs yet.
  private func fleet() throws -> (fleet: Fleet, tokens: [AgentID: String]) {
    switch ManifestLoader.load(directory: manifests) {
    case .rejected(let errors):
      Self.complain(errors.map(\.description).joined(separator: "\n"))
      throw ExitCode(3)
    case .accepted(let loaded):
      let environment = ProcessInfo.processInfo.environment
      let secrets = FleetSecrets.resolve(
        loaded.fleet, credentialsDirectory: environment["CREDENTIALS_DIRECTORY"], environment: environment)
      guard secrets.failures.isEmpty else {
        for (agent, error) in secrets.failures.sorted(by: { $0.key < $1.key }) {
          Self.complain("error: agent \(agent): \(error)")
        }
        throw ExitCode.failure
      }
      return (loaded.fleet, secrets.tokens.mapValues(\.exposed))
    }
  }

  private func agents(_ fleet: Fleet, _ tokens: [AgentID: String]) throws(PaperError) -> [PaperAgent] {
    let prices = if let data { try PaperPrices(directory: data) } else { PaperPrices.sample }
    let faults = try PaperFaults(parsing: faults)
    let now = PaperClock.now
    let zones = Dictionary(
      fleet.agents.map { ($0.terminal.serverZone, ZoneDatabase.rules(named: $0.terminal.serverZone, around: now)) },
      uniquingKeysWith: { first, _ in first })
    var agents = try PaperFleet.agents(
      from: fleet, tokens: tokens, prices: prices, zones: zones.compactMapValues { $0 })
    for at in agents.indices {
      agents[at].speed = speed
      agents[at].seed = seed
      agents[at].faults = faults
    }
    return agents
  }

  /// `agent_1 Atlas: http://127.0.0.1:8081, Broker-Demo, 200.00 USD, token needed`. No account number, no secret.
  private static func line(_ terminal: ServedTerminal) -> String {
    let account = terminal.books.account
    return
      "\(terminal.agent) \(account.name): http://\(terminal.address), \(account.server), "
      + "\(terminal.books.balance.money) \(account.currency), \(terminal.needsToken ? "token needed" : "no token")"
  }

  private static func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

  private static func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

  /// Returns at the first SIGINT or SIGTERM.
  private static func interrupted() async {
    let (signals, told) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { told.yield() }
      source.resume()
      return source
    }
    for await _ in signals { break }
    for source in sources { source.cancel() }
  }
}

import Controller
import Foundation
import Logging
import PaperTerminal
import Reconciler
import Synchronization

/// Everything that the story needs, set up and running.
final class DemoStage: Sendable {
  let folder: DemoFolder
  let fleet: Fleet
  let paper: PaperServer
  let service: ControllerService
  let records: DemoRecords

  private init(
    folder: DemoFolder, fleet: Fleet, paper: PaperServer, service: ControllerService, records: DemoRecords
  ) {
    self.folder = folder
    self.fleet = fleet
    self.paper = paper
    self.service = service
    self.records = records
  }

  /// Copies the manifests, starts a paper terminal for each agent on a free port, and enables all agents.
  static func build(
    manifests: String, folder path: String?, seed: UInt64, listen: ListenAddress, teller: Teller
  ) async throws(DemoError) -> DemoStage {
    let folder = try DemoFolder(copyOf: manifests, at: path)
    let declared = try folder.load()
    let paper = try await serve(declared, seed: seed)
    for agent in declared.agents {
      let port = paper.port(of: agent.id) ?? 0
      try folder.edit(agent, place: declared.places[agent.id]?.document) { line in
        if line.contains("enabled: false") { return line.replacing("enabled: false", with: "enabled: true") }
        if line.trimmingCharacters(in: .whitespaces).hasPrefix("url:") {
          return line.replacing(agent.terminal.url, with: "http://127.0.0.1:\(port)")
        }
        return line
      }
    }
    let fleet = try folder.load()
    guard fleet.agents.allSatisfy(\.enabled) else {
      throw DemoError("an agent of \(folder.manifests) is still disabled")
    }
    let records = DemoRecords()
    var options = ControllerOptions(
      manifests: folder.manifests, database: "embedded", state: folder.state, listen: listen,
      environment: ProcessInfo.processInfo.environment)
    options.interval = .milliseconds(250)
    options.watch = true
    let service = ControllerService(options: options, log: Log.make(.critical)) { record in
      records.add(record)
      teller.record(record)
    }
    return DemoStage(folder: folder, fleet: fleet, paper: paper, service: service, records: records)
  }

  private static func serve(_ fleet: Fleet, seed: UInt64) async throws(DemoError) -> PaperServer {
    do throws(PaperError) {
      var agents = try PaperFleet.agents(from: fleet, tokens: [:])
      for k in agents.indices {
        agents[k].host = "127.0.0.1"
        agents[k].port = 0
        agents[k].seed = seed
        agents[k].speed = 20
      }
      return try await PaperServer.start(agents)
    } catch {
      throw DemoError("the paper terminals cannot start: \(error.message)")
    }
  }

  /// Runs the controller, plays the story, and says whether it came true.
  func play(_ length: Duration, _ teller: Teller) async -> Bool {
    let curtain = ContinuousClock.now
    let port = Mutex(0)
    let ready = DemoFlag()
    let controller = Task { [service] in
      await service.run { bound in
        port.withLock { $0 = bound }
        ready.raise()
      }
    }
    teller.say("manifests, journal and database are in \(folder.path)")
    guard await ready.wait(until: curtain + length) else {
      teller.verdict(false, "the controller did not get ready")
      service.stop()
      _ = await controller.value
      await paper.stop()
      return false
    }
    teller.say("the dashboard is at http://127.0.0.1:\(port.withLock { $0 })/")
    let story = DemoStory(stage: self, teller: teller, end: curtain + length - .seconds(3))
    let good = await story.tell()
    while ContinuousClock.now < curtain + length - .seconds(3), await !isStopping() {
      try? await Task.sleep(for: .milliseconds(200))
    }
    service.stop()
    let code = await controller.value
    await paper.stop()
    sum(up: teller, good: good && code == 0)
    return good && code == 0
  }

  private func isStopping() async -> Bool { service.board.picture?.fleet.isDraining ?? false }

  private func sum(up teller: Teller, good: Bool) {
    let all = records.all
    teller.chapter(good ? "The story came true." : "The story did not come true.")
    let counts = [EventType.intent, .outcome, .breach, .paused, .externalPosition, .revisionLoaded].map { type in
      "\(all.filter { $0.type == type }.count) \(type.rawValue)"
    }
    teller.say("the record has \(all.last?.sequence ?? 0) lines: " + counts.joined(separator: ", "))
    for terminal in paper.agents {
      let books = terminal.books
      teller.say("\(terminal.agent): balance \(books.balance.money), \(books.positions.count) open positions")
    }
    teller.say("ask the record:")
    teller.say("  mt4ctl audit log --state \(folder.state)")
    teller.say("  mt4ctl audit verify --state \(folder.state)")
    if let id = all.last(where: { $0.reason == .dailyLoss && $0.type == .intent })?.actionID {
      teller.say("  mt4ctl audit explain \(id) --state \(folder.state)")
    }
    teller.say("  mt4ctl audit log --database embedded --state \(folder.state)")
  }
}

/// The records that were made so far.
final class DemoRecords: Sendable {
  private let list: Mutex<[Record]> = Mutex([])

  func add(_ record: Record) { list.withLock { $0.append(record) } }

  var all: [Record] { list.withLock { $0 } }
}

/// A flag that is raised once and can be waited for, with a deadline.
final class DemoFlag: Sendable {
  private let raised = Mutex(false)

  func raise() { raised.withLock { $0 = true } }

  func wait(until end: ContinuousClock.Instant) async -> Bool {
    while ContinuousClock.now < end {
      if raised.withLock({ $0 }) { return true }
      try? await Task.sleep(for: .milliseconds(20))
    }
    return false
  }
}

import Foundation
import Glibc
import PaperTerminal
import Reconciler

@testable import Controller

/// The real controller as a process, its terminals, its database and its disk.
final class ChaosWorld {
  static let agents = ["agent_1", "agent_2", "agent_3"]
  /// Whose day is lost in the middle of it all.
  static let loser = "agent_3"

  let stage: Stage
  let database: BadDayDatabaseTests.OwnServer
  private(set) var controller: ControllerProcess?
  private(set) var isDatabaseUp = true
  private let hasDisk: Bool
  /// What each agent's target is declared with; an agent that is not here has none.
  var lots: [String: String] = [:]
  /// Processes that ended by themselves with code 1, since nothing could be recorded.
  var stoppedForSpace = 0
  private(set) var starts = 0

  init(_ stage: Stage) throws {
    self.stage = stage
    database = try BadDayDatabaseTests.OwnServer(stage)
    hasDisk = BadDayDiskTests.canMount
    try FileManager.default.createDirectory(atPath: stage.state, withIntermediateDirectories: true)
    if hasDisk {
      try run("mount", "-t", "tmpfs", "-o", "size=160m,mode=700", "tmpfs", stage.state)
    } else {
      ChaosPlan.say("the disk is not filled: mounting a small one takes root and CAP_SYS_ADMIN")
    }
    try database.start()
    // So that the proof knows when each record was committed.
    _ = try database.query("ALTER SYSTEM SET track_commit_timestamp = on")
    database.stop()
    try database.start()
    for agent in Self.agents {
      lots[agent] = "0.05"
      try declare(agent)
    }
  }

  func clear() throws {
    controller?.signal(SIGCONT)
    controller?.signal(SIGKILL)
    if isDatabaseUp { database.stop() }
    if hasDisk { try run("umount", "-l", stage.state) }
  }

  // MARK: The controller

  /// One that ended by itself did so because nothing could be recorded, which is the only good reason.
  func ensureController() async throws {
    if let controller, controller.process.isRunning { return }
    try await buryController()
    starts += 1
    controller = try ControllerProcess.run(stage, database: database.url)
  }

  func ready() async throws { try await controller?.ready() }

  func kill() async throws {
    guard let controller, controller.process.isRunning else { return try await buryController() }
    try await controller.murder()
    self.controller = nil
  }

  private func buryController() async throws {
    guard let controller else { return }
    let code = try await controller.ended()
    self.controller = nil
    guard code == 1 else {
      throw ChaosFailure("the controller ended by itself with \(code): \(controller.error.suffix(600))")
    }
    stoppedForSpace += 1
  }

  /// Ends it in good order; its code.
  func drain() async throws -> Int32 {
    guard let controller else { return -1 }
    controller.signal(SIGTERM)
    return try await controller.ended()
  }

  // MARK: What operators do

  func declare(_ agent: String, faulty: Bool = false) throws {
    let text = try stage.agent(agent) {
      $0.postTimeout = "1s"
      $0.quarantine = "4s"
      // Of the second agent everything is unwanted, so that it closes all the time.
      $0.targets = (agent == "agent_2" ? nil : lots[agent]).map { [AgentText.Target(name: "core", lots: $0)] } ?? []
    }
    try stage.write(text.file, faulty ? text.yaml.replacing("spec:", with: "spec: [") : text.yaml)
  }

  /// As `systemctl reload` does, which waits for a process that has come up: before it listens for SIGHUP, that would end it.
  func reload() {
    guard let controller, Self.minds(SIGHUP, controller.process.processIdentifier) else { return }
    controller.signal(SIGHUP)
  }

  private static func minds(_ signal: Int32, _ process: Int32) -> Bool {
    let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    return status.split(separator: "\n").contains { line in
      guard line.hasPrefix("SigIgn:") || line.hasPrefix("SigCgt:"), let mask = line.split(separator: "\t").last else {
        return false
      }
      return (UInt64(mask, radix: 16) ?? 0) & (1 << UInt64(signal - 1)) != 0
    }
  }

  // MARK: The database and the disk

  func setDatabase(up: Bool) throws {
    guard up != isDatabaseUp else { return }
    if up { try database.start() } else { database.stop() }
    isDatabaseUp = up
  }

  func fillDisk(leaving rest: Int64) throws {
    guard hasDisk else { return }
    let files = SystemFiles()
    let file = try DiskFile(path: stage.state + "/ballast", flags: O_RDWR | O_CREAT)
    // The controller takes room, too: what was free a moment ago may not be.
    for attempt in 0..<50 {
      let free = try files.freeBytes(stage.state) - Int64(attempt) * 65_536
      guard free > rest else { return }
      if (try? files.allocate(file, size: try file.size() + free - rest)) != nil { return }
    }
  }

  func emptyDisk() { unlink(stage.state + "/ballast") }

  // MARK: The terminals

  /// As a broker on a bad day; nobody's clock is so bad that an order runs after the quarantine.
  func trouble(_ dice: inout ChaosDice) throws {
    for agent in Self.agents {
      var chances: [PaperFault: FixedDecimal] = [:]
      for (fault, chance) in Self.faults where dice.chance(50) { chances[fault] = exact(chance) }
      try stage.faults(chances, agent)
      var timing = PaperTiming()
      timing.trade = dice.milliseconds(0...80)
      timing.slowReply = .milliseconds(1500)
      timing.late = dice.milliseconds(200...2500)
      timing.restart = .milliseconds(500)
      try stage.terminal(agent).setTiming(timing)
    }
  }

  private static let faults: [(PaperFault, String)] = [
    (.requestLost, "0.08"), (.executeLoseReply, "0.3"), (.executeLate, "0.1"), (.http504, "0.08"), (.http5xx, "0.05"),
    (.code128, "0.2"), (.requote, "0.1"), (.busy146, "0.1"), (.slowReply, "0.03"), (.cutBody, "0.05"),
    (.wrongTypes, "0.02"), (.emptyList, "0.02"), (.staleList, "0.03"), (.restart, "0.01"),
  ]

  func calm() throws {
    for agent in Self.agents {
      try stage.faults([:], agent)
      try stage.terminal(agent).setTiming(PaperTiming())
    }
  }

  /// The loser's price falls through its stop and its day's floor; a position by hand sees to it that there is one to lose.
  func crash() throws {
    try stage.rogue("EURUSD", lots: "0.10", Self.loser)
    try stage.terminal(Self.loser).setPrice(Symbol("EURUSD"), bid: exact("0.60000"))
  }
}

struct ChaosFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

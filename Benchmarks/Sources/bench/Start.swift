import CBare
import Foundation
import Harness

/// From the start of the process to the first look at every agent, with a long journal.
struct StartBenchmark {
  let mt4ctl: String
  let maker: String
  let agents: Int
  let records: Int

  func run() throws {
    let folder = try WorkFolder()
    defer { folder.remove() }
    let port = 21_000
    let made = try Child(maker, ["make-journal", folder.path + "/state", "agents=\(agents)", "records=\(records)"])
    let line = made.firstLine()
    made.end()
    let terminals = try Child.own(["terminals", "\(port)", "\(agents)", "positions=3"])
    defer { terminals.end() }
    _ = terminals.firstLine()
    try writeFleet(folder.path + "/manifests/fleet.yaml", 0..<agents, port: port)
    let began = cbare_now_ns()
    let controller = try Child(
      mt4ctl,
      [
        "run", "--manifests", folder.path + "/manifests", "--state", folder.path + "/state", "--database", "embedded",
        "--listen", "127.0.0.1:18091",
      ], log: folder.path + "/log")
    defer { controller.end() }
    func since() -> Double { Harness.seconds(cbare_now_ns() - began) }
    var first: Double?
    var active = 0
    while since() < 60, active < agents {
      let health = get("127.0.0.1", 18_091, "/health")
      active =
        health.components(separatedBy: "\"agents_active\":").dropFirst().first.flatMap {
          Int($0.prefix { $0.isNumber })
        } ?? 0
      if active > 0, first == nil { first = since() }
      usleep(10_000)
    }
    let all = active < agents ? Double.infinity : since()
    tell("start, \(agents) agents", "\(line); CPU \(shown(controller.cpu)) s")
    report(
      Figure(
        "start: \(count(Double(agents))) agents, \(count(Double(records))) records",
        reached: "first looks after \(shown(first ?? .nan)) s, all after \(shown(all))", goal: "2 s", isMet: all < 2))
  }
}

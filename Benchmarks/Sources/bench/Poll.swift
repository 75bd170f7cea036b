import CBare
import Foundation
import Harness

/// What a poll costs: `mt4ctl run` and the bare loop, at the same time, against canned terminals in a third process.
struct PollBenchmark {
  let mt4ctl: String
  let agents: Int
  let interval: Int
  let seconds: Int
  /// The bare loop's: fewer where descriptors do not suffice, for the figure is what one poll costs.
  private var bareAgents: Int { min(agents, max(500, 17_000 - agents)) }

  func run() throws {
    let folder = try WorkFolder()
    defer { folder.remove() }
    let port = 21_000
    let terminals = try Child.own([
      "terminals", "\(port)", "\(agents + bareAgents)", "positions=3", "interval=\(interval)", "split=\(agents)",
    ])
    defer { terminals.end() }
    _ = terminals.firstLine()
    // In files of a thousand agents: a manifest is at most 1 MiB.
    for first in stride(from: 0, to: agents, by: 1000) {
      try writeFleet(folder.path + "/manifests/fleet-\(first).yaml", first..<min(first + 1000, agents), port: port)
    }
    let controller = try Child(
      mt4ctl,
      [
        "run", "--manifests", folder.path + "/manifests", "--state", folder.path + "/state", "--database", "embedded",
        "--listen", "127.0.0.1:18091", "--interval", "\(interval)ms",
      ], log: folder.path + "/log")
    defer { controller.end() }
    let bare = try Child.own(["bare", "\(port)", "\(agents)", "\(bareAgents)", "\(interval)"])
    defer { bare.end() }
    do {
      try awaitActive(18_091, agents, within: 120 + interval / 100)
    } catch {
      let log = (try? String(contentsOfFile: folder.path + "/log", encoding: .utf8)) ?? ""
      throw BenchError(description: "\(error)\n\(log.suffix(500))")
    }
    // Anchors, adoptions and first histories are no polls.
    Thread.sleep(forTimeInterval: max(10, Double(interval) * 3 / 1000))
    _ = stats(port)
    let before = (controller.cpu, bare.cpu)
    let began = cbare_now_ns()
    Thread.sleep(forTimeInterval: Double(self.seconds))
    let after = (controller.cpu, bare.cpu)
    let wall = Harness.seconds(cbare_now_ns() - began)
    let counts = stats(port)
    let polls = (Double(counts[0]), Double(counts[2]))
    let cost = ((after.0 - before.0) / polls.0 * 1e6, (after.1 - before.1) / polls.1 * 1e6)
    let load = ((after.0 - before.0) / wall, (after.1 - before.1) / wall)
    let late = (Double(counts[1]) / polls.0 * 100, Double(counts[3]) / polls.1 * 100)
    let more = controller.memory - bare.memory
    tell(
      "poll \(agents) at \(interval) ms",
      "over \(shown(wall, 0)) s: \(shown(load.0 * 100, 1)) % of a core, bare \(shown(load.1 * 100, 1)) % at \(bareAgents)"
    )
    let name = "poll, \(count(Double(agents))) agents at \(shown(Double(interval) / 1000, 0)) s"
    let isJudged = agents <= 2000
    report(
      Figure(
        name + ": CPU a poll", reached: "\(shown(cost.0, 0)) us", limit: "bare loop \(shown(cost.1, 0)) us",
        ratio: cost.0 / cost.1, goal: isJudged ? "1.5" : "", isMet: isJudged ? cost.0 / cost.1 <= 1.5 : nil))
    report(
      Figure(
        name + ": memory", reached: "\(shown(controller.memory, 0)) MB", limit: "bare loop \(shown(bare.memory, 0)) MB",
        goal: agents <= 1000 ? "100 MB more" : "", isMet: agents <= 1000 ? more <= 100 : nil))
    report(
      Figure(
        name + ": over 50 ms late", reached: "\(shown(late.0)) % of \(count(polls.0))",
        limit: "bare loop \(shown(late.1)) %", goal: isJudged ? "1 %" : "", isMet: isJudged ? late.0 < 1 : nil))
  }

  private func stats(_ port: Int) -> [Int] {
    get(host(0), port, "/bench/stats").split(separator: " ").compactMap { Int($0) }
  }
}

/// The body of a GET on loopback.
func get(_ host: String, _ port: Int, _ path: String, header: String = "") -> String {
  var body = [CChar](repeating: 0, count: 1 << 20)
  let size = cbare_get(host, Int32(port), path, header, &body, body.count)
  guard size >= 0 else { return "" }
  return String(decoding: body[..<size].map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Waits until so many agents are active by `/health`.
func awaitActive(_ port: Int, _ agents: Int, within limit: Int) throws {
  let deadline = Date().addingTimeInterval(Double(limit))
  var seen = ""
  while Date() < deadline {
    seen = get("127.0.0.1", port, "/health")
    if seen.contains("\"agents_active\":\(agents),") { return }
    Thread.sleep(forTimeInterval: 0.2)
  }
  throw BenchError(description: "the controller did not get \(agents) agents active: \(seen.prefix(200))")
}

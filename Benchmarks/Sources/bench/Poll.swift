import CBare
import Foundation

/// What a poll costs: `mt4ctl run` and the bare loop, at the same time, against canned terminals in a third process.
struct PollBenchmark {
  let mt4ctl: String
  let agents: Int
  let interval: Int
  let seconds: Int

  func run() throws {
    let folder = try WorkFolder()
    defer { folder.remove() }
    let port = 21_000
    let terminals = try Child.own([
      "terminals", "\(port)", "\(2 * agents)", "positions=3", "interval=\(interval)",
    ])
    defer { terminals.end() }
    _ = terminals.firstLine()
    try writeFleet(folder.path + "/manifests/fleet.yaml", 0..<agents, port: port)
    let controller = try Child(
      mt4ctl,
      [
        "run", "--manifests", folder.path + "/manifests", "--state", folder.path + "/state", "--database", "embedded",
        "--listen", "127.0.0.1:18091", "--interval", "\(interval)ms",
      ], log: folder.path + "/log")
    defer { controller.end() }
    let bare = try Child.own(["bare", "\(port)", "\(agents)", "\(agents)", "\(interval)"])
    defer { bare.end() }
    try awaitActive(18_091, agents, within: 120 + interval / 100)
    // Anchors, adoptions and first histories are no polls.
    Thread.sleep(forTimeInterval: max(10, Double(interval) * 3 / 1000))
    _ = stats(port)
    let before = (controller.cpu, bare.cpu)
    let began = cbare_now_ns()
    Thread.sleep(forTimeInterval: Double(self.seconds))
    let after = (controller.cpu, bare.cpu)
    let wall = bench.seconds(cbare_now_ns() - began)
    let counts = stats(port)
    let polls = (Double(counts[0]), Double(counts[2]))
    let cost = ((after.0 - before.0) / polls.0 * 1e6, (after.1 - before.1) / polls.1 * 1e6)
    tell("poll \(agents) at \(interval) ms", "over \(round(wall, 0)) s")
    tell(
      "  CPU a poll", "\(round(cost.0, 0)) us, bare \(round(cost.1, 0)) us, ratio \(round(cost.0 / cost.1)) (goal 1.5)")
    tell(
      "  of a core",
      "\(round((after.0 - before.0) / wall * 100, 1)) %, bare \(round((after.1 - before.1) / wall * 100, 1)) %")
    tell(
      "  memory",
      "\(round(controller.memory, 1)) MB, bare \(round(bare.memory, 1)) MB, more \(round(controller.memory - bare.memory, 1)) MB (goal 100)"
    )
    tell(
      "  late by over 50 ms",
      "\(round(Double(counts[1]) / polls.0 * 100)) % of \(counts[0]), bare \(round(Double(counts[3]) / polls.1 * 100)) % of \(counts[2]) (goal 1 %)"
    )
  }

  private func stats(_ port: Int) -> [Int] {
    get(host(0), port, "/bench/stats").split(separator: " ").compactMap { Int($0) }
  }
}

/// The body of a GET on loopback.
func get(_ host: String, _ port: Int, _ path: String) -> String {
  var body = [CChar](repeating: 0, count: 64 << 20)
  let size = cbare_get(host, Int32(port), path, &body, body.count)
  guard size >= 0 else { return "" }
  return String(decoding: body[..<size].map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

struct BenchError: Error, CustomStringConvertible {
  let description: String
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

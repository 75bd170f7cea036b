import CBare
import Foundation
import Harness

/// From the first reply that shows a breach to the first byte of the closing POST, with the breach, the pause and the
/// intent durable in between. Both ends are seen by the canned terminals, by one clock.
struct ReactionBenchmark {
  let mt4ctl: String
  let agents: Int
  let breaches: Int
  /// Further agents: half of them refuse connections, half answer after ten seconds.
  let dead: Int

  func run() throws {
    let folder = try WorkFolder()
    defer { folder.remove() }
    let port = 21_000
    let all = agents + dead
    let every = 25
    let terminals = try Child.own([
      "terminals", "\(port)", "\(all)", "positions=3", "slow=\(dead == 0 ? -1 : agents + dead / 2)",
      "breaches=\(breaches)", "after=500", "every=\(every)",
    ])
    defer { terminals.end() }
    _ = terminals.firstLine()
    try writeFleet(
      folder.path + "/manifests/fleet.yaml", 0..<all, port: port, closes: true, dead: agents..<(agents + dead / 2))
    let controller = try Child(
      mt4ctl,
      [
        "run", "--manifests", folder.path + "/manifests", "--state", folder.path + "/state", "--database", "embedded",
        "--listen", "127.0.0.1:18091",
      ], log: folder.path + "/log")
    defer { controller.end() }
    try awaitActive(18_091, agents, within: 180)
    Thread.sleep(forTimeInterval: 10)
    let syncs = try fsyncs(folder.path + "/probe")
    terminals.signal(SIGUSR1)
    // The disk of a shared machine is another one from second to second: the limit is taken in the same ones.
    let beside = try besideStorm(folder.path + "/probe", seconds: Double(every * breaches) / 1000 + 1)
    Thread.sleep(forTimeInterval: 7)
    let said = terminals.end()
    let numbers = said.split(separator: "[").last?.split(separator: "]").first ?? ""
    let times = numbers.split(separator: ",").compactMap { Double($0) }.map { $0 / 1000 }
    tell(
      "reaction, \(agents) agents" + (dead > 0 ? ", \(dead) dead" : ""),
      "\(times.count) of \(breaches) breaches acted upon")
    tell(
      "  reply to POST",
      "median \(shown(percentile(times, 0.5))) ms, p99 \(shown(percentile(times, 0.99))) ms, worst \(shown(times.max() ?? .nan)) ms"
    )
    tell("  one fsync", "median \(shown(percentile(syncs, 0.5))) ms, p99 \(shown(percentile(syncs, 0.99))) ms")
    tell(
      "  one fsync meanwhile", "median \(shown(percentile(beside, 0.5))) ms, p99 \(shown(percentile(beside, 0.99))) ms")
    let above = percentile(times, 0.99) - percentile(syncs, 0.5)
    report(
      Figure(
        "reaction" + (dead > 0 ? " with \(dead) dead" : "") + ": p99, breach seen to close",
        reached: "\(shown(percentile(times, 0.99), 1)) ms, median \(shown(percentile(times, 0.5), 1))",
        limit: "an fsync \(shown(percentile(syncs, 0.5), 1)) ms; meanwhile p99 \(shown(percentile(beside, 0.99), 1))",
        goal: "10 ms above", isMet: times.count == breaches && above < 10))
  }
}

/// Milliseconds of a kilobyte's append and fdatasync on the same disk, one every 20 ms, for so long.
private func besideStorm(_ path: String, seconds: Double) throws -> [Double] {
  let file = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o600)
  guard file >= 0 else { throw BenchError(description: "cannot write \(path)") }
  defer { close(file) }
  let bytes = [UInt8](repeating: 0x78, count: 1024)
  var times: [Double] = []
  let end = cbare_now_ns() + Int64(seconds * 1e9)
  while cbare_now_ns() < end {
    let began = cbare_now_ns()
    guard write(file, bytes, bytes.count) == bytes.count, fdatasync(file) == 0 else {
      throw BenchError(description: "cannot write \(path)")
    }
    times.append(Double(cbare_now_ns() - began) / 1e6)
    Thread.sleep(forTimeInterval: 0.02)
  }
  return times
}

/// Milliseconds of a kilobyte's append and fdatasync, again and again.
func fsyncs(_ path: String, count: Int = 200, bytes: Int = 1024) throws -> [Double] {
  var times = [Int64](repeating: 0, count: count)
  guard cbare_sync_batches(path, bytes, Int32(count), &times) == 0 else {
    throw BenchError(description: "cannot write \(path)")
  }
  return times.map { Double($0) / 1e6 }
}

import CBare
import Foundation
import Harness

/// From the first reply that shows a breach to the first byte of the closing POST, with the breach, the pause and the
/// intent durable in between. Both ends are seen by the canned terminals, by one clock.
///
/// A second fleet breaches at the same time, since what a machine that others share does to a tail is only told side by side: the
/// bare loop's, which appends a kilobyte, syncs it and sends; or, with dead terminals, that of a second controller, which
/// has the dead ones too.
struct ReactionBenchmark {
  let mt4ctl: String
  let agents: Int
  /// Of each fleet.
  let breaches: Int
  /// Further agents of the second controller: half of them refuse connections, half answer after ten seconds.
  let dead: Int

  private static let port = 21_000
  /// Milliseconds between two breaches, of whichever fleet.
  private static let pace = 25

  /// Milliseconds at the p99 of a disk that stands still too often to tell anything of a program.
  private static let badDisk = 10.0
  private static let mostRounds = 5

  /// A round in which the disk itself stood still is told and not judged, as long as there may be a better one.
  func run() throws {
    for round in 1...Self.mostRounds {
      let (figure, disk) = try self.round()
      if disk < Self.badDisk || round == Self.mostRounds { return report(figure) }
      tell("  not judged", "a bare fsync took \(shown(disk)) ms at its p99; once more")
    }
  }

  /// The figure, and the p99 of a bare fsync meanwhile, in milliseconds.
  private func round() throws -> (Figure, Double) {
    let folder = try WorkFolder()
    defer { folder.remove() }
    let live = agents * 2
    let terminals = try Child.own([
      "terminals", "\(Self.port)", "\(live + dead)", "positions=3", "slow=\(dead == 0 ? -1 : live + dead / 2)",
      "breaches=\(breaches * 2)", "among=\(live)", "after=500", "every=\(Self.pace)",
    ])
    defer { terminals.end() }
    _ = terminals.firstLine()
    var children: [Child] = []
    defer { for child in children { child.end() } }
    children.append(try start(0, folder.path + "/0"))
    if dead > 0 {
      children.append(try start(1, folder.path + "/1"))
    } else {
      children.append(
        try Child.own(["bare", "\(Self.port)", "\(agents)", "\(agents)", "1000", folder.path + "/bare"]))
    }
    for k in 0..<(dead > 0 ? 2 : 1) { try awaitActive(18_091 + k, agents, within: 180) }
    Thread.sleep(forTimeInterval: 10)
    let syncs = try fsyncs(folder.path + "/probe")
    terminals.signal(SIGUSR1)
    // The disk of a shared machine is another one from second to second.
    let beside = try besideStorm(folder.path + "/probe", seconds: Double(Self.pace * breaches * 2) / 1000 + 1)
    Thread.sleep(forTimeInterval: 7)
    let all = numbers(of: terminals.end())
    let times = [0, 1].map { k in
      all.dropFirst(k * agents).prefix(agents).filter { $0 >= 0 }.map { Double($0) / 1000 }
    }
    tell("reaction, \(agents) agents", "\(times.joined().count) of \(breaches * 2) breaches acted upon")
    for (name, times) in zip(["reply to POST", dead > 0 ? "beside \(dead) dead" : "bare loop"], times) {
      tell(
        "  " + name,
        "median \(shown(percentile(times, 0.5))) ms, p99 \(shown(percentile(times, 0.99))) ms, "
          + "worst \(shown(times.max() ?? .nan)) ms")
    }
    for (name, times) in [("one fsync", syncs), ("one fsync meanwhile", beside)] {
      tell("  " + name, "median \(shown(percentile(times, 0.5))) ms, p99 \(shown(percentile(times, 0.99))) ms")
    }
    let (reached, limit) = dead > 0 ? (times[1], times[0]) : (times[0], times[1])
    let above = percentile(reached, 0.99) - percentile(limit, 0.99)
    let figure = Figure(
      "reaction" + (dead > 0 ? " beside \(dead) dead" : "") + ": p99, breach seen to close",
      reached: described(reached),
      limit: (dead > 0 ? "without them " : "bare loop ") + described(limit)
        + "; an fsync \(shown(percentile(syncs, 0.5), 1)) ms, meanwhile p99 \(shown(percentile(beside, 0.99), 1))",
      goal: "10 ms above", isMet: times.joined().count == breaches * 2 && above < 10)
    return (figure, percentile(beside, 0.99))
  }

  private func described(_ times: [Double]) -> String {
    "\(shown(percentile(times, 0.99), 1)) ms, median \(shown(percentile(times, 0.5), 1))"
  }

  /// The controller of the first fleet, or of the second, with the dead ones.
  private func start(_ k: Int, _ folder: String) throws -> Child {
    try FileManager.default.createDirectory(atPath: folder + "/manifests", withIntermediateDirectories: true)
    let first = k * agents
    let last = first + agents + k * dead
    try writeFleet(
      folder + "/manifests/fleet.yaml", first..<last, port: Self.port, closes: true,
      dead: (first + agents)..<(first + agents + k * dead / 2))
    return try Child(
      mt4ctl,
      [
        "run", "--manifests", folder + "/manifests", "--state", folder + "/state", "--database", "embedded",
        "--listen", "127.0.0.1:\(18_091 + k)",
      ], log: folder + "/log")
  }

  /// Microseconds by agent; -1 where no breach was acted upon.
  private func numbers(of said: String) -> [Int] {
    let list = said.split(separator: "[").last?.split(separator: "]").first ?? ""
    return list.split(separator: ",").compactMap { Int($0) }
  }
}

/// Milliseconds of a kilobyte's append and fdatasync on the same disk, one due every 20 ms, for so long.
///
/// What falls due while one is still under way waits for it, as a breach does, and is counted from when it was due: a probe that
/// only counts what it did itself sees one slow sync where fifty breaches saw it (Gil Tene, coordinated omission).
private func besideStorm(_ path: String, seconds: Double) throws -> [Double] {
  let file = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o600)
  guard file >= 0 else { throw BenchError(description: "cannot write \(path)") }
  defer { close(file) }
  let bytes = [UInt8](repeating: 0x78, count: 1024)
  let pace: Int64 = 20_000_000
  var times: [Double] = []
  var due = cbare_now_ns()
  let end = due + Int64(seconds * 1e9)
  while due < end {
    Thread.sleep(forTimeInterval: Double(max(0, due - cbare_now_ns())) / 1e9)
    let began = cbare_now_ns()
    guard write(file, bytes, bytes.count) == bytes.count, fdatasync(file) == 0 else {
      throw BenchError(description: "cannot write \(path)")
    }
    let ended = cbare_now_ns()
    // The first one from its own beginning: that the sleep ended late is not the disk's doing.
    times.append(Double(ended - began) / 1e6)
    due += pace
    while due < ended {
      times.append(Double(ended - due) / 1e6)
      due += pace
    }
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

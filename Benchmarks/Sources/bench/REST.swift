import CBare
import Foundation
import Harness

/// What a request costs beside a bare Hummingbird route that returns the same bytes; and whether the loop's storms and
/// reloads are felt by who reads. A thousand agents are polled meanwhile, and every request shows a web token.
struct RESTBenchmark {
  let mt4ctl: String
  let service: String
  let agents: Int
  /// Of each round.
  let seconds: Int
  private static let product = 18_091
  private static let bare = 18_092
  private static let rounds = 3
  private static let connections = 16

  func run() throws {
    let folder = try WorkFolder()
    defer { folder.remove() }
    let terminals = try Child.own([
      "terminals", "21000", "\(agents)", "positions=3", "breaches=\(agents / 2)", "after=0", "every=10",
    ])
    defer { terminals.end() }
    _ = terminals.firstLine()
    let fleet = folder.path + "/manifests/fleet.yaml"
    try writeFleet(fleet, 0..<agents, port: 21_000, closes: true)
    let token = try self.token(folder.path + "/key")
    let controller = try Child(
      mt4ctl,
      [
        "run", "--manifests", folder.path + "/manifests", "--state", folder.path + "/state", "--database", "embedded",
        "--listen", "127.0.0.1:\(Self.product)", "--rate-limit", "0", "--jwt-key", folder.path + "/key",
      ], log: folder.path + "/log")
    defer { controller.end() }
    try awaitActive(Self.product, agents, within: 180)
    Thread.sleep(forTimeInterval: 10)
    let header = "Authorization: Bearer \(token)\r\n"
    let one = "/api/agents/bench-7"
    let all = "/api/agents/summary"
    for (path, name) in [(one, "one"), (all, "all")] {
      var reply = [CChar](repeating: 0, count: 8 << 20)
      let size = cbare_get_whole("127.0.0.1", Int32(Self.product), path, header, &reply, reply.count)
      guard size > 0, reply.starts(with: "HTTP/1.1 200".utf8.map { CChar($0) }) else {
        throw BenchError(description: "\(path) is not answered")
      }
      try Data(reply[..<size].map { UInt8(bitPattern: $0) }).write(to: URL(fileURLWithPath: folder.path + "/" + name))
    }
    let bare = try Child(
      service, ["bare-route", "port=\(Self.bare)", "/api/agents/{id}=\(folder.path)/one", "\(all)=\(folder.path)/all"])
    defer { bare.end() }
    _ = bare.firstLine()
    // Every agent in turn; the bare route gives each the same.
    try compare("/api/agents/{id}", (0..<agents).map { "/api/agents/bench-\($0)" }, header, controller, bare)
    try compare("/api/agents/summary", [all], header, controller, bare)
    try disturb(header, controller, terminals, fleet)
  }

  private func token(_ path: String) throws -> String {
    try Data((0..<32).map { _ in UInt8.random(in: 0 ... .max) }).write(to: URL(fileURLWithPath: path))
    chmod(path, 0o600)
    let made = try Child(mt4ctl, ["token", "issue", "--role", "viewer", "--key", path])
    let token = made.firstLine()
    made.end()
    return token
  }

  /// Rounds of both by turns, so that what else the machine does falls on both.
  private func compare(_ name: String, _ paths: [String], _ header: String, _ controller: Child, _ bare: Child) throws {
    var rates: ([Double], [Double]) = ([], [])
    var slow: ([Double], [Double]) = ([], [])
    var cpu: ([Double], [Double]) = ([], [])
    // What the loop takes beside.
    let idle = controller.cpu
    Thread.sleep(forTimeInterval: 2)
    let loop = (controller.cpu - idle) / 2
    for _ in 0..<Self.rounds {
      var before = controller.cpu
      let a = try load(Self.product, paths, header)
      let wall = Harness.seconds(a.wall_ns)
      rates.0.append(Double(a.requests) / wall)
      slow.0.append(a.p99_us / 1000)
      cpu.0.append((controller.cpu - before - loop * wall) / Double(a.requests) * 1e6)
      before = bare.cpu
      let b = try load(Self.bare, paths, header)
      rates.1.append(Double(b.requests) / Harness.seconds(b.wall_ns))
      slow.1.append(b.p99_us / 1000)
      cpu.1.append((bare.cpu - before) / Double(b.requests) * 1e6)
    }
    let ratio = median(rates.0) / median(rates.1)
    tell(
      name,
      "CPU a request \(shown(median(cpu.0), 1)) us, bare \(shown(median(cpu.1), 1)) us; the loop \(shown(loop * 100, 0)) %"
    )
    report(
      Figure(
        "REST \(name): requests a second", reached: count(median(rates.0)),
        limit: "bare route \(count(median(rates.1)))",
        ratio: ratio, goal: "0.8", isMet: ratio >= 0.8))
    report(
      Figure(
        "REST \(name): p99 at that", reached: "\(shown(median(slow.0))) ms",
        limit: "bare route \(shown(median(slow.1))) ms"))
  }

  /// The p99 at an even rate, in peace, while manifests are loaded again each second, and while half of the fleet breaches.
  private func disturb(_ header: String, _ controller: Child, _ terminals: Child, _ fleet: String) throws {
    let paths = (0..<agents).map { "/api/agents/bench-\($0)" }
    func paced(_ milliseconds: Int) throws -> Double {
      try load(Self.product, paths, header, rate: 500, milliseconds: milliseconds).p99_us / 1000
    }
    let calm = try paced(8000)
    let reloading = Reloads(controller.pid, fleet)
    reloading.begin()
    let reloads = try paced(8000)
    reloading.end()
    Thread.sleep(forTimeInterval: 1)
    let calmAgain = try paced(4000)
    terminals.signal(SIGUSR1)
    let storm = try paced(agents / 2 * 10 + 3000)
    let quiet = max(calm, calmAgain)
    for (name, value) in [("reloads", reloads), ("a storm of breaches", storm)] {
      report(
        Figure(
          "REST during \(name): p99 at 500/s", reached: "\(shown(value)) ms", limit: "in peace \(shown(quiet)) ms",
          ratio: value / quiet, goal: "2", isMet: value / quiet <= 2))
    }
  }

  private func load(
    _ port: Int, _ paths: [String], _ header: String, rate: Int = 0, milliseconds: Int? = nil
  ) throws -> cbare_load {
    let texts = paths.map { strdup($0) }
    let lines = strdup(header)
    defer {
      for text in texts { free(text) }
      free(lines)
    }
    let pointers = texts.map { UnsafePointer($0) }
    let load = pointers.withUnsafeBufferPointer { buffer in
      var load = cbare_load()
      load.port = Int32(port)
      load.connections = Int32(Self.connections)
      load.milliseconds = Int32(milliseconds ?? seconds * 1000)
      load.rate = Int32(rate)
      load.paths = buffer.baseAddress
      load.path_count = Int32(buffer.count)
      load.header = UnsafePointer(lines)
      let result = cbare_load_run(&load)
      if result != 0 { load.errors += 1 }
      return load
    }
    guard load.errors == 0, load.requests > 0 else {
      throw BenchError(description: "\(load.errors) of \(load.requests) requests to port \(port) failed")
    }
    return load
  }
}

/// Has the controller read its manifests again each second; one of them is another each time.
private final class Reloads {
  private let pid: Int32
  private let fleet: String
  private let queue = DispatchQueue(label: "reloads")
  private let timer: any DispatchSourceTimer

  init(_ pid: Int32, _ fleet: String) {
    self.pid = pid
    self.fleet = fleet
    timer = DispatchSource.makeTimerSource(queue: queue)
  }

  func begin() {
    let (pid, fleet) = (pid, fleet)
    let original = (try? String(contentsOfFile: fleet, encoding: .utf8)) ?? ""
    timer.schedule(deadline: .now(), repeating: 1)
    timer.setEventHandler {
      let text = original.replacing(
        "max_positions: 10", with: "max_positions: \(Int.random(in: 10...99))", maxReplacements: 1)
      try? Data(text.utf8).write(to: URL(fileURLWithPath: fleet), options: .atomic)
      kill(pid, SIGHUP)
    }
    timer.resume()
  }

  func end() { timer.cancel() }
}

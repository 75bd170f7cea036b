import CBare
import Controller
import Foundation
import Harness
import Reconciler

/// Megabytes of manifests a second, beside libyaml's bare events; and a whole reload.
struct ManifestBenchmark {
  let agents: Int

  func run() throws {
    // As people write them: about a kilobyte an agent, a hundred agents a file.
    var files: [ManifestFile] = []
    for start in stride(from: 0, to: agents, by: 100) {
      let text = (start..<min(start + 100, agents)).map(document).joined()
      files.append(ManifestFile(name: "fleet-\(start).yaml", bytes: Array(text.utf8)))
    }
    let size = Double(files.reduce(0) { $0 + $1.bytes.count }) / 1e6
    var loads: [Spent] = []
    var bare: [Spent] = []
    for _ in 0..<9 {
      bare.append(
        try Spent {
          for file in files where cbare_yaml_events(file.bytes, file.bytes.count) < 0 {
            throw CocoaError(.fileReadCorruptFile)
          }
        })
      loads.append(
        try Spent {
          switch ManifestLoader.load(files: files) {
          case .accepted(let loaded) where loaded.fleet.agents.count == agents: break
          case .accepted, .rejected: throw CocoaError(.fileReadCorruptFile)
          }
        })
    }
    let load = Spent(medianOf: loads)
    let limit = Spent(medianOf: bare)
    tell(
      "manifests",
      "\(shown(size / load.time, 1)) MB a second, \(shown(size / load.cpu, 1)) of CPU: \(shown(size, 1)) MB, \(agents) agents"
    )
    tell(
      "  bare libyaml events",
      "\(shown(size / limit.time, 1)) MB a second on one processor; ratio \(shown(limit.time / load.time)) (goal 0.5), "
        + "\(shown(limit.cpu / load.cpu)) of CPU")
    tell("  a whole reload", "\(shown(load.time)) s, \(shown(load.cpu)) s of CPU, for \(agents) agents (goal 1 s)")
    report(
      Figure(
        "manifests: MB/s", reached: shown(size / load.time, 1),
        limit: "libyaml's events \(shown(size / limit.time, 1))", ratio: limit.time / load.time, goal: "0.5",
        isMet: limit.time / load.time >= 0.5))
    report(
      Figure(
        "manifests: MB/s of CPU", reached: shown(size / load.cpu, 1),
        limit: "libyaml's events \(shown(size / limit.cpu, 1))", ratio: limit.cpu / load.cpu))
    report(
      Figure(
        "manifests: a reload of \(agents)", reached: "\(shown(load.time)) s, \(shown(load.cpu)) s of CPU", goal: "1 s",
        isMet: load.time <= 1))
  }

  /// Seconds: on all processors together, and on the clock.
  private struct Spent {
    let cpu: Double
    let time: Double

    init(_ work: () throws -> Void) rethrows {
      let (cpu, time) = (cbare_cpu_ns(), cbare_now_ns())
      try work()
      self.cpu = Double(cbare_cpu_ns() - cpu) / 1e9
      self.time = Double(cbare_now_ns() - time) / 1e9
    }

    /// Each by itself.
    init(medianOf all: [Spent]) {
      cpu = all.map(\.cpu).sorted()[all.count / 2]
      time = all.map(\.time).sorted()[all.count / 2]
    }
  }

  private func document(_ i: Int) -> String {
    """
    ---
    # Agent \(i): holds one position, guarded; a comment like those that people leave in their manifests.
    apiVersion: mt4-controller/v1alpha1
    kind: TradingAgent
    metadata:
      name: bench-\(i)
      labels: { desk: "\(i % 7)", region: europe, owner: somebody }
      annotations: { note: "opened by hand once, and adopted since; see the ticket \(i)" }
    spec:
      name: Bench number \(i)
      enabled: true
      mode: enforce
      terminal:
        url: "http://127.0.0.1:\(10_000 + i)"
        currency: USD
        timeout: 5s
        post_timeout: 10s
      strategy: { type: mixed, timeframe: 5m }
      pairs: [EURUSD, GBPUSD, USDJPY, XAUUSD]
      risk:
        initial_balance: 10000 USD
        max_risk_per_trade: 1.5%
        max_daily_loss: 5%
        max_positions: 5
        lot_size: 0.10
        day: { reset: "00:00", zone: Europe/Athens }
        on_breach: close_and_pause
        resume: next_day
      positions: guard
      targets:
        - { name: core, symbol: EURUSD, side: buy, lots: 0.05, stop_loss: 0.90000, take_profit: 1.30000 }
        - { name: hedge, symbol: XAUUSD, side: sell, lots: 0.01, stop_loss: 2900.00 }

    """
  }
}

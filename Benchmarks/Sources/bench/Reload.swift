import Foundation
import Harness

/// How long `mt4ctl reload --wait` takes in a running controller, and what the reload costs it until all is told: unchanged,
/// with one agent edited, and with all of them edited.
struct ReloadBenchmark {
  let mt4ctl: String
  let agents: Int
  /// Of each kind.
  let rounds: Int
  private static let port = 18_091
  private static let agentsAFile = 100
  /// Statuses are published within five seconds, and shipped within one more.
  private static let settling = 7.0

  func run() throws {
    let folder = try WorkFolder()
    defer { folder.remove() }
    // A thousand polls a second at most: it is the reload that is measured.
    let interval = max(1000, agents)
    let terminals = try Child.own(["terminals", "21000", "\(agents)", "positions=3", "interval=\(interval)"])
    defer { terminals.end() }
    _ = terminals.firstLine()
    try write(folder, 0..<agents, positions: 10)
    let controller = try Child(
      mt4ctl,
      [
        "run", "--manifests", folder.path + "/manifests", "--state", folder.path + "/state", "--database", "embedded",
        "--listen", "127.0.0.1:\(Self.port)", "--interval", "\(interval)ms",
      ], log: folder.path + "/log")
    defer { controller.end() }
    try awaitActive(Self.port, agents, within: 180)
    // Anchors, adoptions and first histories are no reloads.
    Thread.sleep(forTimeInterval: max(15, Double(interval) * 3 / 1000))
    let peace = try use(controller) { Thread.sleep(forTimeInterval: max(5, Double(interval) / 1000)) }
    let idle = peace.cpu / peace.seconds
    for (name, edited) in [("unchanged", 0), ("one agent edited", 1), ("all edited", agents)] {
      var took: [Double] = []
      var cost: [Double] = []
      for round in 0..<rounds {
        // The files of whole hundreds, as an editor or a checkout writes them.
        try write(folder, 0..<edited, positions: 20 + round)
        let whole = try use(controller) {
          took.append(try reload(folder))
          Thread.sleep(forTimeInterval: Self.settling)
        }
        cost.append(whole.cpu - idle * whole.seconds)
      }
      let isGoal = edited <= 1
      report(
        Figure(
          "reload of \(count(Double(agents))) agents, \(name)",
          reached: "\(shown(median(took))) s, \(shown(median(cost))) s of CPU until all is told",
          limit: "worst \(shown(took.max() ?? .nan)) s", goal: isGoal ? "1 s" : "",
          isMet: isGoal ? median(took) < 1 : nil))
    }
  }

  private func use(_ controller: Child, _ body: () throws -> Void) rethrows -> (cpu: Double, seconds: Double) {
    let (cpu, began) = (controller.cpu, Date())
    try body()
    return (controller.cpu - cpu, Date().timeIntervalSince(began))
  }

  /// Seconds from the command's start to its end.
  private func reload(_ folder: WorkFolder) throws -> Double {
    let began = Date()
    let command = Process()
    command.executableURL = URL(fileURLWithPath: mt4ctl)
    command.arguments = ["reload", "--wait", "--socket", folder.path + "/state/control.sock"]
    command.standardOutput = FileHandle.nullDevice
    try command.run()
    command.waitUntilExit()
    guard command.terminationStatus == 0 else { throw BenchError(description: "the reload failed") }
    return Date().timeIntervalSince(began)
  }

  /// The files in which `edited` agents are; these agents may hold so many positions.
  private func write(_ folder: WorkFolder, _ edited: Range<Int>, positions: Int) throws {
    for start in stride(from: 0, to: edited.upperBound, by: Self.agentsAFile) {
      let text = (start..<min(start + Self.agentsAFile, agents)).map { i in
        let text = document(i, port: 21_000)
        return edited.contains(i) ? text.replacing("max_positions: 10", with: "max_positions: \(positions)") : text
      }.joined()
      let path = folder.path + "/manifests/fleet-\(start).yaml"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
  }
}

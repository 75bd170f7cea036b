// Benchmarks that link the service itself: the journal beside bare fsync batches, the manifests beside libyaml's events.
import CBare
import Controller
import Foundation
import Reconciler

let arguments = Array(CommandLine.arguments.dropFirst())

func option(_ name: String, _ fallback: Int) -> Int {
  arguments.first { $0.hasPrefix(name + "=") }.flatMap { Int($0.dropFirst(name.count + 1)) } ?? fallback
}

func round(_ value: Double, _ places: Int = 2) -> String { String(format: "%.\(places)f", value) }

func tell(_ what: String, _ figures: String) {
  print(what.padding(toLength: max(28, what.count + 1), withPad: " ", startingAt: 0) + figures)
  fflush(nil)
}

func folder() throws -> String {
  let path = (ProcessInfo.processInfo.environment["BENCH_DIR"] ?? NSTemporaryDirectory()) + "/mt4-bench-\(getpid())"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  return path
}

func main() throws {
  switch arguments.first {
  case "journal": try JournalBenchmark(records: option("records", 200_000)).run()
  case "manifests": try ManifestBenchmark(agents: option("agents", 10_000)).run()
  case "make-journal":
    try JournalMaker(agents: option("agents", 1000), records: option("records", 1_000_000)).make(arguments[1])
  default:
    print("usage: bench-service journal [records=N] | manifests [agents=N] | make-journal STATE [agents=N] [records=N]")
    exit(64)
  }
}

do {
  try main()
} catch {
  print("bench-service: \(error)")
  exit(1)
}

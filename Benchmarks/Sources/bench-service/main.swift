// Benchmarks that link the service itself: the journal beside bare fsync batches, the database beside COPY, the manifests
// beside libyaml's events; and the bare route that REST is measured beside.
import CBare
import Controller
import Foundation
import Harness
import Reconciler

func run() async throws {
  switch arguments.first {
  case "journal": try JournalBenchmark(records: option("records", 200_000)).run()
  case "database": try DatabaseBenchmark(records: option("records", 200_000)).run()
  case "manifests": try ManifestBenchmark(agents: option("agents", 10_000)).run()
  case "make-journal":
    try JournalMaker(agents: option("agents", 1000), records: option("records", 1_000_000)).make(arguments[1])
  case "bare-route": try await BareRoute(port: option("port", 18_092), replies: arguments.dropFirst(2)).run()
  default:
    print("usage: bench-service journal | database | manifests | make-journal STATE | bare-route port=N PATH=FILE...")
    exit(64)
  }
}

do {
  try await run()
} catch {
  print("bench-service: \(error)")
  exit(1)
}

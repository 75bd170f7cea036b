import CBare
import Controller
import Foundation
import Harness
import Reconciler
import Synchronization

/// The journal as the shipper reads it.
private final class Lines: ShipperSource {
  private let journal: Journal
  private let place: Mutex<JournalCursor?> = Mutex(nil)

  init(_ journal: Journal) { self.journal = journal }

  func lines(after sequence: Int64, limit: Int) throws -> [JournalLine] {
    try place.withLock { cursor in
      if cursor?.position != sequence { cursor = journal.cursor(after: sequence) }
      return try cursor?.next(limit: limit) ?? []
    }
  }
}

/// Records a second from the journal to PostgreSQL, beside COPY of the same rows into a table of the same shape, with the
/// same indexes, on the same server.
struct DatabaseBenchmark {
  let records: Int

  func run() throws {
    let folder = try WorkFolder()
    defer { folder.remove() }
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
    let state = folder.path + "/state"
    let journal = try Journal.open(stateDirectory: state)
    var feeder = Feeder(journal: journal, records: Records(agents: 100))
    _ = try feeder.feed(records)
    let last = journal.durableSequence
    let server = EmbeddedPostgres(stateDirectory: state)
    let began = Mutex<(first: Int64, end: Int64)>((0, 0))
    let done = DispatchSemaphore(value: 0)
    let shipper = Shipper(
      destination: .embedded(server), source: Lines(journal),
      callbacks: ShipperCallbacks(
        onShipped: { sequence in
          // The first word comes once the schema is there and nothing is shipped.
          began.withLock { times in
            if times.first == 0 { times.first = cbare_now_ns() }
            times.end = cbare_now_ns()
          }
          if sequence >= last { done.signal() }
        },
        onStatus: { status in if case .down = status.state { print("database: \(status)") } }))
    shipper.start()
    guard done.wait(timeout: .now() + 300) == .success else {
      throw BenchError(description: "the records did not come to the database")
    }
    let times = began.withLock { $0 }
    let shipped = Double(last) / seconds(times.end - times.first)
    defer {
      server.stop()
      _ = journal.close()
    }
    // The same rows once more, in batches of as many as the shipper commits at once, each durable.
    let place = "host=\(state)/postgres port=5432 dbname=mt4 user=mt4"
    guard cbare_sql(place, "CREATE TABLE public.copied (LIKE trading.agent_logs INCLUDING ALL)") == 0 else {
      throw BenchError(description: "no table for COPY")
    }
    var spent: Int64 = 0
    for start in stride(from: Int64(0), to: last, by: 2000) {
      var bytes: UnsafeMutablePointer<CChar>?
      let size = cbare_copy_out(
        place, "COPY (SELECT * FROM trading.agent_logs WHERE id > \(start) AND id <= \(start + 2000)) TO STDOUT", &bytes
      )
      defer { free(bytes) }
      guard size > 0, let bytes else { throw BenchError(description: "nothing to copy") }
      let time = cbare_copy_in(place, "SELECT 1", "COPY public.copied FROM STDIN", "SELECT 1", bytes, size)
      guard time > 0 else { throw BenchError(description: "COPY failed") }
      spent += time
    }
    let copied = Double(last) / seconds(spent)
    report(
      Figure(
        "journal: records a second, to PostgreSQL", reached: count(shipped), limit: "COPY \(count(copied))",
        ratio: shipped / copied, goal: "0.5", isMet: shipped / copied >= 0.5))
  }
}

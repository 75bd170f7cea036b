import CBare
import Controller
import Crypto
import Foundation
import Harness
import Reconciler
import Synchronization

/// Feeds a journal as fast as it takes records, with a snapshot wherever a new segment wants one.
struct Feeder {
  let journal: Journal
  var records: Records

  /// - Returns: how many batches became durable.
  mutating func feed(_ count: Int) throws -> Int {
    let flag = Flag()
    journal.onEvent { event in
      switch event {
      case .durable: flag.batches.withLock { $0 += 1 }
      case .segmentFull: flag.wantsSnapshot.withLock { $0 = true }
      case .space, .removed, .removalFailed, .checkpoint, .checkpointFailed, .failed: break
      }
    }
    var made = 0
    while made < count {
      var batch: [Record] = []
      if flag.take() { batch.append(records.snapshot()) }
      for _ in 0..<500 { batch.append(records.heartbeat()) }
      made += batch.count
      try journal.append(batch)
      while records.sequence - journal.durableSequence > 20_000 { usleep(200) }
    }
    while journal.durableSequence < records.sequence { usleep(200) }
    return flag.batches.withLock { $0 }
  }

  final class Flag: Sendable {
    let wantsSnapshot = Mutex(false)
    let batches = Mutex(0)

    func take() -> Bool {
      wantsSnapshot.withLock { wants in
        defer { wants = false }
        return wants
      }
    }
  }
}

/// Records a second to durable, beside the same bytes in as many bare appends with fdatasync; and what the chain costs.
struct JournalBenchmark {
  let records: Int

  func run() throws {
    let folder = try WorkFolder()
    defer { folder.remove() }
    let journal = try Journal.open(stateDirectory: folder.path + "/state")
    var feeder = Feeder(journal: journal, records: Records(agents: 100))
    _ = try feeder.feed(20_000)
    let size = try bytes(folder.path + "/state/journal")
    let cpu = cbare_cpu_ns()
    let began = cbare_now_ns()
    let batches = max(1, try feeder.feed(records))
    let wall = seconds(cbare_now_ns() - began)
    let busy = seconds(cbare_cpu_ns() - cpu)
    let written = try bytes(folder.path + "/state/journal") - size
    _ = journal.close()
    var times = [Int64](repeating: 0, count: batches)
    let bareBegan = cbare_now_ns()
    guard cbare_sync_batches(folder.path + "/bare", written / batches, Int32(batches), &times) == 0 else {
      throw BenchError(description: "cannot write \(folder.path)")
    }
    let bare = seconds(cbare_now_ns() - bareBegan)
    tell(
      "journal",
      "\(batches) batches of \(written / batches) bytes; \(shown(busy / Double(records) * 1e6)) us of CPU a record, feeding too"
    )
    report(
      Figure(
        "journal: records a second, durable", reached: count(Double(records) / wall),
        limit: "bare fsync batches \(count(Double(records) / bare))", ratio: bare / wall, goal: "0.5",
        isMet: bare / wall >= 0.5))
    chain()
  }

  /// A record's line, and of it the hash that links it to the one before.
  private func chain() {
    var records = Records(agents: 100)
    let all = (0..<20_000).map { _ in records.heartbeat() }
    var lines: [JournalLine] = []
    var whole = 0.0
    var bare = 0.0
    for _ in 0..<3 {
      lines = []
      var began = cbare_cpu_ns()
      var last = JournalLine.firstPrevHash
      for record in all {
        lines.append(JournalLine.make(record: record, chain: "abcdefghijklmnop", prevHash: last))
        last = lines[lines.count - 1].hash
      }
      whole = seconds(cbare_cpu_ns() - began) / Double(all.count) * 1e6
      let texts = lines.map { Array($0.text.utf8) }
      var sum = 0
      began = cbare_cpu_ns()
      for text in texts { sum += SHA256.hash(data: text).withUnsafeBytes { Int($0[0]) } }
      bare = seconds(cbare_cpu_ns() - began) / Double(all.count) * 1e6
      precondition(sum > 0)
    }
    report(
      Figure(
        "journal: CPU of a line, hashed and chained", reached: "\(shown(whole)) us",
        limit: "SHA-256 of it alone \(shown(bare)) us", ratio: bare / whole))
  }

  private func bytes(_ folder: String) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: folder).reduce(0) { sum, name in
      // One that is gone meanwhile is a head that has become the head.
      sum + ((try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)[.size] as? Int) ?? 0)
    }
  }
}

/// A journal as a fleet leaves it after days.
struct JournalMaker {
  let agents: Int
  let records: Int

  func make(_ state: String) throws {
    let journal = try Journal.open(stateDirectory: state)
    var feeder = Feeder(journal: journal, records: Records(agents: agents))
    _ = try feeder.feed(records)
    _ = journal.close(within: .seconds(60))
    print("a journal of \(feeder.records.sequence) records")
  }
}

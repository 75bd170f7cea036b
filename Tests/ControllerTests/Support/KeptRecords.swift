import Glibc
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// The whole local log of a state directory that no controller writes to any more.
struct KeptRecords {
  let lines: [JournalLine]

  init(_ stage: Stage) throws {
    let directory = stage.state + "/journal"
    var lines: [JournalLine] = []
    for segment in try JournalOpening.segments(in: directory) where segment.bytes > 0 {
      let file = try DiskFile(path: directory + "/" + segment.name, flags: O_RDONLY)
      var reader = SegmentReader(file: file, limit: segment.bytes)
      while let raw = try reader.next(), raw.isTerminated {
        lines.append(try JournalLine.parse(String(decoding: raw.bytes, as: UTF8.self)))
      }
    }
    self.lines = lines
  }

  var records: [Record] { lines.compactMap(\.record) }

  func of(_ type: EventType) -> [Record] { records.filter { $0.type == type } }
}

/// What must hold after every bad day, by the terminals' own books, the local log and the database.
func proveNothingWasLost(_ stage: Stage, database: TestDatabase? = nil, location: SourceLocation = #_sourceLocation)
  throws
{
  let verification = try JournalVerifier.verify(stateDirectory: stage.state)
  #expect(verification.findings.isEmpty, "the chain", sourceLocation: location)
  let kept = try KeptRecords(stage)
  #expect(kept.lines.count == Int(kept.lines.last?.sequence ?? 0), "gapless", sourceLocation: location)
  #expect(StoryLog.problems(kept.lines) == [], "the journal replays", sourceLocation: location)
  proveOutcomes(kept, location)
  for terminal in stage.paper.agents { proveBooks(terminal, kept, location) }
  guard let database else { return }
  let rows = try database.psql("SELECT record FROM trading.agent_logs ORDER BY id").split(separator: "\n")
  #expect(
    rows.map(String.init) == kept.lines.map(\.text), "the database has the log's very lines", sourceLocation: location)
}

/// Every intent ends in at most one final word, and that never changes.
private func proveOutcomes(_ kept: KeptRecords, _ location: SourceLocation) {
  var final: Set<String> = []
  for record in kept.records where record.type == .outcome || record.type == .resolved {
    let id = record.actionID ?? ""
    #expect(final.insert(id).inserted, "action \(id) ended twice", sourceLocation: location)
  }
}

/// No intent was executed twice, and nothing was executed that no intent asked for.
private func proveBooks(_ terminal: ServedTerminal, _ kept: KeptRecords, _ location: SourceLocation) {
  #expect(terminal.statistics.repeatedRequestIDs == 0, "a request came twice", sourceLocation: location)
  let intents = Set(kept.of(.intent).compactMap(\.actionID))
  var executed: Set<String> = []
  var marks: Set<String> = []
  for execution in terminal.books.executions where execution.cause == .client {
    let id = String((execution.requestID ?? "").prefix { $0 != "." })
    #expect(intents.contains(id), "\(execution.kind) without an intent", sourceLocation: location)
    #expect(executed.insert(id).inserted, "action \(id) ran twice", sourceLocation: location)
    if execution.kind == .opened {
      #expect(marks.insert(execution.comment).inserted, "the mark \(execution.comment) twice", sourceLocation: location)
    }
  }
}

extension KeptRecords {
  /// Intents that have no final word.
  var open: [String] {
    var open: [String] = []
    for record in records {
      guard let id = record.actionID else { continue }
      switch record.type {
      case .intent: if !open.contains(id) { open.append(id) }
      case .outcome, .resolved: open.removeAll { $0 == id }
      default: break
      }
    }
    return open
  }
}

extension TestDatabase {
  /// As `--database` takes it.
  var url: String { "host=\(server.socketDirectory) dbname=\(name) user=mt4" }
}

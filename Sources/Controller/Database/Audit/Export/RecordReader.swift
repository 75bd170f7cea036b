// Export: the record as a folder that anybody can keep and verify without this program's database or state. It holds the
// exact lines; tables derive from them. Everything is streamed: memory does not grow with the record.

import CDispatch
import Foundation
import Glibc
import Reconciler

/// Why there is no export, or why one cannot be verified.
public struct ExportError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }

  init(_ error: JournalError) { description = error.description }
}

/// A part of a chain, without a gap.
struct ChainSpan: Hashable, Sendable {
  var chain: String
  var first: Int64
  /// `nil`: to the end.
  var last: Int64?
}

/// Where an export reads the record.
protocol RecordReader {
  /// `database` or `journal`, for the manifest.
  var kind: String { get }
  /// The part of each chain from the first record made at `since` or later up to the one before the first after it that
  /// was made at `until` or later: whole, whatever the clock did in between.
  func spans(since: Timestamp?, until: Timestamp?) throws -> [ChainSpan]
  /// Every line in order, as it is kept, also one that cannot be read.
  func lines(_ span: ChainSpan, _ body: (_ text: String) throws -> Void) throws
  /// Those of one chain, in order; to be asked before the lines.
  func checkpoints(of chain: String) throws -> [Checkpoint]
  /// Each revision with the files that were declared, as one object.
  func revisions(_ body: (JSONValue) throws -> Void) throws
  /// The ids that an agent's id or name can mean; empty when nothing is known of it.
  func agents(named text: String) throws -> Set<String>
}

/// The local journal, read without its lock; it may be in use.
struct JournalRecords: RecordReader {
  let stateDirectory: String
  let kind = "journal"
  private let checkpoints: [Checkpoint]
  private let segments: [Segment]
  private var directory: String { stateDirectory + "/journal" }

  /// Fixes the end: what is written from here on is not seen.
  init(stateDirectory: String) throws(JournalError) {
    self.stateDirectory = stateDirectory
    checkpoints = try Self.allCheckpoints(stateDirectory)
    segments = try JournalOpening.segments(in: stateDirectory + "/journal")
  }

  static func allCheckpoints(_ stateDirectory: String) throws(JournalError) -> [Checkpoint] {
    let path = CheckpointFile.path(stateDirectory)
    guard FileReader.exists(path) else { return [] }
    var found: [Checkpoint] = []
    try CheckpointFile.each(path) { (checkpoint, _) throws(JournalError) in
      if let checkpoint { found.append(checkpoint) }
      return true
    }
    return found
  }

  func spans(since: Timestamp?, until: Timestamp?) throws -> [ChainSpan] {
    var span: ChainSpan?
    try each { text in
      guard let line = try? JournalLine.parse(text) else { return true }
      if span == nil {
        if let since, let made = line.record?.createdAt, made < since { return true }
        span = ChainSpan(chain: line.chain, first: line.sequence)
        if since == nil, until == nil { return false }
      }
      if let until, let made = line.record?.createdAt, made >= until {
        span?.last = line.sequence - 1
        return false
      }
      return until != nil
    }
    guard let span, span.last.map({ $0 >= span.first }) ?? true else { return [] }
    return [span]
  }

  func lines(_ span: ChainSpan, _ body: (_ text: String) throws -> Void) throws {
    var next: Int64?
    try each { text in
      // A line that cannot be read has the place after the one before it.
      let sequence = (try? JournalLine.parse(text))?.sequence ?? next ?? segments.first?.first ?? 1
      next = sequence + 1
      if let last = span.last, sequence > last { return false }
      if sequence >= span.first { try body(text) }
      return true
    }
  }

  func checkpoints(of chain: String) throws -> [Checkpoint] { checkpoints.filter { $0.chain == chain } }

  func revisions(_ body: (JSONValue) throws -> Void) throws {
    let store = RevisionStore(stateDirectory: stateDirectory)
    for summary in try store.list().revisions {
      let revision = try store.revision(summary.number)
      var files: [String: JSONValue] = [:]
      for file in revision.files { files[file.name] = .string(String(decoding: file.bytes, as: UTF8.self)) }
      try body(
        .fields([
          "revision": .int(revision.number), "sha256": .string(revision.fingerprint),
          "loaded_at": .time(revision.loadedAt), "actor": .string(revision.actor),
          "git_commit": revision.gitCommit.map { .string($0) }, "files": .object(files),
          "normalised": revision.normalised,
        ]))
    }
  }

  func agents(named text: String) throws -> Set<String> {
    let ids = LocalAudit(stateDirectory: stateDirectory).agents(named: text)
    guard ids.count == 1 else { return ids }
    var isKnown = false
    try each { line in
      isKnown = (try? JSONParser.parse(line))?["agent_id"]?.string == text
      return !isKnown
    }
    return isKnown ? ids : []
  }

  private func each(_ body: (_ text: String) throws -> Bool) throws {
    for segment in segments {
      let file = try DiskFile(path: directory + "/" + segment.name, flags: O_RDONLY)
      var reader = SegmentReader(file: file, limit: segment.bytes)
      while let raw = try reader.next(), raw.isTerminated {
        guard try body(String(decoding: raw.bytes, as: UTF8.self)) else { return }
      }
    }
  }
}

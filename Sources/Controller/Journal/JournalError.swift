/// Why the journal cannot do what was asked. Names files, offsets and sequences, never the content of a record.
public enum JournalError: Error, Hashable, Sendable {
  /// Another process holds the state directory; `pid` as it wrote it down, if that can be read.
  case locked(path: String, pid: Int32?)
  /// The state directory cannot be used.
  case directory(path: String, problem: String)
  /// A system call failed.
  case system(operation: String, path: String, errno: Int32)
  /// A line, taken by itself, is not a record's line.
  case line(problem: String)
  /// What is on disk is not what was written.
  case damaged(file: String, offset: Int64, problem: String)
  /// Records that were durable are gone from the end.
  case tailCut(head: Int64, last: Int64)
  /// A checkpoint covers a record that the log does not have any more.
  case checkpointBeyond(path: String, sequence: Int64, last: Int64)
  /// There are records and no head, which is there before the first record: somebody removed it.
  case headMissing(path: String, last: Int64)
  /// The caller left out or repeated a sequence.
  case outOfOrder(expected: Int64, got: Int64)
  /// Too much is waiting to be written; the caller must stop.
  case overflow(limit: Int)
  /// The disk, or the log's bound, and then the reserve are used up.
  case exhausted(problem: String)
  /// The record is older than the oldest one that is kept here.
  case gone(sequence: Int64, oldest: Int64)
  /// The reader of `replay` refused a record.
  case refused(sequence: Int64, problem: String)
  /// `close` was called.
  case closed

  /// A short stable word for metrics and logs.
  public var code: String {
    switch self {
    case .locked: "journal_locked"
    case .directory: "journal_directory"
    case .system: "journal_system"
    case .line: "journal_line"
    case .damaged: "journal_damaged"
    case .tailCut: "journal_tail_cut"
    case .checkpointBeyond: "journal_tail_cut"
    case .headMissing: "journal_head_missing"
    case .outOfOrder: "journal_out_of_order"
    case .overflow: "journal_overflow"
    case .exhausted: "journal_exhausted"
    case .gone: "journal_gone"
    case .refused: "journal_refused"
    case .closed: "journal_closed"
    }
  }
}

extension JournalError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .locked(let path, let pid):
      let holder = pid.map { "process \($0)" } ?? "another process"
      return "\(path) is held by \(holder); only one controller may use a state directory: stop the other one first"
    case .directory(let path, let problem):
      return "the state directory \(path) cannot be used: \(problem)"
    case .system(let operation, let path, let errno):
      return "\(operation) \(path): \(SystemText.message(errno))"
    case .line(let problem): return "not a journal line: \(problem)"
    case .damaged(let file, let offset, let problem):
      return "\(file) is damaged at byte \(offset): \(problem)"
    case .tailCut(let head, let last):
      return "the journal's tail was cut: head says \(head), the log ends with \(last)"
    case .checkpointBeyond(let path, let sequence, let last):
      return
        "the journal's tail was cut: a checkpoint in \(path) covers record \(sequence), the log ends with \(last); bring "
        + "the journal back from a newer copy, or start with an empty state directory"
    case .headMissing(let path, let last):
      return
        "\(path) is missing, though the log ends with record \(last): whether its tail was cut cannot be told; "
        + "compare it with the database (mt4ctl audit verify) and bring the file back from a copy, or start with an "
        + "empty state directory"
    case .outOfOrder(let expected, let got):
      return "record \(got) does not follow: the next sequence is \(expected)"
    case .overflow(let limit): return "more than \(limit) records wait to be written"
    case .exhausted(let problem): return "no space is left for records: \(problem)"
    case .gone(let sequence, let oldest):
      return "record \(sequence) is no longer kept here: the oldest is \(oldest)"
    case .refused(let sequence, let problem): return "record \(sequence) cannot be replayed: \(problem)"
    case .closed: return "the journal is closed"
    }
  }
}

// Recording: the flight recorder. Everything that went into the core, in its order and with its moments, so that a later
// replay can let a core decide anew and compare (`mt4ctl replay STATE --recording DIR`). `Coding` turns an event into a
// line and back, `Writing` keeps the lines beside a running controller without ever holding it up, `Reading` replays them.
// Nothing here decides anything, and nothing here may be waited for by the loop.

import Reconciler

/// One thing that went into the core, when, and what came of it as far as no record of the journal tells it.
struct RecordedEvent: Sendable {
  enum Input: Sendable {
    case event(Event)
    /// The loop's last word to the core: `Reconciler.stopped(at:)`.
    case stopped
  }

  var input: Input
  var moment: Moment
  /// The number of the last record after it; `nil` when it made none.
  var lastSequence: Int64?
  /// What was handed to terminals in consequence, in order.
  var sends: [TradeRequest] = []
}

/// What a recording begins with: all that a replay needs beside the journal.
struct RecordingHead: Hashable, Sendable {
  /// Of the file format. A reader takes its own and older ones.
  static let format = 1

  /// The program that recorded it.
  var version: String
  var chain: String
  /// The first record that the start folded; 0 in a new state directory.
  var foldedFrom: Int64
  /// The last one.
  var foldedTo: Int64
  /// Between two polls of one agent.
  var interval: Duration
  /// What the first line counts from.
  var moment: Moment
}

/// The last line of a recording that has one.
enum RecordingEnd: Hashable, Sendable {
  /// The controller stopped in good order: nothing is missing.
  case stopped
  /// It was given up while the controller went on; the message says why.
  case gaveUp(String)
}

/// Why a recording cannot be written or read.
public enum RecordingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A line or a part of one is not what this version writes; the path leads to the member.
  case malformed(path: String, problem: String)
  /// The same, with its place.
  case line(file: String, number: Int, problem: String)
  /// There is nothing to replay, or it does not fit the journal.
  case unusable(String)
  case system(operation: String, path: String, errno: Int32)

  public var description: String {
    switch self {
    case .malformed(let path, let problem): path.isEmpty ? problem : "\(path): \(problem)"
    case .line(let file, let number, let problem): "\(file), line \(number): \(problem)"
    case .unusable(let problem): problem
    case .system(let operation, let path, let code): "cannot \(operation) \(path): \(SystemText.message(code))"
    }
  }

  /// The same, one level further out.
  func within(_ name: String) -> RecordingError {
    guard case .malformed(let path, let problem) = self else { return self }
    return .malformed(path: path.isEmpty ? name : "\(name).\(path)", problem: problem)
  }
}

/// Where and how much is recorded.
public struct RecordingOptions: Sendable {
  /// Of all recordings.
  public var directory: String
  /// All recordings together, in bytes. Whole older ones make room; a recording that fills it alone ends.
  public var limitBytes: Int64 = 1_000_000_000

  /// A file of a recording is begun anew beyond this.
  var segmentBytes: Int64 = 64 << 20
  /// A recording ends before the disk has less: the journal may need it.
  var minimumFreeBytes: Int64 = 256 << 20
  /// What may wait to be written, in events; a look counts as one and one more for each of its rows.
  var maximumWaiting = 65_536
  var files: any RecordingFiles = SystemRecordingFiles()

  public init(directory: String) { self.directory = directory }
}

/// How a recording is.
public enum RecordingState: String, Hashable, Sendable, CaseIterable {
  /// None was asked for.
  case off
  case recording
  /// It ended before the controller did: what follows is not in it.
  case ended
}

/// What is known of the recording of this process.
struct RecordingStatus: Hashable, Sendable {
  var state = RecordingState.off
  /// Written by this process.
  var bytes: Int64 = 0
  var events: Int64 = 0
  /// What a person should know; empty while there is nothing.
  var problem = ""
}

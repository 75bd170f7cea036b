import Reconciler

/// One recording: what one process saw, from its start on. A folder of numbered files.
public struct RecordedRun: Hashable, Sendable {
  /// Its folder.
  public let path: String
  /// In the order of their lines.
  let files: [String]
  let bytes: Int64

  static let prefix = "run-"

  /// The recordings at a place, oldest first: those of a `--recording` folder, or one by itself. Blocks on the disk.
  ///
  /// - Throws: when there is none.
  public static func find(_ path: String) throws(RecordingError) -> [RecordedRun] {
    let files = SystemRecordingFiles()
    if let own = try files.run(at: path) { return [own] }
    let runs = try files.runs(in: path)
    guard !runs.isEmpty else {
      throw .unusable("there is no recording in \(path): no folder such as run-20261121T080403.123456Z")
    }
    return runs
  }

  static func file(_ segment: Int) -> String {
    let digits = String(segment)
    return String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits + ".jsonl"
  }

  /// The number of a file of ours; `nil` for another one.
  static func segment(of name: String) -> Int? {
    guard name.hasSuffix(".jsonl"), let number = Int(name.dropLast(6)), number > 0, file(number) == name else {
      return nil
    }
    return number
  }
}

import Foundation

/// A folder on the disk that is measured, gone afterwards. `BENCH_DIR` says which disk.
public struct WorkFolder {
  public let path: String

  public init() throws {
    let place = ProcessInfo.processInfo.environment["BENCH_DIR"] ?? NSTemporaryDirectory()
    path = place + "/mt4-bench-\(getpid())"
    try FileManager.default.createDirectory(
      atPath: path + "/manifests", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
  }

  public func remove() { try? FileManager.default.removeItem(atPath: path) }
}

import Foundation

/// Asks `git` whether a folder is as it was committed.
enum GitStatus {
  /// After so long there is no answer.
  private static let limit: Duration = .seconds(5)
  private static let programs = ["/usr/bin/git", "/usr/local/bin/git", "/bin/git"]

  /// `nil` without git, without an answer in time, and where git refuses: a work tree of somebody whom it does not trust.
  ///
  /// Nothing that the repository's own configuration names is run. Blocks.
  static func isClean(_ path: String) -> Bool? {
    guard let git = programs.first(where: FileReader.exists) else { return nil }
    let isFolder = FileReader.isFolder(path)
    let folder = isFolder ? path : (path as NSString).deletingLastPathComponent
    let name = isFolder ? "." : (path as NSString).lastPathComponent
    let process = Process()
    process.executableURL = URL(fileURLWithPath: git)
    process.arguments = [
      "-C", folder.isEmpty ? "." : folder, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "status",
      "--porcelain", "--untracked-files=all", "--ignored=matching", "--ignore-submodules=all", "--", name,
    ]
    process.environment = ["GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", "HOME": "/nonexistent", "PATH": "/usr/bin:/bin"]
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    guard (try? process.run()) != nil else { return nil }
    // One byte tells; what git still wants to say is not waited for.
    let timer = DispatchSource.makeTimerSource()
    timer.schedule(deadline: .now() + .milliseconds(Int(limit.inWholeMilliseconds)))
    timer.setEventHandler { kill(process.processIdentifier, SIGKILL) }
    timer.resume()
    let first = try? pipe.fileHandleForReading.read(upToCount: 1)
    try? pipe.fileHandleForReading.close()
    process.waitUntilExit()
    timer.cancel()
    if let first, !first.isEmpty { return false }
    return process.terminationReason == .exit && process.terminationStatus == 0 ? true : nil
  }
}

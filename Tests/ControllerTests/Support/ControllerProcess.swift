import Foundation
import Testing

/// The built `mt4ctl` as a process of its own, its output in files.
final class ControllerProcess {
  let process = Process()
  private let folder: String

  /// Beside this test's own executable, unless chaos brings another one.
  static var binary: String {
    get throws {
      if let program = ChaosPlan.program { return program }
      let here = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
      let path = URL(fileURLWithPath: here).deletingLastPathComponent().appendingPathComponent("mt4ctl").path
      try #require(FileManager.default.isExecutableFile(atPath: path), "mt4ctl is not built beside \(here)")
      return path
    }
  }

  init(_ arguments: [String], in folder: String, environment: [String: String] = [:]) throws {
    self.folder = folder + "/process-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
    for name in ["out", "err"] { _ = FileManager.default.createFile(atPath: "\(self.folder)/\(name)", contents: nil) }
    process.executableURL = URL(fileURLWithPath: try Self.binary)
    process.arguments = arguments
    var inherited = ["PATH": "/usr/bin:/bin"]
    inherited["MT4_PLANTED"] = ChaosPlan.bug
    // Under a sanitizer its process is one, too.
    for name in ["LD_PRELOAD", "TSAN_OPTIONS", "ASAN_OPTIONS"] {
      inherited[name] = ProcessInfo.processInfo.environment[name]
    }
    process.environment = inherited.merging(environment) { _, new in new }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: "\(self.folder)/out")
    process.standardError = FileHandle(forWritingAtPath: "\(self.folder)/err")
    try process.run()
  }

  /// A controller of `stage`, on a free port.
  static func run(_ stage: Stage, database: String, _ more: [String] = []) throws -> ControllerProcess {
    try ControllerProcess(
      [
        "run", "--manifests", stage.manifests, "--state", stage.state, "--database", database, "--listen",
        "127.0.0.1:0", "--interval", "100ms",
      ] + more, in: stage.folder)
  }

  /// Runs to the end.
  static func output(
    _ arguments: [String], in stage: Stage
  ) async throws -> (code: Int32, out: String, error: String) {
    let it = try ControllerProcess(arguments, in: stage.folder)
    let code = try await it.ended()
    return (code, it.out, it.error)
  }

  var out: String { (try? String(contentsOfFile: "\(folder)/out", encoding: .utf8)) ?? "" }
  var error: String { (try? String(contentsOfFile: "\(folder)/err", encoding: .utf8)) ?? "" }

  /// It is up once it says where it serves.
  func ready() async throws {
    try await eventually(seconds: 60, "mt4ctl serves: \(error)") { error.contains("serving on") || !process.isRunning }
    try #require(process.isRunning, "mt4ctl ended: \(error)")
  }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// As a power cut: no word of warning.
  func murder() async throws {
    signal(SIGKILL)
    _ = try await ended()
  }

  /// Its exit code; minus the signal that ended it. One that does not end in a minute is killed.
  func ended() async throws -> Int32 {
    try await eventually(seconds: 60, "mt4ctl ends: \(error)") { !process.isRunning }
    if process.isRunning { signal(SIGKILL) }
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
}

// Harness: processes, options and figures. Each benchmark runs the product beside its limit in one run, because on a shared
// machine only the ratio of two neighbours means anything; that is why this is a harness of its own.

import Foundation

/// A process that was started here, and what it uses.
public final class Child {
  private let process = Process()
  private let output = Pipe()

  public init(_ program: String, _ arguments: [String], log: String? = nil) throws {
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardOutput = output
    if let log {
      _ = FileManager.default.createFile(atPath: log, contents: nil)
      process.standardError = FileHandle(forWritingAtPath: log)
    }
    try process.run()
  }

  /// This very program, in another role.
  public static func own(_ arguments: [String]) throws -> Child {
    try Child("/proc/self/exe".resolved, arguments)
  }

  public var pid: Int32 { process.processIdentifier }
  public var isRunning: Bool { process.isRunning }

  public func signal(_ number: Int32) { kill(pid, number) }

  /// User and system time, in seconds.
  public var cpu: Double {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return 0 }
    let fields = text[end...].split(separator: " ")
    return ((Double(fields[12]) ?? 0) + (Double(fields[13]) ?? 0)) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// Resident memory that is the process's own, in megabytes.
  public var memory: Double {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else { return 0 }
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
  }

  /// Waits for the first line on its standard output.
  public func firstLine() -> String {
    var bytes = Data()
    while true {
      let next = output.fileHandleForReading.readData(ofLength: 1)
      if next.isEmpty || next == Data("\n".utf8) { break }
      bytes += next
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Ends it, and returns what else it wrote.
  @discardableResult
  public func end() -> String {
    if process.isRunning { process.terminate() }
    let rest = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: rest, as: UTF8.self)
  }
}

extension String {
  fileprivate var resolved: String { (try? FileManager.default.destinationOfSymbolicLink(atPath: self)) ?? self }
}

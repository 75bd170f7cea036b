// Harness: processes, times and figures. Each benchmark runs the product beside its limit in one run, because on a shared
// machine only the ratio of two neighbours means anything; that is why this is a harness of its own.

import CBare
import Foundation

/// A process that was started here, and what it uses.
final class Child {
  private let process = Process()
  private let output = Pipe()

  init(_ program: String, _ arguments: [String], log: String? = nil) throws {
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardOutput = output
    if let log {
      FileManager.default.createFile(atPath: log, contents: nil)
      process.standardError = FileHandle(forWritingAtPath: log)
    }
    try process.run()
  }

  /// This very program, in another role.
  static func own(_ arguments: [String]) throws -> Child {
    try Child("/proc/self/exe".resolved, arguments)
  }

  var pid: Int32 { process.processIdentifier }
  var isRunning: Bool { process.isRunning }

  func signal(_ number: Int32) { kill(pid, number) }

  /// User and system time, in seconds.
  var cpu: Double {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return 0 }
    let fields = text[end...].split(separator: " ")
    return (Double(fields[12]) ?? 0 + 0) / Double(sysconf(Int32(_SC_CLK_TCK)))
      + (Double(fields[13]) ?? 0) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// Resident memory that is the process's own, in megabytes.
  var memory: Double {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else { return 0 }
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
  }

  /// Waits for the first line on its standard output.
  func firstLine() -> String {
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
  func end() -> String {
    if process.isRunning { process.terminate() }
    let rest = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: rest, as: UTF8.self)
  }
}

extension String {
  var resolved: String { (try? FileManager.default.destinationOfSymbolicLink(atPath: self)) ?? self }
}

/// A folder that is gone afterwards.
struct WorkFolder {
  let path: String

  init() throws {
    path = (ProcessInfo.processInfo.environment["BENCH_DIR"] ?? NSTemporaryDirectory()) + "/mt4-bench-\(getpid())"
    try FileManager.default.createDirectory(
      atPath: path + "/manifests", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}

func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }

/// The value below which `share` of the sorted values lie.
func percentile(_ values: [Double], _ share: Double) -> Double {
  guard !values.isEmpty else { return .nan }
  let sorted = values.sorted()
  return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
}

func round(_ value: Double, _ places: Int = 2) -> String { String(format: "%.\(places)f", value) }

/// One line of a report: what was reached, its limit, and what was wanted.
func tell(_ what: String, _ figures: String) {
  print(what.padding(toLength: max(28, what.count + 1), withPad: " ", startingAt: 0) + figures)
  fflush(nil)
}

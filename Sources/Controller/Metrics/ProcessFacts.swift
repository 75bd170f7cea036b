import Foundation
import Glibc

/// What the kernel says of this process. A figure that it does not give is `nil`, and its metric has no sample.
struct ProcessFacts: Sendable {
  /// In hundredths of a second, as the kernel counts.
  var cpuTicks: Int64?
  /// Since 1970 in UTC, in hundredths of a second.
  var startTicks: Int64?
  var residentBytes: Int64?
  var virtualBytes: Int64?
  var threads: Int64?
  var openFiles: Int?
  var maximumFiles: Int?

  /// The kernel's unit of time in `/proc`; it is 100 on every Linux that there is.
  static let ticksPerSecond = Int64(sysconf(Int32(_SC_CLK_TCK)))

  /// Reads `/proc`: not for the cooperative pool.
  static func read() -> ProcessFacts {
    var facts = ProcessFacts()
    // The name of the program stands in brackets and may hold anything.
    let stat = text("/proc/self/stat")
    let fields = stat.suffix(from: stat.lastIndex(of: ")") ?? stat.startIndex).split(separator: " ").map { Int64($0) }
    // Counted from the state, which is the third field of the kernel's list and stands at 1 here.
    if fields.count > 22 {
      facts.cpuTicks = fields[12].flatMap { user in fields[13].map { user + $0 } }
      facts.threads = fields[18]
      facts.virtualBytes = fields[21]
      facts.residentBytes = fields[22].map { $0 * Int64(sysconf(Int32(_SC_PAGESIZE))) }
      if let boot = bootSeconds(), let start = fields[20] { facts.startTicks = boot * ticksPerSecond + start }
    }
    facts.openFiles = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count
    var limit = rlimit()
    if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      facts.maximumFiles = Int(clamping: limit.rlim_cur)
    }
    return facts
  }

  private static func bootSeconds() -> Int64? {
    for line in text("/proc/stat").split(separator: "\n") where line.hasPrefix("btime ") {
      return Int64(line.dropFirst("btime ".count))
    }
    return nil
  }

  private static func text(_ path: String) -> String {
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }
}

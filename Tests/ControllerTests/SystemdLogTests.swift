import CDispatch
import CoreFoundation
import Foundation
import Logging
import Reconciler
import Synchronization
import Testing

@testable import Controller

/// The forms of the log, and that nobody waits for it.
struct SystemdLogTests {
  private let line = LogLine(
    time: Timestamp(microseconds: 0), level: .warning, message: "closed\nby policy",
    values: ["agent": "agent_1", "action": "lo2cez", "reason": "pair_not_allowed", "revision": "4", "pass": "17"])

  @Test func `an entry for the journal has its fields, and the agent's name beside its id`() throws {
    let names = AgentNames()
    try names.update([agent()])
    let fields = JournalFields.of(line, names: names)
    #expect(
      fields == [
        "MESSAGE=closed\nby policy", "PRIORITY=4", "SYSLOG_IDENTIFIER=mt4-controller", "ACTION=lo2cez", "AGENT=atlas",
        "AGENT_ID=agent_1", "PASS=17", "REASON=pair_not_allowed", "REVISION=4",
      ])
  }

  private func agent() throws -> AgentSpec {
    let loaded = try ManifestFixture.accepted(ManifestFixture.load(ManifestFixture.agent))
    return try #require(loaded.fleet.agents.first)
  }

  @Test func `an agent without a name is shown by its id`() {
    #expect(JournalFields.of(line, names: AgentNames()).contains("AGENT=agent_1"))
  }

  @Test func `a line of JSON is one line that can be parsed`() throws {
    let bytes = line.json.canonicalBytes
    #expect(!bytes.contains(10))
    let parsed = try JSONParser.parse(bytes)
    #expect(parsed["message"]?.string == "closed\nby policy")
    #expect(parsed["level"]?.string == "warning")
    #expect(parsed["pass"]?.string == "17")
  }

  @Test func `a line of text is one line`() {
    #expect(line.text.hasPrefix("1970-01-01T00:00:00.000Z WARNING agent_1  closed by policy  action=lo2cez "))
  }

  @Test func `a reader that does not read holds up nobody, and is told what it missed`() async throws {
    let isOpen = Mutex(false)
    let lines: Box = Box()
    let log = ServiceLog(format: .text, names: AgentNames()) { line in
      while !isOpen.withLock({ $0 }) { usleep(1000) }
      lines.value.withLock { $0.append(line.message) }
    }
    let logger = log.logger(.info)
    // The writer may have taken one queue full before it is held up.
    let count = 2 * ServiceLog.capacity + 500
    for number in 0..<count { logger.info("line \(number)") }
    isOpen.withLock { $0 = true }
    try await eventually("the rest arrives") {
      lines.value.withLock { $0.contains { $0.contains("were dropped here") } }
    }
    await Blocking.value("test") { log.flush() }
    let written = lines.value.withLock { $0 }
    #expect(written.first == "line 0")
    #expect(written.count > ServiceLog.capacity)
  }

  private final class Box: Sendable {
    let value: Mutex<[String]> = Mutex([])
  }

  @Test(arguments: [
    ["JOURNAL_STREAM": "1:2"], ["JOURNAL_STREAM": "nonsense"], ["JOURNAL_STREAM": ""], [:],
  ])
  func `another stream than stderr is no journal`(_ environment: [String: String]) {
    #expect(LogFormat.fitting(environment) == .text)
  }

  @Test func `stderr by its device and inode is the journal`() {
    var info = stat()
    #expect(fstat(2, &info) == 0)
    #expect(LogFormat.fitting(["JOURNAL_STREAM": "\(info.st_dev):\(info.st_ino)"]) == .journal)
  }
}

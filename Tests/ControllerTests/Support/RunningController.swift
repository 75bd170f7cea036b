import Bridge
import Foundation
import Logging
import Reconciler
import Synchronization
import Testing

@testable import Controller

/// The real service in this process, and what it said and recorded.
final class RunningController: Sendable {
  private struct Heard {
    var records: [Record] = []
    var lines: [String] = []
    var port: Int?
    var code: Int32?
  }

  let service: ControllerService
  private let heard: HeardBox
  private let task: Task<Int32, Never>

  private final class HeardBox: Sendable {
    let value = Mutex(Heard())
  }

  /// - Parameters:
  ///   - database: `embedded` or a libpq string.
  ///   - onRecord: runs as each record is made, before anything that follows from it.
  init(
    _ stage: Stage, database: String, seams: ServiceSeams = ServiceSeams(), port: Int = 0, watch: Bool = false,
    retention: Duration = .seconds(30 * 86_400), onRecord: @escaping @Sendable (Record) -> Void = { _ in }
  ) throws {
    let heard = HeardBox()
    self.heard = heard
    var options = ControllerOptions(
      manifests: stage.manifests, database: database, state: stage.state,
      listen: try #require(ListenAddress("127.0.0.1:\(port)")), environment: [:])
    options.interval = .milliseconds(100)
    options.watch = watch
    options.journalRetention = retention
    let log = Logger(label: "test") { _ in
      KeptLog { line in heard.value.withLock { $0.lines.append(line) } }
    }
    let service = ControllerService(options: options, log: log, seams: seams) { record in
      heard.value.withLock { $0.records.append(record) }
      onRecord(record)
    }
    self.service = service
    task = Task {
      let code = await service.run { port in heard.value.withLock { $0.port = port } }
      heard.value.withLock { $0.code = code }
      return code
    }
  }

  /// Runs one for `body`; drains it afterwards, whatever happened there.
  static func with(
    _ stage: Stage, database: String, seams: ServiceSeams = ServiceSeams(), watch: Bool = false,
    onRecord: @escaping @Sendable (Record) -> Void = { _ in }, _ body: (RunningController) async throws -> Void
  ) async throws {
    let controller = try RunningController(stage, database: database, seams: seams, watch: watch, onRecord: onRecord)
    do {
      try await eventually("the controller is ready") { controller.port != nil || controller.code != nil }
      try await body(controller)
    } catch {
      await controller.stop()
      throw error
    }
    await controller.stop()
  }

  var records: [Record] { heard.value.withLock { $0.records } }
  /// What an operator would have read.
  var log: [String] { heard.value.withLock { $0.lines } }
  /// `nil` before it serves.
  var port: Int? { heard.value.withLock { $0.port } }
  /// `nil` while it runs.
  var code: Int32? { heard.value.withLock { $0.code } }

  func records(_ type: EventType) -> [Record] { records.filter { $0.type == type } }

  func status(_ id: String = "agent_1") -> AgentStatus? { service.board.picture?.agents[AgentID(id)] }

  func condition(_ kind: Condition.Kind, _ id: String = "agent_1") -> Condition? {
    status(id)?.conditions.first { $0.kind == kind }
  }

  var database: JournalFacts.Database? { service.board.picture?.fleet.journal.database }

  @discardableResult
  func stop() async -> Int32 {
    service.stop()
    return await task.value
  }

  /// Its end, without being told to; one that goes on for a minute fails the test and is stopped.
  func end() async throws -> Int32 {
    try await eventually(seconds: 60, "it ends by itself") { code != nil }
    return await stop()
  }
}

/// A log that is kept, a text a line.
private struct KeptLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info
  let keep: @Sendable (String) -> Void

  init(_ keep: @escaping @Sendable (String) -> Void) { self.keep = keep }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { keep("\(event.level) \(event.message)") }
}

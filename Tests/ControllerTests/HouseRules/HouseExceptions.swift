/// The one place where exceptions from the house rules stand, each with its reason. One that is no longer needed fails too.
struct HouseException: Hashable {
  let rule: HouseRule
  let path: String
  let why: String

  static let all: [HouseException] = [
    .init(
      .blocking, "Sources/Controller/Database/Embedded/EmbeddedPostgres.swift",
      "the thread that keeps the server alive, and whoever stops it from a thread of its own"),
    .init(.blocking, "Sources/Controller/Database/Shipper/Shipper.swift", "the shipper's own thread"),
    .init(.blocking, "Sources/Controller/Journal/BatchWrite.swift", "the journal's own thread"),
    .init(.blocking, "Sources/Controller/Loop/Mailbox.swift", "the loop's own thread"),
    .init(
      .blocking, "Sources/Controller/Service/ControllerService+Start.swift", "the start, on a thread of its own"),
    .init(.blocking, "Sources/Controller/Service/ControllerService+Serve.swift", "the stop, on a thread of its own"),
    .init(
      .blocking, "Sources/Controller/Service/ControllerService+Control.swift", "a client's thread waits for its answer"),
    .init(
      .blocking, "Sources/Controller/Recording/Writing/EventRecorder.swift",
      "the recorder's own thread, and the stop that waits for it"),
    .init(
      .blocking, "Sources/Controller/Manifest/Reading/ReadingThreads.swift",
      "threads of a reading's own, for as long as it takes"),
    .init(.blocking, "Sources/Controller/Service/ServiceManager.swift", "the thread that tells the service manager"),
    .init(.blocking, "Sources/Controller/Log/ServiceLog.swift", "the log's own thread"),
    .init(
      .binaryFloat, "Sources/Controller/Database/Embedded/EmbeddedPostgres.swift", "seconds until a deadline"),
    .init(.binaryFloat, "Sources/Controller/Database/Embedded/Postmaster.swift", "seconds until a deadline"),
    .init(.binaryFloat, "Sources/Controller/Database/Shipper/Shipper.swift", "seconds until a deadline"),
    .init(.binaryFloat, "Sources/Controller/Manifest/ZoneDatabase.swift", "Foundation's zone rules speak of seconds"),
    .init(
      .unsortedOrder, "Sources/Reconciler/Agent/AgentMemory+Merge.swift", "each target's entry is set by itself"),
    .init(
      .unsortedOrder, "Sources/Reconciler/Reconciler+Journal.swift", "each memory is encoded by itself; the text sorts"),
    .init(.unsortedOrder, "Sources/Reconciler/Risk/FleetLedger.swift", "exact sums, the same in any order"),
    .init(.ownEnumDefault, "Sources/Bridge/Decoding/TextCleaner.swift", "Unicode's categories, not ours"),
    .init(.length, "Tests/ReconcilerTests/ReconcileTests.swift", "one table of the planner's rules"),
    .init(.length, "Tests/ReconcilerTests/DailyLossTests.swift", "one table of the day's rules"),
    .init(.length, "Tests/ReconcilerTests/DailyLossFlowTests.swift", "one table of flows"),
    .init(.length, "Tests/ControllerTests/DatabaseAuditTests.swift", "what an auditor finds, change by change"),
  ]

  init(_ rule: HouseRule, _ path: String, _ why: String) {
    self.rule = rule
    self.path = path
    self.why = why
  }
}

/// Rules that have exceptions.
enum HouseRule: String, CaseIterable {
  case blocking, binaryFloat, length, unsortedOrder, ownEnumDefault, forced
}

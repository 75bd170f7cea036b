import Foundation
import Glibc
import PaperTerminal
import Reconciler
import Testing

@testable import Controller

/// A disk that fills up under the state directory: opens stop first, closes go on from the reserve, and when that is gone
/// nothing is sent and the process ends.
@Suite(.timeLimit(.minutes(5)))
struct BadDayDiskTests {
  /// Mounting a file system of our own takes root in a container that allows it.
  static let canMount: Bool = {
    guard getuid() == 0, let folder = try? temporaryFolder() else { return false }
    defer { try? FileManager.default.removeItem(atPath: folder) }
    guard (try? run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder)) != nil else { return false }
    return (try? run("umount", folder)) != nil
  }()

  private static let megabyte: Int64 = 1 << 20

  private static var seams: ServiceSeams {
    var seams = ServiceSeams()
    seams.journal.reserveBytes = megabyte
    seams.journal.minimumFreeBytes = 2 * megabyte
    return seams
  }

  /// A stage whose state directory is a disk of eight megabytes.
  private static func withSmallDisk(_ body: (Stage) async throws -> Void) async throws {
    try await Stage.with { stage in
      try FileManager.default.createDirectory(atPath: stage.state, withIntermediateDirectories: true)
      try run("mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs", stage.state)
      do { try await body(stage) } catch {
        try run("umount", "-l", stage.state)
        throw error
      }
      try run("umount", "-l", stage.state)
    }
  }

  /// Takes all room but `rest` bytes.
  private static func fill(_ stage: Stage, leaving rest: Int64) throws {
    let path = stage.state + "/ballast"
    let free = try SystemFiles().freeBytes(stage.state)
    let file = try DiskFile(path: path, flags: O_RDWR | O_CREAT)
    try SystemFiles().allocate(file, size: try file.size() + max(0, free - rest))
  }

  private static func empty(_ stage: Stage) throws {
    try FileManager.default.removeItem(atPath: stage.state + "/ballast")
  }

  @Test(.enabled(if: canMount, "a small disk is mounted, which takes root and CAP_SYS_ADMIN"))
  func `with little room opens are held, closes go on, and with room again it opens`() async throws {
    try await Self.withSmallDisk { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent { $0.targets = [] })
      try await RunningController.with(stage, database: database.url, seams: Self.seams) { controller in
        try await eventually("all is well") { controller.database == .up && controller.status()?.online == true }
        try Self.fill(stage, leaving: 0)
        try await eventually("the journal is short of room") {
          controller.service.board.picture?.fleet.journal.space != .ok
        }
        let rogue = try stage.rogue()
        try await eventually("the rogue is closed") { try !stage.positions().contains { $0.ticket == rogue } }
        #expect(controller.condition(.journalAvailable)?.status == .no)
        // A set that cannot be kept is no revision; the old one stays.
        try stage.declare(stage.agent())
        controller.service.reload(actor: "test")
        try await eventually("the set is refused, or its open is held") {
          controller.records(.revisionRejected).count + controller.records(.refused).count > 0
        }
        #expect(try stage.executions().allSatisfy { $0.kind != .opened })
        #expect(controller.code == nil)
        try Self.empty(stage)
        try await eventually("there is room again") { controller.service.board.picture?.fleet.journal.space == .ok }
        controller.service.reload(actor: "test")
        try await eventually("the target is open") { try stage.positions().map(\.symbol.text) == ["EURUSD"] }
      }
      try proveNothingWasLost(stage, database: database)
    }
  }

  @Test(.enabled(if: canMount, "a small disk is mounted, which takes root and CAP_SYS_ADMIN"))
  func `with no room left at all nothing is sent and it ends with 1; the next start takes it up`() async throws {
    try await Self.withSmallDisk { stage in
      let database = try TestDatabase.fresh()
      try stage.declare(stage.agent { $0.targets = [] })
      var seams = Self.seams
      seams.journal.reserveBytes = 4096
      let controller = try RunningController(stage, database: database.url, seams: seams)
      try await eventually("all is well") { controller.database == .up && controller.status()?.online == true }
      try Self.fill(stage, leaving: 0)
      // Every rogue costs records, until the reserve is used up.
      try await eventually(seconds: 60, "it ends") {
        if try stage.positions().isEmpty, controller.code == nil { try stage.rogue() }
        return controller.code != nil
      }
      #expect(try await controller.end() == 1)
      #expect(
        controller.log.contains { $0.contains("nothing is sent any more") && $0.contains("the reserve is used up") })
      try Self.empty(stage)
      try await RunningController.with(stage, database: database.url, seams: seams) { controller in
        try await eventually("policed again") { try stage.positions().isEmpty && controller.database == .up }
        try await eventually("every intent has ended") { controller.status()?.unresolved.isEmpty ?? false }
      }
      try proveNothingWasLost(stage, database: database)
    }
  }

  @Test func `with the bound of unshipped records nearly reached opens are held and closes go on`() async throws {
    try await Stage.with { stage in
      try stage.declare(stage.agent { $0.targets = [] })
      var seams = ServiceSeams()
      seams.journal.maximumUnshippedBytes = 4_000
      let nowhere = "host=\(stage.folder) dbname=x user=y"
      try await RunningController.with(stage, database: nowhere, seams: seams) { controller in
        for _ in 0..<4 {
          let rogue = try stage.rogue()
          try await eventually("the rogue is closed") { try !stage.positions().contains { $0.ticket == rogue } }
        }
        try await eventually("the bound is near") {
          controller.service.board.picture?.fleet.journal.space != .ok
        }
        let rogue = try stage.rogue()
        try await eventually("closes go on") { try !stage.positions().contains { $0.ticket == rogue } }
        #expect(controller.code == nil)
      }
      try proveNothingWasLost(stage)
    }
  }
}

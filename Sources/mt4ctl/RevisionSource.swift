import ArgumentParser
import Controller
import Foundation
import Reconciler

/// One revision as `history` and `diff` need it.
struct RevisionRow: Sendable {
  var number: Int
  var fingerprint: String
  var loadedAt: String
  var actor: String
  var commit: String?
  var rollbackOf: Int?
  var reason: String?
  var agents: Int?
  var isCurrent = false

  var json: JSONValue {
    .fields([
      "revision": .int(number), "sha256": .string(fingerprint), "loaded_at": .string(loadedAt),
      "actor": .string(actor), "git_commit": commit.map { .string($0) } ?? .null,
      "rollback_of": rollbackOf.map { .int($0) } ?? .null, "reason": reason.map { .string($0) } ?? .null,
      "agents": agents.map { .int($0) }, "current": .bool(isCurrent),
    ])
  }
}

/// All revisions, and what else is known of them.
struct RevisionList: Sendable {
  /// The newest first.
  var rows: [RevisionRow]
  /// Who holds an old one in force, and why.
  var pin: RevisionPin?
  var damaged: [String] = []
}

/// Where revisions are read: in a state directory, or from the running controller.
struct RevisionSource: ParsableArguments {
  @Option(help: "A state directory: its revisions are read from the disk, without a running controller.")
  var state: String?

  @OptionGroup var server: ServerOptions

  func list() async throws -> RevisionList {
    guard let state else {
      return try await server.ask("reading the revisions") { (client) throws(ClientError) in try Self.read(client) }
    }
    return try Self.local {
      try Self.check(state)
      let store = RevisionStore(stateDirectory: state)
      let list = try store.list()
      return RevisionList(
        rows: list.revisions.reversed().enumerated().map { Self.row($0.element, isCurrent: $0.offset == 0) },
        pin: try store.pin()?.pin, damaged: list.damaged.map(\.description))
    }
  }

  /// The normalised form of one revision.
  func normalised(_ number: Int) async throws -> JSONValue {
    guard let state else {
      let document = try await server.ask("reading revision \(number)") { (client) throws(ClientError) in
        try client.get("/api/revisions/\(number)")
      }
      return document["normalised"] ?? .null
    }
    return try Self.local { try RevisionStore(stateDirectory: state).revision(number).normalised }
  }

  /// From a running controller. Blocks.
  static func read(_ client: ControllerClient) throws(ClientError) -> RevisionList {
    var rows: [RevisionRow] = []
    var damaged: [String] = []
    var cursor = ""
    var pages = 0
    repeat {
      let page = try client.get("/api/revisions?limit=200" + (cursor.isEmpty ? "" : "&cursor=\(cursor)"))
      rows += (page["revisions"]?.array ?? []).compactMap(row)
      damaged += (page["damaged"]?.array ?? []).compactMap { $0.string ?? $0["problem"]?.string }
      cursor = page["next_cursor"]?.string ?? page["next_cursor"]?.int.map { String($0) } ?? ""
      pages += 1
    } while !cursor.isEmpty && pages < 1_000
    let pin = try client.get("/api/status")["pin"].flatMap { Self.pin($0, rows.first(where: \.isCurrent)) }
    return RevisionList(rows: rows, pin: pin, damaged: damaged)
  }

  /// The open path says that there is a pin; who made it and why stands in its revision.
  private static func pin(_ json: JSONValue, _ row: RevisionRow?) -> RevisionPin? {
    guard let number = json["rollback_of"]?.int, let since = json["since"]?.time else { return nil }
    return RevisionPin(
      rollbackOf: Int(number), actor: row?.actor ?? "somebody", note: row?.reason ?? "(no reason given)", since: since)
  }

  private static func row(_ json: JSONValue) -> RevisionRow? {
    guard let number = json["revision"]?.int else { return nil }
    return RevisionRow(
      number: Int(number), fingerprint: json["sha256"]?.string ?? "", loadedAt: json["loaded_at"]?.string ?? "",
      actor: json["actor"]?.string ?? "", commit: json["git_commit"]?.string,
      rollbackOf: json["rollback_of"]?.int.map { Int($0) }, reason: json["reason"]?.string,
      agents: json["agents"]?.int.map { Int($0) }, isCurrent: json["current"]?.bool ?? false)
  }

  private static func row(_ summary: StoredRevision.Summary, isCurrent: Bool) -> RevisionRow {
    RevisionRow(
      number: summary.number, fingerprint: summary.fingerprint, loadedAt: summary.loadedAt.rfc3339,
      actor: summary.actor, commit: summary.gitCommit, rollbackOf: summary.rollbackOf, reason: summary.reason,
      agents: summary.agents, isCurrent: isCurrent)
  }

  /// A folder that one may not look into must not pass for one without revisions.
  private static func check(_ state: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: state, isDirectory: &isFolder), isFolder.boolValue else {
      Terminal.error("mt4ctl: --state \(state): there is no such folder")
      throw ExitCode(1)
    }
    guard access(state, R_OK | X_OK) == 0 else {
      Terminal.error(
        "mt4ctl: --state \(state): this folder may not be read by you; try as the controller's user or root, or ask the "
          + "running controller (--server)")
      throw ExitCode(1)
    }
  }

  private static func local<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as RevisionError {
      Terminal.error("mt4ctl: \(error)")
      throw ExitCode(1)
    }
  }
}

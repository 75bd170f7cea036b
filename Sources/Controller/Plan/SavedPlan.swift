import Crypto
import Foundation
import Glibc
public import Reconciler

/// A plan as `plan --out` keeps it: what would be done, and what it was made of, so that `plan --check` can tell whether it
/// would still be made.
///
/// What it was made of is what people mean by "nothing has moved": the manifests, which account answers, the positions and
/// orders with their lots, stops and take-profits, what the journal knows (pauses, spent targets, lineage, UNKNOWNs), and the
/// actions themselves. Prices, profit and equity move all the time; they count only where they change an action. What is
/// held back is no part of it either: it flickers with quotes, and holding is not doing.
public struct SavedPlan: Sendable, Hashable {
  private static let version: Int64 = 1
  private static let maximumBytes = 256 << 20

  public var madeAt: Timestamp
  /// Where its manifests were read, and the journal if one was: what a check goes by unless it is told otherwise.
  public var manifestsPath: String?
  public var statePath: String?
  var controller: String
  /// Of the manifests.
  var fingerprint: String
  var normalised: JSONValue
  /// `journal` or `none`.
  var state: String
  /// Makes account numbers comparable without showing them.
  var salt: String
  /// By agent.
  var seen: [String: JSONValue]
  /// As `plan -o json` prints it.
  var plan: JSONValue

  /// - Parameters:
  ///   - manifests, state: absolute paths.
  ///   - salt: a random text, new for each saved plan.
  public init(
    _ outcome: PlanRunner.Outcome, normalised: JSONValue, at time: Timestamp, salt: String, manifests: String? = nil,
    state statePath: String? = nil
  ) {
    madeAt = time
    manifestsPath = manifests
    self.statePath = statePath
    controller = ControllerVersion.text
    fingerprint = outcome.fleet.fingerprint
    self.normalised = normalised
    state = outcome.hasState ? "journal" : "none"
    self.salt = salt
    seen = Dictionary(
      outcome.agents.map { ($0.spec.id.text, SeenAgent.json($0, salt: salt)) }, uniquingKeysWith: { first, _ in first })
    plan = outcome.json
  }

  /// The plan of another look, comparable with this one.
  public func again(_ outcome: PlanRunner.Outcome, normalised: JSONValue, at time: Timestamp) -> SavedPlan {
    SavedPlan(outcome, normalised: normalised, at: time, salt: salt)
  }

  /// How many actions it holds.
  public var actions: Int {
    seen.values.reduce(0) { $0 + ($1["actions"]?.array?.count ?? 0) }
  }

  // MARK: The file

  var json: JSONValue {
    var members: [String: JSONValue] = [
      "format_version": .int(Self.version), "kind": "saved_plan", "made_at": .time(madeAt),
      "controller": .string(controller), "fingerprint": .string(fingerprint), "normalised": normalised,
      "state": .string(state), "salt": .string(salt), "seen": .object(seen), "plan": plan,
    ]
    members["manifests"] = manifestsPath.map { .string($0) }
    members["state_directory"] = statePath.map { .string($0) }
    members["sha256"] = .string(Self.hash(members))
    return .object(members)
  }

  /// - Throws: a sentence on what is wrong with the file.
  public init(bytes: [UInt8]) throws(SavedPlanError) {
    guard let json = try? JSONParser.parse(bytes), var members = json.object, json["kind"]?.string == "saved_plan"
    else {
      throw SavedPlanError(description: "it is no plan that `mt4ctl plan --out` has written")
    }
    guard json["format_version"]?.int == Self.version else {
      throw SavedPlanError(description: "it is of a format that this version does not know; make a new plan")
    }
    let written = members.removeValue(forKey: "sha256")
    guard written == .string(Self.hash(members)) else {
      throw SavedPlanError(description: "it was changed after it was written")
    }
    guard let madeAt = json["made_at"]?.time, let controller = json["controller"]?.string,
      let fingerprint = json["fingerprint"]?.string, let normalised = json["normalised"],
      let state = json["state"]?.string, let salt = json["salt"]?.string, let seen = json["seen"]?.object,
      let plan = json["plan"]
    else { throw SavedPlanError(description: "a member is missing") }
    self.madeAt = madeAt
    manifestsPath = json["manifests"]?.string
    statePath = json["state_directory"]?.string
    self.controller = controller
    self.fingerprint = fingerprint
    self.normalised = normalised
    self.state = state
    self.salt = salt
    self.seen = seen
    self.plan = plan
  }

  /// Written whole or not at all, for its owner's eyes. Blocks.
  public func write(to path: String) throws(SavedPlanError) {
    let draft = "\(path).draft"
    do {
      try Data((json.prettyText + "\n").utf8).write(to: URL(fileURLWithPath: draft))
    } catch {
      throw SavedPlanError(description: "it cannot be written: \(error.localizedDescription)")
    }
    guard unsafe chmod(draft, 0o600) == 0, unsafe rename(draft, path) == 0 else {
      let problem = SystemText.message(errno)
      unsafe unlink(draft)
      throw SavedPlanError(description: "it cannot be written: \(problem)")
    }
  }

  /// Reads what `write` wrote. Blocks.
  public static func read(_ path: String) throws(SavedPlanError) -> SavedPlan {
    let bytes: [UInt8]
    do throws(FileReadError) {
      bytes = try FileReader.read(path, limit: maximumBytes)
    } catch {
      throw SavedPlanError(description: error.words)
    }
    return try SavedPlan(bytes: bytes)
  }

  private static func hash(_ members: [String: JSONValue]) -> String {
    Hexadecimal.text(SHA256.hash(data: JSONValue.object(members).canonicalBytes))
  }
}

/// Why a saved plan cannot be written or read.
public struct SavedPlanError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String
}

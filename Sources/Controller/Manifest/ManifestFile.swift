public import Reconciler

/// One file of a set, as it was read.
public struct ManifestFile: Sendable, Hashable {
  /// Without its folder.
  public let name: String
  public let bytes: [UInt8]
  /// What messages call it: the path as the person gave it. By default the name.
  public let shownName: String

  public init(name: String, bytes: [UInt8], shownName: String? = nil) {
    self.name = name
    self.bytes = bytes
    self.shownName = shownName ?? name
  }
}

/// A set of manifests in which nothing is wrong.
public struct LoadedManifests: Sendable {
  /// With revision 0.
  public internal(set) var fleet: Fleet
  /// Everything with its defaults filled in.
  public let form: NormalisedForm
  public let files: [ManifestFile]
  public let warnings: [ManifestDiagnostic]
  /// HEAD of the git work tree that the folder belongs to, where it belongs to one.
  public let gitCommit: String?

  /// `form` as a value; made anew at each call.
  public var normalised: JSONValue { form.json }
}

/// A set is taken whole or not at all.
public enum ManifestOutcome: Sendable {
  case accepted(LoadedManifests)
  /// All errors of the set, by file and place; at least one.
  case rejected([ManifestDiagnostic])
}

extension LoadedManifests {
  /// One line for people: `3 agents, 1 fleet policy: valid (fingerprint 0123456789ab)`.
  public var summary: String {
    let agents = fleet.agents.count == 1 ? "1 agent" : "\(fleet.agents.count) agents"
    let policies = !form.hasPolicy ? "no fleet policy" : "1 fleet policy"
    return "\(agents), \(policies): valid (fingerprint \(fleet.fingerprint.prefix(12)))"
  }
}

extension LoadedManifests {
  /// The same set as revision `number`.
  public func numbered(_ number: Int) -> LoadedManifests {
    var copy = self
    copy.fleet.revision = number
    return copy
  }
}

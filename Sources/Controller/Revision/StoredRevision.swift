public import Reconciler

/// One accepted set, as it is kept.
public struct StoredRevision: Sendable, Hashable {
  /// From 1.
  public let number: Int
  /// SHA-256 of the normalised form, lower-case hex.
  public let fingerprint: String
  public let loadedAt: Timestamp
  /// Who asked for it.
  public let actor: String
  /// HEAD of the manifests' work tree, where they were in one.
  public let gitCommit: String?
  /// The revision whose copy it is, where it came by a rollback.
  public var rollbackOf: Int? = nil
  /// Why it was rolled back to.
  public var reason: String? = nil
  /// The original bytes.
  public let files: [ManifestFile]
  public let form: NormalisedForm

  /// `form` as a value; made anew at each call.
  public var normalised: JSONValue { form.json }

  /// All but the contents.
  public struct Summary: Sendable, Hashable {
    public let number: Int
    public let fingerprint: String
    public let loadedAt: Timestamp
    public let actor: String
    public let gitCommit: String?
    public let rollbackOf: Int?
    public let reason: String?
    /// How many agents it declares.
    public let agents: Int
  }

  public var summary: Summary {
    Summary(
      number: number, fingerprint: fingerprint, loadedAt: loadedAt, actor: actor, gitCommit: gitCommit,
      rollbackOf: rollbackOf, reason: reason, agents: form.agents)
  }

  /// The set again, from its original bytes, with this revision's number. A newer version of the program may be stricter
  /// and reject it.
  public func load() -> ManifestOutcome {
    switch ManifestLoader.load(files: files) {
    case .accepted(let loaded): .accepted(loaded.numbered(number))
    case .rejected(let errors): .rejected(errors)
    }
  }
}

/// Why a revision cannot be had or kept.
public enum RevisionError: Error, Hashable, Sendable, CustomStringConvertible {
  case unknown(Int)
  case damaged(path: String, problem: String)
  case tooLarge(path: String, limitMiB: Int)
  case system(operation: String, path: String, problem: String)

  public var description: String {
    switch self {
    case .unknown(let number): "there is no revision \(number)"
    case .damaged(let path, let problem): "the revision in \(path) is damaged: \(problem)"
    case .tooLarge(let path, let limit): "the revision for \(path) is larger than \(limit) MiB"
    case .system(let operation, let path, let problem): "cannot \(operation) \(path): \(problem)"
    }
  }
}

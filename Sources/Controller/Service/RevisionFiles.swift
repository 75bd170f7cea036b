import Reconciler

/// A stored revision as `trading.manifest_revisions` wants it.
enum RevisionFiles {
  /// The original text of each file by its name, and the normalised form; `nil` when the revision is not kept (any more).
  static func of(_ number: Int, in store: RevisionStore) -> (files: JSONValue, normalised: NormalisedForm)? {
    guard let revision = try? store.revision(number) else { return nil }
    var files: [String: JSONValue] = [:]
    for file in revision.files { files[file.name] = .string(String(decoding: file.bytes, as: UTF8.self)) }
    return (.object(files), revision.form)
  }
}

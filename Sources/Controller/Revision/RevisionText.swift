import Crypto
import Foundation
import Reconciler

/// A revision as the text of its file: one line of canonical JSON that carries its own hash.
enum RevisionText {
  private static let hashName = "content_sha256"

  static func bytes(of revision: StoredRevision) -> [UInt8] {
    let members: [String: JSONValue?] = [
      "format_version": 1,
      "number": .int(revision.number),
      "sha256": .string(revision.fingerprint),
      "loaded_at": .time(revision.loadedAt),
      "actor": .string(revision.actor),
      "git_commit": revision.gitCommit.map { .string($0) },
      "rollback_of": revision.rollbackOf.map { .int($0) },
      "reason": revision.reason.map { .string($0) },
      "files": .array(revision.files.map(file)),
      "normalised": revision.normalised,
    ]
    var content = members.compactMapValues { $0 }
    content[hashName] = .string(hash(.object(content)))
    return JSONValue.object(content).canonicalBytes + [0x0A]
  }

  static func read(_ bytes: [UInt8], path: String) throws(RevisionError) -> StoredRevision {
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONParser.parse(bytes)
    } catch {
      throw .damaged(path: path, problem: "it is not JSON, \(error)")
    }
    guard var content = json.object, let written = content.removeValue(forKey: hashName)?.string else {
      throw .damaged(path: path, problem: "it carries no hash")
    }
    guard hash(.object(content)) == written else {
      throw .damaged(path: path, problem: "its hash is not that of its content")
    }
    guard content["format_version"]?.int == 1 else {
      throw .damaged(path: path, problem: "it is of a format that this version does not know")
    }
    guard let number = content["number"]?.int, let fingerprint = content["sha256"]?.string,
      let loadedAt = content["loaded_at"]?.time, let actor = content["actor"]?.string,
      let normalised = content["normalised"], let files = content["files"]?.array?.map(file), !files.contains(nil)
    else { throw .damaged(path: path, problem: "a member is missing or of the wrong type") }
    guard hash(normalised) == fingerprint else {
      throw .damaged(path: path, problem: "its fingerprint is not that of its normalised form")
    }
    return StoredRevision(
      number: Int(number), fingerprint: fingerprint, loadedAt: loadedAt, actor: actor,
      gitCommit: content["git_commit"]?.string, rollbackOf: content["rollback_of"]?.int.map { Int($0) },
      reason: content["reason"]?.string, files: files.compactMap { $0 }, normalised: normalised)
  }

  private static func hash(_ value: JSONValue) -> String { Hexadecimal.text(SHA256.hash(data: value.canonicalBytes)) }

  /// Text where the bytes are text, so that people can read it; else base64.
  private static func file(_ file: ManifestFile) -> JSONValue {
    if let text = String(validating: file.bytes, as: UTF8.self) {
      return ["name": .string(file.name), "text": .string(text)]
    }
    return ["name": .string(file.name), "base64": .string(Data(file.bytes).base64EncodedString())]
  }

  private static func file(_ json: JSONValue) -> ManifestFile? {
    guard let name = json["name"]?.string else { return nil }
    if let text = json["text"]?.string { return ManifestFile(name: name, bytes: Array(text.utf8)) }
    guard let data = json["base64"]?.string.flatMap({ Data(base64Encoded: $0) }) else { return nil }
    return ManifestFile(name: name, bytes: Array(data))
  }
}

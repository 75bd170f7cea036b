import Crypto
import Foundation
import Reconciler

/// A revision as the text of its file: one line of canonical JSON that carries its own hash.
enum RevisionText {
  private static let hashName = "content_sha256"

  /// Written piece by piece: as a value, a large set would be held several times over.
  static func bytes(of revision: StoredRevision) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(revision.files.reduce(revision.form.bytes.count + 4096) { $0 + $1.bytes.count * 9 / 8 + 300 })
    func member(_ name: String, _ value: JSONValue?) {
      guard let value else { return }
      begin(name, &out)
      out.append(contentsOf: value.canonicalBytes)
    }
    // In the order of canonical JSON; the hash, which stands behind the actor, is of all the rest.
    member("actor", .string(revision.actor))
    let place = out.count
    begin("files", &out)
    write(revision.files, to: &out)
    member("format_version", 1)
    member("git_commit", revision.gitCommit.map { .string($0) })
    member("loaded_at", .time(revision.loadedAt))
    begin("normalised", &out)
    out.append(contentsOf: revision.form.bytes)
    member("number", .int(revision.number))
    member("reason", revision.reason.map { .string($0) })
    member("rollback_of", revision.rollbackOf.map { .int($0) })
    member("sha256", .string(revision.fingerprint))
    out.append(UInt8(ascii: "}"))
    let hash = Hexadecimal.text(SHA256.hash(data: out))
    out.insert(contentsOf: ",\"\(hashName)\":\"\(hash)\"".utf8, at: place)
    out.append(0x0A)
    return out
  }

  private static func begin(_ name: String, _ out: inout [UInt8]) {
    out.append(out.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
    CanonicalText.append(name, to: &out)
    out.append(UInt8(ascii: ":"))
  }

  /// Text where the bytes are text, so that people can read it; else base64.
  private static func write(_ files: [ManifestFile], to out: inout [UInt8]) {
    out.append(UInt8(ascii: "["))
    for (index, file) in files.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      if String(validating: file.bytes, as: UTF8.self) != nil {
        out.append(contentsOf: #"{"name":"#.utf8)
        CanonicalText.append(file.name, to: &out)
        out.append(contentsOf: #","text":"#.utf8)
        CanonicalText.append(utf8: file.bytes, to: &out)
        out.append(UInt8(ascii: "}"))
      } else {
        let text = Data(file.bytes).base64EncodedString()
        out.append(
          contentsOf: JSONValue.object(["name": .string(file.name), "base64": .string(text)]).canonicalBytes)
      }
    }
    out.append(UInt8(ascii: "]"))
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
    let form = NormalisedForm(normalised)
    guard form.fingerprint == fingerprint else {
      throw .damaged(path: path, problem: "its fingerprint is not that of its normalised form")
    }
    return StoredRevision(
      number: Int(number), fingerprint: fingerprint, loadedAt: loadedAt, actor: actor,
      gitCommit: content["git_commit"]?.string, rollbackOf: content["rollback_of"]?.int.map { Int($0) },
      reason: content["reason"]?.string, files: files.compactMap { $0 }, form: form)
  }

  private static func hash(_ value: JSONValue) -> String { Hexadecimal.text(SHA256.hash(data: value.canonicalBytes)) }

  private static func file(_ json: JSONValue) -> ManifestFile? {
    guard let name = json["name"]?.string else { return nil }
    if let text = json["text"]?.string { return ManifestFile(name: name, bytes: Array(text.utf8)) }
    guard let data = json["base64"]?.string.flatMap({ Data(base64Encoded: $0) }) else { return nil }
    return ManifestFile(name: name, bytes: Array(data))
  }
}

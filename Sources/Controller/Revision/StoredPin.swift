import Glibc
public import Reconciler

/// A rollback that is in force, as it is kept beside the revisions: it outlives restarts.
public struct StoredPin: Sendable, Hashable {
  public let pin: RevisionPin
  /// The fingerprint of what the files said at the rollback; `nil` when they were not valid then.
  public let filesFingerprint: String?

  /// Whether the files still say what they said at the rollback. Only a valid set that says something else releases the
  /// pin: a person has changed the files since then, and knows of the rollback or would want to.
  func holds(against fingerprint: String) -> Bool { fingerprint == filesFingerprint }

  var bytes: [UInt8] {
    JSONValue.fields([
      "format_version": 1, "pin": pin.json, "files_sha256": filesFingerprint.map { .string($0) },
    ]).canonicalBytes + [0x0A]
  }

  init(_ pin: RevisionPin, filesFingerprint: String?) {
    self.pin = pin
    self.filesFingerprint = filesFingerprint
  }

  init?(bytes: [UInt8]) {
    guard let json = try? JSONParser.parse(bytes), json["format_version"]?.int == 1,
      let pin = json["pin"].flatMap({ RevisionPin(json: $0) })
    else { return nil }
    self.init(pin, filesFingerprint: json["files_sha256"]?.string)
  }
}

extension RevisionStore {
  private var pinPath: String { "\(directory)/pin.json" }

  /// The rollback in force; `nil` without one.
  public func pin() throws(RevisionError) -> StoredPin? {
    let bytes: [UInt8]
    do throws(FileReadError) {
      bytes = try FileReader.read(pinPath, limit: 1 << 20)
    } catch {
      if case .system(let code) = error, code == ENOENT { return nil }
      throw .damaged(path: pinPath, problem: error.words)
    }
    guard let pin = StoredPin(bytes: bytes) else {
      throw .damaged(path: pinPath, problem: "it is no pin of a revision; remove it to go by the files again")
    }
    return pin
  }

  /// Pins, in the place of an earlier pin.
  func setPin(_ pin: StoredPin) throws(RevisionError) {
    try DurableFile.makeFolder(directory, in: stateDirectory)
    try DurableFile.replace(pinPath, in: directory, bytes: pin.bytes)
  }

  func removePin() throws(RevisionError) {
    guard FileReader.exists(pinPath) else { return }
    try DurableFile.remove(pinPath, in: directory)
  }
}

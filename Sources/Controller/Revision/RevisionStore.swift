// Revision: the accepted sets of manifests, each a file of its own in the state directory, written once and verified at
// each reading. What a set means is the loader's business; which one is in force is the loop's.

import Foundation
import CDispatch
import Glibc
public import Reconciler

/// The store of revisions. One process writes at a time (the state directory is locked by the daemon). Blocks on the disk.
public struct RevisionStore: Sendable {
  let stateDirectory: String
  var directory: String { "\(stateDirectory)/revisions" }

  /// The largest file of a revision, when written and when read.
  static let maximumBytes = 512 << 20

  private let memory: NewestRevision?

  /// - Parameter remembersNewest: whether the revision that was stored or read last is kept in memory, for a process that
  ///   asks for it again and again. Its file must still be the one that it was then.
  public init(stateDirectory: String, remembersNewest: Bool = false) {
    self.stateDirectory = stateDirectory
    memory = remembersNewest ? NewestRevision() : nil
  }

  /// Stores a set under the next number or, when it equals the newest revision, gives that one.
  ///
  /// A number is never used twice, also not a damaged revision's.
  public func accept(
    _ loaded: LoadedManifests, actor: String, at time: Timestamp, rollback: (old: StoredRevision, reason: String)? = nil
  ) throws(RevisionError) -> (revision: StoredRevision, isNew: Bool) {
    let numbers = try numbers()
    if let last = numbers.last, let newest = try? revision(last), newest.fingerprint == loaded.fleet.fingerprint {
      return (newest, false)
    }
    let revision = StoredRevision(
      number: (numbers.last ?? 0) + 1, fingerprint: loaded.fleet.fingerprint, loadedAt: time, actor: actor,
      gitCommit: loaded.gitCommit ?? rollback?.old.gitCommit, rollbackOf: rollback?.old.number,
      reason: rollback?.reason, files: loaded.files, form: loaded.form)
    let bytes = RevisionText.bytes(of: revision)
    guard bytes.count <= Self.maximumBytes else {
      throw .tooLarge(path: path(revision.number), limitMiB: Self.maximumBytes >> 20)
    }
    try DurableFile.makeFolder(directory, in: stateDirectory)
    try DurableFile.create(path(revision.number), in: directory, bytes: bytes)
    memory?.keep(revision, of: path(revision.number))
    return (revision, true)
  }

  /// A revision, verified. Throws `.unknown` where there is none of that number and `.damaged` where it is not whole.
  public func revision(_ number: Int) throws(RevisionError) -> StoredRevision {
    let path = path(number)
    if let kept = memory?.revision(number, of: path) { return kept }
    let bytes: [UInt8]
    do throws(FileReadError) {
      bytes = try FileReader.read(path, limit: Self.maximumBytes)
    } catch {
      if case .system(let code) = error, code == ENOENT { throw .unknown(number) }
      throw .damaged(path: path, problem: error.words)
    }
    let revision = try RevisionText.read(bytes, path: path)
    guard revision.number == number else {
      throw .damaged(path: path, problem: "it says that it is revision \(revision.number)")
    }
    memory?.keep(revision, of: path)
    return revision
  }

  /// The newest revision that is whole, and what was wrong with newer ones. Only a folder that cannot be listed throws.
  public func latest() throws(RevisionError) -> (revision: StoredRevision?, damaged: [RevisionError]) {
    var damaged: [RevisionError] = []
    for number in try numbers().reversed() {
      do throws(RevisionError) {
        return (try revision(number), damaged)
      } catch {
        damaged.append(error)
      }
    }
    return (nil, damaged)
  }

  /// Every revision that is whole, the oldest first, and what is wrong with the others.
  public func list() throws(RevisionError) -> (revisions: [StoredRevision.Summary], damaged: [RevisionError]) {
    var revisions: [StoredRevision.Summary] = []
    var damaged: [RevisionError] = []
    for number in try numbers() {
      do throws(RevisionError) {
        revisions.append(try revision(number).summary)
      } catch {
        damaged.append(error)
      }
    }
    return (revisions, damaged)
  }

  func path(_ number: Int) -> String {
    let digits = String(number)
    return "\(directory)/\(String(repeating: "0", count: max(0, 6 - digits.utf8.count)))\(digits).json"
  }

  /// The numbers that are taken, ascending; other files of the folder are none of ours.
  func numbers() throws(RevisionError) -> [Int] {
    guard FileReader.exists(directory) else { return [] }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: directory).compactMap { name in
        guard name.hasSuffix(".json"), let number = Int(name.dropLast(5)), number > 0,
          path(number).hasSuffix("/\(name)")
        else { return nil }
        return number
      }.sorted()
    } catch {
      throw .system(operation: "list", path: directory, problem: "its names cannot be read")
    }
  }
}

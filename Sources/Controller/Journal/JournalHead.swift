import CDispatch
import Glibc
import Reconciler

/// `journal/head`: how far the log went, so that a tail cut off at a record's border is noticed. May lag behind by a second.
struct JournalHead: Hashable, Sendable {
  var chain: String
  /// The oldest sequence that is kept.
  var first: Int64
  /// The last durable sequence, and its hash.
  var sequence: Int64
  var hash: String
  /// How far the database had it; a hint for the space bound until the shipper knows better.
  var shipped: Int64

  private static let maximumBytes = 4096

  static func path(in directory: String) -> String { directory + "/head" }

  static func read(in directory: String) throws(JournalError) -> JournalHead? {
    let path = path(in: directory)
    guard let bytes = try Disk.contents(path, atMost: maximumBytes) else { return nil }
    guard let json = try? JSONParser.parse(bytes), let chain = json["chain"]?.string, let first = json["first"]?.int,
      let sequence = json["seq"]?.int, let hash = json["hash"]?.string, let shipped = json["shipped"]?.int
    else {
      throw .damaged(
        file: path, offset: 0,
        problem:
          "it does not state chain, first, seq, hash and shipped; compare the log with the database before you remove it"
      )
    }
    return JournalHead(chain: chain, first: first, sequence: sequence, hash: hash, shipped: shipped)
  }

  /// Replaces the file; it is the old one or the new one, whatever happens.
  func write(in directory: String, by files: any JournalFileSystem) throws(JournalError) {
    let new = directory + "/head.new"
    try Disk.remove(new)
    let file = try files.create(new)
    let json: JSONValue = [
      "chain": .string(chain), "first": .int(first), "hash": .string(hash), "seq": .int(sequence),
      "shipped": .int(shipped),
    ]
    do throws(JournalError) {
      try files.writeAll(json.canonicalBytes + [0x0A], to: file, at: 0)
      try files.synchronize(file)
    } catch {
      try? Disk.remove(new)
      throw error
    }
    guard unsafe rename(new, Self.path(in: directory)) == 0 else {
      throw .system(operation: "rename", path: new, errno: errno)
    }
  }

  /// A new log has its head, durably, before its first record: records without a head are damage, whatever happened.
  func begin(in directory: String, by files: any JournalFileSystem) throws(JournalError) {
    try write(in: directory, by: files)
    try Disk.synchronizeDirectory(directory)
  }

  /// Begins; `false` when the disk is full.
  func isBegun(in directory: String, by files: any JournalFileSystem) throws(JournalError) -> Bool {
    do throws(JournalError) {
      try begin(in: directory, by: files)
      return true
    } catch {
      guard error.isOutOfSpace else { throw error }
      return false
    }
  }
}

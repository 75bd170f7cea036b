import Foundation
import Reconciler
import Testing

@testable import Controller

@Suite("Journal: checkpoints")
struct JournalCheckpointTests {
  let folder = StateFolder()

  private var file: String { CheckpointFile.path(folder.path) }

  private func options(every records: Int64 = 1_000, key: CheckpointKey? = nil) -> JournalOptions {
    var options = JournalOptions.small
    options.checkpointRecords = records
    options.checkpointKey = key
    return options
  }

  private func kept() throws -> [Checkpoint] {
    try StateFolder.read(file).split(separator: 0x0A).map { try #require(Checkpoint(line: $0)) }
  }

  /// What `audit verify` finds.
  private func verify(_ files: [String] = [], keys: [CheckpointPublicKey] = []) throws -> RecordVerification {
    try RecordVerifier(stateDirectory: folder.path, checkpointFiles: files, keys: keys).verifyJournal()
  }

  /// Cuts records off the end and rewrites head, as somebody with all rights on the state directory can.
  private func cut(_ count: Int) throws {
    let segment = folder.segments[0]
    let lines = try StateFolder.read(segment).split(separator: 0x0A).dropLast(count)
    try StateFolder.write(lines.flatMap { Array($0) + [0x0A] }, to: segment)
    try rewriteHead(try #require(lines.last))
  }

  private func rewriteHead(_ last: some Sequence<UInt8>) throws {
    let line = try JournalLine.parse(String(decoding: Array(last), as: UTF8.self))
    var head = try #require(try JournalHead.read(in: folder.journal))
    (head.sequence, head.hash, head.shipped) = (line.sequence, line.hash, 0)
    try head.write(in: folder.journal, by: SystemFiles())
  }

  /// Forges one record and makes every hash after it anew, head too.
  private func rewrite(_ number: Int) throws {
    let segment = folder.segments[0]
    var previous = JournalLine.firstPrevHash
    var lines: [JournalLine] = []
    for (index, raw) in try StateFolder.read(segment).split(separator: 0x0A).enumerated() {
      let line = try JournalLine.parse(String(decoding: raw, as: UTF8.self))
      var record = try #require(line.record)
      if index == number - 1 { record.message = "forged" }
      lines.append(JournalLine.make(record: record, chain: line.chain, prevHash: previous))
      previous = lines[index].hash
    }
    try StateFolder.write(lines.flatMap { Array($0.text.utf8) + [0x0A] }, to: segment)
    try rewriteHead(Array(try #require(lines.last).text.utf8))
  }

  @Test func `one is made after so many records and at the close, never twice for one record`() throws {
    let journal = try Journal.open(stateDirectory: folder.path, options: options(every: 10))
    let events = EventLog(journal)
    for start in stride(from: Int64(1), through: 31, by: 10) {
      try journal.append(Record.plain(start...(start + 9)))
      #expect(events.comes { if case .checkpoint(let made) = $0 { made.sequence == start + 9 } else { false } })
    }
    try journal.append(Record.plain(41...43))
    journal.makeCheckpoint()
    #expect(journal.settle())
    #expect(journal.close())
    #expect(try kept().map(\.sequence) == [10, 20, 30, 40, 43])
    let again = try Journal.open(stateDirectory: folder.path, options: options(every: 10))
    #expect(again.close())
    #expect(try kept().count == 5)
    #expect(try verify().isIntact)
  }

  @Test func `one is made after the time, when something was recorded`() throws {
    var options = options()
    options.checkpointInterval = .milliseconds(1)
    let journal = try Journal.open(stateDirectory: folder.path, options: options)
    let events = EventLog(journal)
    try journal.append([.plain(1)])
    #expect(events.comes { if case .checkpoint = $0 { true } else { false } })
    #expect(journal.close())
    #expect(try kept().map(\.sequence) == [1])
  }

  @Test func `a line that a crash cut is written over`() throws {
    try folder.fill(5, options: options())
    try StateFolder.write(try StateFolder.read(file) + Array("{\"at\":\"20".utf8), to: file)
    #expect(try verify().isIntact, "an unfinished line is no finding")
    try folder.fill(8, options: options())
    #expect(try kept().map(\.sequence) == [5, 8])
  }

  @Test func `a file that cannot be written stops no record, and is told once`() throws {
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "/nowhere/at/all")
    let journal = try Journal.open(stateDirectory: folder.path, options: options(every: 1))
    let events = EventLog(journal)
    for number in Int64(1)...5 {
      try journal.append([.plain(number)])
      #expect(journal.settle())
    }
    #expect(journal.close())
    #expect(events.all.count { if case .checkpointFailed = $0 { true } else { false } } == 1)
    #expect(try JournalVerifier.verify(stateDirectory: folder.path).records == 5)
  }

  // MARK: What is found

  @Test func `a tail that was cut with its head is found, and a start refuses it`() throws {
    try folder.fill(10, options: options())
    try cut(3)
    #expect(try JournalVerifier.verify(stateDirectory: folder.path).isIntact, "the journal alone cannot tell")
    let found = try verify()
    #expect(found.findings.count == 1)
    #expect(found.findings.first?.hasSuffix("the journal ends with 7: the end was cut") == true, "\(found.findings)")
    #expect(throws: JournalError.checkpointBeyond(path: file, sequence: 10, last: 7)) { try folder.replay() }
  }

  @Test func `a record that was rewritten with every hash after it is found, and a start refuses it`() throws {
    try folder.fill(10, options: options())
    try rewrite(4)
    #expect(try JournalVerifier.verify(stateDirectory: folder.path).isIntact, "the journal alone cannot tell")
    #expect(try verify().check.findings.map(\.kind) == [.rewritten])
    #expect(throws: JournalError.self) { try folder.replay() }
  }

  @Test func `a file that was carried off finds what was cut along with the checkpoints`() throws {
    try folder.fill(10, options: options())
    let vault = folder.path + "/vault"
    try StateFolder.write(try StateFolder.read(file), to: vault)
    #expect(try verify([vault]).verdict == "intact")
    #expect(try verify().verdict == "intact, as far as this can tell")
    try cut(3)
    try StateFolder.write([], to: file)
    #expect(try verify().isIntact, "nothing in the state directory tells")
    #expect(try verify([vault]).check.findings.map(\.kind) == [.tailCut])
  }

  @Test func `a journal that was replaced by another chain is found`() throws {
    try folder.fill(10, options: options())
    for name in try Disk.names(in: folder.journal) { unlink(folder.journal + "/" + name) }
    let journal = try Journal.open(stateDirectory: folder.path, options: options())
    #expect(journal.recovered.isLost, "a start says so")
    try journal.append([.plain(1)])
    #expect(journal.close())
    #expect(try verify().check.findings.map(\.kind) == [.chainGone])
  }

  @Test func `segments that were removed after their retention are not missed`() throws {
    try folder.fill(3, options: options())
    try folder.fill(10, snapshots: [7], options: options())
    var head = try #require(try JournalHead.read(in: folder.journal))
    head.first = 7
    try head.write(in: folder.journal, by: SystemFiles())
    unlink(folder.segments[0])
    let result = try verify()
    #expect(result.isIntact, "\(result.findings)")
    #expect(result.report.contains { $0.contains("begins with record 7") }, "\(result.report)")
  }

  // MARK: Signatures

  @Test func `signed checkpoints are proven by the public key, and bind the records`() throws {
    let key = CheckpointKey()
    try folder.fill(10, options: options(key: key))
    let result = try verify(keys: [key.publicKey])
    #expect(result.isIntact && result.isBacked)
    #expect(result.check.set.total.proven == 1)
    #expect(result.verdict == "intact")
    #expect(try !verify().isBacked, "without the key nothing is proven by it")
    let other = try verify(keys: [CheckpointKey().publicKey])
    #expect(other.isIntact && !other.isBacked)
    #expect(other.check.set.total.unchecked == 1)
  }

  @Test func `a forged checkpoint is named`() throws {
    let key = CheckpointKey()
    try folder.fill(10, options: options(key: key))
    try rewrite(4)
    let last = try #require(try verify().journal?.lastHash)
    let real = try #require(try kept().first)
    let forged = Checkpoint(
      chain: real.chain, sequence: real.sequence, hash: last, at: real.at, keyID: real.keyID, signature: real.signature)
    try StateFolder.write(Array((forged.line + "\n").utf8), to: file)
    #expect(try verify().isIntact, "who has all rights can make it fit")
    let found = try verify(keys: [key.publicKey])
    #expect(found.check.set.findings.map(\.kind) == [.badSignature])
    #expect(!found.isIntact)
  }

  @Test func `an unsigned checkpoint beside a carried one that is signed is a contradiction`() throws {
    let key = CheckpointKey()
    try folder.fill(10, options: options(key: key))
    let vault = folder.path + "/vault"
    try StateFolder.write(try StateFolder.read(file), to: vault)
    try rewrite(4)
    let last = try #require(try verify().journal?.lastHash)
    let real = try #require(try kept().first)
    let forged = Checkpoint(chain: real.chain, sequence: real.sequence, hash: last, at: real.at)
    try StateFolder.write(Array((forged.line + "\nnonsense\n").utf8), to: file)
    let found = try verify([vault], keys: [key.publicKey])
    #expect(Set(found.check.set.findings.map(\.kind)) == [.contradiction, .unreadable])
    #expect(found.check.findings.map(\.kind) == [.rewritten], "what is signed counts")
  }

  // MARK: Keys

  @Test func `a key of our own is read by openssl, and one of openssl by us`() throws {
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    let ours = folder.path + "/ours"
    let key = CheckpointKey()
    try key.write(to: ours)
    let mode = try FileManager.default.attributesOfItem(atPath: ours)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try CheckpointKey(file: ours).id == key.id)
    #expect(try CheckpointPublicKey(file: ours + ".pub").id == key.id)
    #expect(throws: CheckpointKeyError.self) { try key.write(to: ours) }
    #expect(try run("openssl", "pkey", "-in", ours, "-pubout") + "\n" == key.publicKey.pem)

    let theirs = folder.path + "/theirs"
    try run("openssl", "genpkey", "-algorithm", "ed25519", "-out", theirs)
    try run("openssl", "pkey", "-in", theirs, "-pubout", "-out", theirs + ".pub")
    #expect(try CheckpointKey(file: theirs).id == (try CheckpointPublicKey(file: theirs + ".pub")).id)
  }

  @Test func `openssl confirms a signature over the line without its signature`() throws {
    let key = CheckpointKey()
    try folder.fill(3, options: options(key: key))
    let made = try #require(try kept().first)
    let (message, signature) = (folder.path + "/message", folder.path + "/signature")
    try StateFolder.write(made.signedBytes, to: message)
    #expect(
      String(decoding: made.signedBytes, as: UTF8.self)
        == made.line.replacing(
          ",\"signature\":\"\(made.signature ?? "")\"", with: ""))
    try StateFolder.write(Array(try #require(Data(base64Encoded: made.signature ?? ""))), to: signature)
    try StateFolder.write(Array(key.publicKey.pem.utf8), to: folder.path + "/public")
    let said = try run(
      "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", folder.path + "/public", "-rawin", "-in", message,
      "-sigfile",
      signature)
    #expect(said.contains("Signature Verified Successfully"))
  }

  @Test(arguments: [
    "", "short", String(repeating: "x", count: 33), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
  ])
  func `what is no key is refused without a word of its content`(text: String) throws {
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    let path = folder.path + "/key"
    try StateFolder.write(Array(text.utf8), to: path)
    let error = #expect(throws: CheckpointKeyError.self) { try CheckpointKey(file: path) }
    #expect(error?.description.contains("no Ed25519 private key") == true)
    #expect(throws: CheckpointKeyError.self) { try CheckpointPublicKey(file: path) }
  }

  @Test func `32 raw bytes are a key`() throws {
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    let path = folder.path + "/key"
    try StateFolder.write([UInt8](repeating: 7, count: 32), to: path)
    #expect(try CheckpointKey(file: path).id.utf8.count == 64)
  }
}

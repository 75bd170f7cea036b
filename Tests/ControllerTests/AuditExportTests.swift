import Foundation
import Reconciler
import Testing

@testable import Controller

@Suite("Audit: an export verifies by itself")
struct AuditExportTests {
  let folder = StateFolder()

  private var out: String { folder.path + "-export" }
  private var key: CheckpointKey { Self.key }
  private static let key = CheckpointKey()

  /// Thirty records with trades, flows, an action with two attempts and one that is open, and a text that a spreadsheet
  /// would run.
  private static let records: [Record] = {
    let chain = TestChain()
    chain.add(
      .revisionLoaded, agent: nil, metadata: ["sha256": .string(ManifestFixtureRevision.fingerprint), "actor": "ann"],
      revision: 1)
    for attempt in 1...2 {
      chain.add(
        .intent, reason: .dailyLoss, message: "=HYPERLINK(\"http://x\", 1), she said",
        metadata: [
          "kind": "close", "symbol": "EURUSD", "side": "buy", "ticket": 41, "lots": "0.02", "attempt": .int(attempt),
          "request_id": .string("a-1.\(attempt)"), "numbers": ["equity": "-1"],
        ], action: "a-1")
    }
    chain.add(
      .outcome, reason: .dailyLoss, message: "done",
      metadata: ["result": "done", "ticket": 41, "price": "1.08", "lots": "0.02", "latency_ms": 37], action: "a-1")
    chain.add(
      .tradeClosed, metadata: ["ticket": 41, "symbol": "EURUSD", "lots": "0.02", "profit": "-3.50", "side": "buy"])
    chain.add(.flow, metadata: ["amount": "-20", "kind": "balance", "comment": "@home", "day": "2026-11-21"])
    chain.add(.flow, agent: "agent_2", metadata: ["amount": "7", "kind": "balance", "comment": "Deposit"])
    chain.add(.intent, reason: .target, metadata: ["kind": "open", "symbol": "XAUUSD", "lots": "0.01"], action: "a-2")
    chain.add(count: 22)
    return chain.all.compactMap(\.record)
  }()

  private func fill() throws {
    var options = JournalOptions.small
    options.checkpointRecords = 10
    options.checkpointKey = key
    let journal = try Journal.open(stateDirectory: folder.path, options: options)
    for part in stride(from: 0, to: Self.records.count, by: 10) {
      try journal.append(Array(Self.records[part..<min(part + 10, Self.records.count)]))
      #expect(journal.settle())
    }
    #expect(journal.close())
    try StateFolder.write(Array(key.publicKey.pem.utf8), to: CheckpointFile.publicKeyPath(folder.path))
    _ = try RevisionStore(stateDirectory: folder.path).accept(
      ManifestFixtureRevision.loaded, actor: "ann", at: Timestamp(seconds: 1_790_000_000))
  }

  /// An export of the journal for `body`.
  private func exported(_ change: (inout RecordExport) -> Void = { _ in }, _ body: () throws -> Void) throws {
    try fill()
    defer {
      try? FileManager.default.removeItem(atPath: out)
      try? FileManager.default.removeItem(atPath: folder.path + "/revisions")
    }
    var export = RecordExport(out: out)
    change(&export)
    _ = try export.write(journalOf: folder.path)
    try body()
  }

  private func verify(_ files: [String] = [], keys: [CheckpointPublicKey] = []) throws -> RecordVerification {
    try ExportVerifier.verify(out, checkpointFiles: files, keys: keys)
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try StateFolder.read(out + "/" + name), as: UTF8.self)
  }

  private func lines() throws -> [String] { try text(recordsFile()).split(separator: "\n").map { String($0) } }

  private func recordsFile() throws -> String {
    try #require(try Disk.names(in: out).first { $0.hasPrefix("records-") })
  }

  /// Puts a file in the place of another, and makes the manifest fit as far as hashes go.
  private func forge(_ name: String, _ text: String) throws {
    try StateFolder.write(Array(text.utf8), to: out + "/" + name)
    let measured = try ExportFile.measure(out + "/" + name, name: name)
    let manifest = try self.text(ExportManifest.name)
    let old = try ExportManifest(json: try JSONParser.parse(manifest))
    let listed = try #require(old.files.first { $0.name == name })
    try StateFolder.write(
      Array(manifest.replacing(listed.sha256, with: measured.sha256).utf8), to: out + "/" + ExportManifest.name)
  }

  @Test func `an export is whole, says what it holds, and is proven by the public key`() throws {
    try exported {
      let result = try verify(keys: [key.publicKey])
      #expect(result.isIntact, "\(result.findings)")
      #expect(result.isBacked && result.verdict == "intact")
      #expect(try verify().verdict == "intact, as far as this can tell")
      #expect(try lines().count == 30)
      #expect(try text("checkpoints.jsonl").split(separator: "\n").count == 3)
      let manifest = try ExportManifest(json: try JSONParser.parse(try text(ExportManifest.name)))
      #expect(manifest.chains.map(\.records) == [30])
      #expect(manifest.files.map(\.name) == manifest.files.map(\.name).sorted())
      #expect(!FileManager.default.fileExists(atPath: "\(out).partial-\(getpid())"))
      #expect(manifest.keyID == key.id)
      #expect(try CheckpointPublicKey(file: out + "/checkpoint-key.pub").id == key.id)
    }
  }

  @Test func `its tables are rows of cells that no spreadsheet runs`() throws {
    try exported {
      let actions = try text("actions.csv")
      #expect(actions.hasPrefix("chain,action_id,agent_id,"))
      #expect(actions.contains("\"'=HYPERLINK(\"\"http://x\"\", 1), she said\""))
      let rows = actions.split(separator: "\r\n").dropFirst()
      #expect(rows.count == 2)
      #expect(
        rows.first?.contains(",a-1,agent_1,1,close,EURUSD,buy,41,0.02,daily_loss,done,2,1.08,0.02,") == true, "\(rows)")
      #expect(rows.last?.contains(",a-2,") == true && rows.last?.contains(",pending,1,") == true)
      #expect(try text("trades.csv").contains(",-3.50,"), "a negative number is left alone")
      #expect(try text("flows.csv").contains(",-20,,,'@home,"))
    }
  }

  @Test func `tables may be of one agent, the lines are of all`() throws {
    try exported({ $0.agent = "agent_2" }) { () throws in
      #expect(try text("flows.csv").split(separator: "\r\n").count == 2)
      #expect(try lines().count == 30)
      #expect(try verify().isIntact)
    }
  }

  @Test func `a range is a whole piece of the chain`() throws {
    func at(_ sequence: Int64) -> Timestamp { Timestamp(microseconds: 1_790_000_000_000_000 + sequence) }
    try exported({
      $0.since = at(5)
      $0.until = at(25)
    }) {
      #expect(try lines().map { try JournalLine.parse($0).sequence } == Array(5...24))
      let result = try verify(keys: [key.publicKey])
      #expect(result.isIntact, "\(result.findings)")
      #expect(result.report.contains { $0.contains("begins with record 5") })
      // What was carried off covers more than was exported, which is no cut.
      #expect(try verify([CheckpointFile.path(folder.path)]).isIntact)
    }
  }

  @Test func `a range without a record, an unknown agent and a folder that is there are refused, and leave nothing`()
    throws
  {
    try fill()
    defer { try? FileManager.default.removeItem(atPath: folder.path + "/revisions") }
    var export = RecordExport(out: out)
    export.since = Timestamp(seconds: 1_900_000_000)
    #expect(throws: ExportError.self) { try export.write(journalOf: folder.path) }
    export.since = nil
    export.agent = "nobody"
    #expect(throws: ExportError("there is no agent nobody in this record")) { try export.write(journalOf: folder.path) }
    #expect(!FileManager.default.fileExists(atPath: out))
    #expect(!FileManager.default.fileExists(atPath: "\(out).partial-\(getpid())"))
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: out) }
    #expect(throws: ExportError.self) { try RecordExport(out: out).write(journalOf: folder.path) }
  }

  // MARK: Forgeries

  @Test func `a file that was changed, removed or added is named`() throws {
    try exported {
      try StateFolder.write(Array("x".utf8), to: out + "/trades.csv")
      unlink(out + "/flows.csv")
      try StateFolder.write([], to: out + "/more.csv")
      let found = try verify().findings
      #expect(found.contains { $0.hasPrefix("trades.csv was changed") }, "\(found)")
      #expect(found.contains { $0.hasPrefix("flows.csv is missing") })
      #expect(found.contains { $0.hasPrefix("more.csv is in the folder") })
    }
  }

  @Test func `a table that was changed with its hash in the manifest is found`() throws {
    try exported {
      try forge("trades.csv", try text("trades.csv").replacing("-3.50", with: "3.50"))
      #expect(try verify().findings == ["trades.csv does not say what the records say"])
    }
  }

  @Test func `an edited record is found, by us and by the recipe of the README`() throws {
    try exported {
      let recipe = try #require(try text("README.md").firstMatch(of: /```python\n([^`]*)```/)?.1)
      // It stands in the folder that it reads.
      let python = out + "/verify.py"
      try StateFolder.write(Array(String(recipe).utf8), to: python)
      let ask = { try run("sh", "-c", "cd '\(self.out)' && python3 verify.py") }
      #expect(try ask().contains("to record 30, hash "))
      let file = try recordsFile()
      let honest = try text(file)
      try forge(file, honest.replacing("\"-20\"", with: "\"-10\""))
      #expect(try verify().findings.contains { $0.contains("record 6 was edited") })
      let told = #expect(throws: CommandFailed.self) { try ask() }
      #expect(told?.output.contains("record 6 was edited") == true, "\(told?.output ?? "")")
      // The end cut, manifest and tables left alone.
      try forge(file, honest.split(separator: "\n").dropLast(3).map { $0 + "\n" }.joined())
      #expect(try verify().check.findings.map(\.kind) == [.tailCut])
      let cut = #expect(throws: CommandFailed.self) { try ask() }
      #expect(cut?.output.contains("a checkpoint covers record 30") == true)
    }
  }

  @Test func `a chain made anew fails beside the signed checkpoints`() throws {
    try exported {
      let file = try recordsFile()
      var previous = JournalLine.firstPrevHash
      var forged: [JournalLine] = []
      for text in try lines() {
        let line = try JournalLine.parse(text)
        var record = try #require(line.record)
        if record.sequence == 6 { record.message = "nothing happened" }
        forged.append(JournalLine.make(record: record, chain: line.chain, prevHash: previous))
        previous = forged[forged.count - 1].hash
      }
      try forge(file, forged.map { $0.text + "\n" }.joined())
      let result = try verify(keys: [key.publicKey])
      #expect(Set(result.check.findings.map(\.kind)) == [.rewritten])
      #expect(result.check.findings.count == 3)
    }
  }

  @Test func `a revision that was changed or taken out is found`() throws {
    try exported {
      let honest = try text(ExportGuide.revisions)
      try forge(ExportGuide.revisions, honest.replacing("\"lot_size\":\"0.01\"", with: "\"lot_size\":\"0.02\""))
      #expect(try verify().findings.contains { $0.contains("was changed: its hash is not its sha256") })
      try forge(ExportGuide.revisions, "")
      #expect(try verify().findings.contains { $0.contains("lacks revision 1") })
    }
  }

  @Test func `what is no export is said`() throws {
    try fill()
    defer { try? FileManager.default.removeItem(atPath: folder.path + "/revisions") }
    let error = #expect(throws: ExportError.self) { try ExportVerifier.verify(folder.path) }
    #expect(error?.description.contains("is no export") == true)
  }

  @Test(arguments: [
    ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"no\"", "\"say \"\"no\"\"\""), ("-3.50", "-3.50"), ("+1", "'+1"),
    ("=1+1", "'=1+1"), ("-cmd", "'-cmd"), ("@x", "'@x"), ("'x", "''x"), ("", ""),
  ]) func `a cell is quoted and guarded`(value: String, cell: String) { #expect(CSVText.cell(value) == cell) }
}

/// The fixture's manifest as an accepted set.
private enum ManifestFixtureRevision {
  static let loaded: LoadedManifests = {
    switch ManifestLoader.load(files: [ManifestFile(name: "atlas.yaml", bytes: Array(ManifestFixture.agent.utf8))]) {
    case .accepted(let loaded): return loaded
    case .rejected(let errors): preconditionFailure("the fixture is refused: \(errors)")
    }
  }()

  static var fingerprint: String { loaded.fleet.fingerprint }
}

extension DatabaseTests {
  @Suite struct DatabaseExportTests {
    let folder = StateFolder()

    @Test func `an export of the database has the very lines of an export of the journal`() async throws {
      let database = try TestDatabase.fresh()
      let journal = try Journal.open(stateDirectory: folder.path, options: .small)
      try journal.append(Record.plain(1...2_500))
      let log = ShipperLog()
      let shipper = Shipper(
        destination: .server(try database.target()), source: JournalSource(journal: journal), callbacks: log.callbacks)
      shipper.start()
      try await eventually("shipped") { log.shipped == 2_500 }
      await shipper.stop()
      let (ofDatabase, ofJournal) = (folder.path + "-a", folder.path + "-b")
      defer { for path in [ofDatabase, ofJournal] { try? FileManager.default.removeItem(atPath: path) } }
      // The journal is open: its controller runs.
      let a = try RecordExport(out: ofDatabase).write(database: try database.target(), stateDirectory: folder.path)
      let b = try RecordExport(out: ofJournal).write(journalOf: folder.path)
      #expect(journal.close())
      #expect(a.records == 2_500 && b.records == 2_500)
      let name = try #require(try Disk.names(in: ofJournal).first { $0.hasPrefix("records-") })
      #expect(try StateFolder.read(ofDatabase + "/" + name) == StateFolder.read(ofJournal + "/" + name))
      #expect(try ExportVerifier.verify(ofDatabase).isIntact)
      var part = RecordExport(out: ofDatabase + "-part")
      defer { try? FileManager.default.removeItem(atPath: part.out) }
      part.since = Timestamp(seconds: 1_793_520_100)
      part.until = Timestamp(seconds: 1_793_520_200)
      let some = try part.write(database: try database.target(), stateDirectory: nil)
      #expect(some.chains.map(\.first) == [100] && some.chains.map(\.last) == [199])
      #expect(try ExportVerifier.verify(part.out).isIntact)
    }
  }
}

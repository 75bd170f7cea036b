import Foundation
import Reconciler
import Testing

@testable import Controller

@Suite("Revisions are kept whole")
struct ManifestRevisionTests {
  private static let time = Timestamp(seconds: 1_795_000_000)

  private func load(lots: String) throws -> LoadedManifests {
    try ManifestFixture.accepted(ManifestFixture.load(ManifestFixture.agent("lot_size: 0.01", "lot_size: \(lots) # é")))
  }

  @Test("a set that differs gets the next number, one that does not keeps its own")
  func numbers() throws {
    let folder = try TemporaryFolder()
    let store = RevisionStore(stateDirectory: folder.path)
    #expect(try store.latest().revision == nil)
    let first = try store.accept(try load(lots: "0.01"), actor: "start", at: Self.time)
    #expect(first.isNew && first.revision.number == 1)
    let again = try store.accept(try load(lots: "0.010"), actor: "other", at: Self.time)
    #expect(!again.isNew && again.revision == first.revision)
    let second = try store.accept(try load(lots: "0.02"), actor: "uid:1000", at: Self.time)
    #expect(second.isNew && second.revision.number == 2)
    let back = try store.accept(try load(lots: "0.01"), actor: "uid:1000", at: Self.time)
    #expect(back.isNew && back.revision.number == 3)
    #expect(try store.list().revisions.map(\.number) == [1, 2, 3])
    #expect(try store.latest().revision == back.revision)
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/revisions").sorted()
    #expect(names == ["000001.json", "000002.json", "000003.json"])
  }

  @Test("what is read back is what was accepted, to the byte")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let store = RevisionStore(stateDirectory: folder.path)
    let loaded = try load(lots: "0.02")
    let kept = try store.accept(loaded, actor: "uid:1000", at: Self.time).revision
    let read = try store.revision(1)
    #expect(read == kept)
    #expect(read.files.map(\.bytes) == loaded.files.map(\.bytes))
    #expect(read.normalised == loaded.normalised)
    let fleet = try ManifestFixture.accepted(read.load()).fleet
    #expect(fleet.revision == 1)
    #expect(fleet.agents == loaded.fleet.agents)
    #expect(fleet.fingerprint == loaded.fleet.fingerprint)
  }

  @Test("bytes that are no text are kept as well")
  func binary() throws {
    let revision = StoredRevision(
      number: 1, fingerprint: "", loadedAt: Self.time, actor: "a", gitCommit: nil,
      files: [ManifestFile(name: "x.yaml", bytes: [0xFF, 0x00])], form: NormalisedForm(.null))
    let json = try JSONParser.parse(RevisionText.bytes(of: revision))
    #expect(json["files"] == [["name": "x.yaml", "base64": "/wA="]])
  }

  @Test("a remembered revision is read again when its file is another one")
  func remembered() throws {
    let folder = try TemporaryFolder()
    let store = RevisionStore(stateDirectory: folder.path, remembersNewest: true)
    let loaded = try load(lots: "0.01")
    let kept = try store.accept(loaded, actor: "a", at: Self.time).revision
    #expect(try store.revision(1) == kept)
    #expect(try store.accept(loaded, actor: "a", at: Self.time).isNew == false)
    let path = "\(folder.path)/revisions/000001.json"
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    try whole.prefix(100).write(to: URL(fileURLWithPath: path))
    #expect(throws: RevisionError.self) { try store.revision(1) }
    #expect(try store.accept(loaded, actor: "a", at: Self.time).revision.number == 2)
    try FileManager.default.removeItem(atPath: "\(folder.path)/revisions/000002.json")
    #expect(throws: RevisionError.self) { try store.revision(2) }
  }

  @Test("a revision's file is canonical JSON whose hash is of all but the hash")
  func canonical() throws {
    let loaded = try load(lots: "0.01")
    let files = [
      ManifestFile(name: "a \"b\".yaml", bytes: Array("x: \"\\\t\r\né\u{1F600}\u{1}\"\n".utf8)),
      ManifestFile(name: "c.yaml", bytes: [0xFF]),
    ]
    let revision = StoredRevision(
      number: 7, fingerprint: loaded.fleet.fingerprint, loadedAt: Self.time, actor: "uid:1 \"x\"", gitCommit: "abc",
      rollbackOf: 3, reason: "why", files: files, form: loaded.form)
    let bytes = RevisionText.bytes(of: revision)
    #expect(try JSONParser.parse(bytes.dropLast()).canonicalBytes == Array(bytes.dropLast()))
    #expect(try RevisionText.read(bytes, path: "x") == revision)
  }

  @Test("a damaged revision is told by name, older ones serve, and its number is not used again")
  func damage() throws {
    let folder = try TemporaryFolder()
    let store = RevisionStore(stateDirectory: folder.path)
    _ = try store.accept(try load(lots: "0.01"), actor: "a", at: Self.time)
    _ = try store.accept(try load(lots: "0.02"), actor: "a", at: Self.time)
    let path = "\(folder.path)/revisions/000002.json"
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for (index, byte) in [(0, 0x20), (40, 0x7A), (whole.count / 2, 0x31), (whole.count - 3, 0x30)] as [(Int, UInt8)] {
      var bytes = whole
      bytes[index] = bytes[index] == byte ? byte + 1 : byte
      try bytes.write(to: URL(fileURLWithPath: path))
      let latest = try store.latest()
      #expect(latest.revision?.number == 1)
      #expect(latest.damaged.count == 1 && latest.damaged[0].description.contains("000002.json is damaged"))
    }
    try whole.prefix(100).write(to: URL(fileURLWithPath: path))
    #expect(throws: RevisionError.self) { try store.revision(2) }
    #expect(throws: RevisionError.unknown(9)) { try store.revision(9) }
    #expect(try store.list().revisions.map(\.number) == [1])
    #expect(try store.accept(try load(lots: "0.02"), actor: "a", at: Self.time).revision.number == 3)
  }

  @Test("the commit is read from a work tree: loose, packed, detached, and linked")
  func git() throws {
    let folder = try TemporaryFolder()
    let one = String(repeating: "1", count: 40)
    let two = String(repeating: "2", count: 40)
    try folder.write("w/manifests/a.yaml", ManifestFixture.agent)
    let manifests = "\(folder.path)/w/manifests"
    #expect(GitHead.commit(containing: manifests) == nil)
    try folder.write("w/.git/HEAD", "ref: refs/heads/main\n")
    #expect(GitHead.commit(containing: manifests) == nil)
    try folder.write("w/.git/packed-refs", "# pack-refs with: peeled\n\(one) refs/heads/main\n^\(two)\n")
    #expect(GitHead.commit(containing: manifests) == one)
    try folder.write("w/.git/refs/heads/main", two + "\n")
    #expect(GitHead.commit(containing: manifests) == two)
    #expect(
      try ManifestFixture.accepted(ManifestLoader.load(directory: manifests)).gitCommit == nil, "git knows nothing")
    try folder.write("linked/.git", "gitdir: ../w/.git/worktrees/linked\n")
    try folder.write("w/.git/worktrees/linked/HEAD", "ref: refs/heads/side\n")
    try folder.write("w/.git/worktrees/linked/commondir", "../..\n")
    try folder.write("w/.git/refs/heads/side", one + "\n")
    #expect(GitHead.commit(containing: "\(folder.path)/linked") == one)
    try folder.write("w/.git/HEAD", one + "\n")
    #expect(GitHead.commit(containing: manifests) == one)
  }

  @Test("a commit is only given for what is committed; anything else is dirty")
  func dirty() throws {
    let folder = try TemporaryFolder()
    let tree = "\(folder.path)/w"
    func git(_ arguments: String) throws -> String {
      try run("sh", "-c", "cd '\(tree)' && git -c user.name=a -c user.email=a@b \(arguments)")
    }
    func loaded() throws -> String? {
      try ManifestFixture.accepted(ManifestLoader.load(directory: "\(tree)/manifests")).gitCommit
    }
    try folder.write("w/manifests/a.yaml", ManifestFixture.agent)
    try folder.write("w/other.txt", "one")
    _ = try git("init -q && git add -A && git -c user.name=a -c user.email=a@b commit -qm one")
    let head = try git("rev-parse HEAD")
    #expect(try loaded() == head)
    try folder.write("w/other.txt", "two")
    #expect(try loaded() == head, "what is beside the manifests does not count")
    try folder.write("w/manifests/a.yaml", ManifestFixture.agent("lot_size: 0.01", "lot_size: 0.02"))
    #expect(try loaded() == head + "-dirty")
    _ = try git("add -A")
    #expect(try loaded() == head + "-dirty", "staged is not committed")
    _ = try git("commit -qm two")
    #expect(try loaded() == git("rev-parse HEAD"))
    try folder.write("w/.git/info/exclude", "manifests/b.yaml\n")
    try folder.write(
      "w/manifests/b.yaml",
      ManifestFixture.agent.replacing("atlas", with: "b").replacing("agent_1", with: "b").replacing(
        "8081", with: "8082"))
    #expect(try loaded()?.hasSuffix("-dirty") == true, "an ignored file is not committed either")
  }
}

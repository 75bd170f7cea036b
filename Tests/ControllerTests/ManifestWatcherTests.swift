import Foundation
import Glibc
import Synchronization
import Testing

@testable import Controller

@Suite("The watcher tells that manifests changed")
struct ManifestWatcherTests {
  /// Calls so far, to be awaited.
  private final class Calls: Sendable {
    private let count = Mutex(0)
    var number: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }

    /// Whether there were calls beyond `before` within a minute. Looks once more at the end: where other tests keep the
    /// cores busy, this one may sleep through its deadline.
    func more(than before: Int) async -> Bool {
      let deadline = ContinuousClock.now + .seconds(60)
      while ContinuousClock.now < deadline {
        if number > before { return true }
        try? await Task.sleep(for: .milliseconds(5))
      }
      return number > before
    }
  }

  private static func watch(_ path: String, lookAgain: Duration = .seconds(3600), _ calls: Calls) throws
    -> ManifestWatcher
  {
    try ManifestWatcher(directory: path, debounce: .milliseconds(20), lookAgain: lookAgain) { calls.add() }
  }

  @Test("a file is written, replaced, renamed, removed")
  func files() async throws {
    let folder = try TemporaryFolder()
    try folder.write("m/a.yaml", "1")
    let calls = Calls()
    let watcher = try Self.watch("\(folder.path)/m", calls)
    defer { watcher.stop() }
    let steps: [() throws -> Void] = [
      { try folder.write("m/a.yaml", "2") },
      {
        try folder.write("m/.a.yaml.tmp", "3")
        rename("\(folder.path)/m/.a.yaml.tmp", "\(folder.path)/m/a.yaml")
      },
      { try folder.write("m/b.yaml", "4") },
      { unlink("\(folder.path)/m/a.yaml") },
    ]
    for (index, step) in steps.enumerated() {
      let before = calls.number
      try step()
      #expect(await calls.more(than: before), "step \(index)")
    }
  }

  @Test("an edit between the first reading of the files and the watch is told")
  func atStart() async throws {
    let folder = try TemporaryFolder()
    try folder.write("m/a.yaml", "1")
    let calls = Calls()
    let sight = ManifestWatcher.Sight(directory: "\(folder.path)/m")
    try folder.write("m/a.yaml", "2")
    // Its event is of before the watch's own loop, and the look every hour comes too late: the first one is at once.
    _ = sight.discardEvents()
    let watcher = try ManifestWatcher(from: sight, debounce: .milliseconds(20), lookAgain: .seconds(3600)) {
      calls.add()
    }
    defer { watcher.stop() }
    #expect(await calls.more(than: 0))
  }

  @Test("the folder is removed and made anew, and moved away and back")
  func folders() async throws {
    let folder = try TemporaryFolder()
    try folder.write("m/a.yaml", "1")
    let calls = Calls()
    let watcher = try Self.watch("\(folder.path)/m/", calls)
    defer { watcher.stop() }
    try FileManager.default.removeItem(atPath: "\(folder.path)/m")
    #expect(await calls.more(than: 0))
    var before = calls.number
    try folder.write("m/a.yaml", "2")
    #expect(await calls.more(than: before))
    before = calls.number
    try folder.write("m/a.yaml", "3")
    #expect(await calls.more(than: before))
    before = calls.number
    rename("\(folder.path)/m", "\(folder.path)/n")
    #expect(await calls.more(than: before))
    before = calls.number
    rename("\(folder.path)/n", "\(folder.path)/m")
    #expect(await calls.more(than: before))
  }

  @Test("a link to the folder is swapped, also further up")
  func links() async throws {
    let folder = try TemporaryFolder()
    try folder.write("v1/m/a.yaml", "1")
    try folder.write("v2/m/a.yaml", "2")
    symlink("v1", "\(folder.path)/current")
    symlink("v1/m", "\(folder.path)/near")
    let near = Calls()
    let far = Calls()
    let first = try Self.watch("\(folder.path)/near", near)
    let second = try Self.watch("\(folder.path)/current/m", lookAgain: .milliseconds(50), far)
    defer {
      first.stop()
      second.stop()
    }
    symlink("v2/m", "\(folder.path)/next")
    rename("\(folder.path)/next", "\(folder.path)/near")
    #expect(await near.more(than: 0))
    symlink("v2", "\(folder.path)/next")
    rename("\(folder.path)/next", "\(folder.path)/current")
    #expect(await far.more(than: 0))
    let before = near.number
    try folder.write("v2/m/a.yaml", "3")
    #expect(await near.more(than: before))
  }

  @Test("other files are no news")
  func quiet() throws {
    let folder = try TemporaryFolder()
    try folder.write("m/a.yaml", "1")
    let watched = WatchedFolder(path: "\(folder.path)/m")
    for name in ["m/a.yaml~", "m/.a.yaml.swp", "m/notes.txt", "other.yaml"] { try folder.write(name, "x") }
    #expect(!watched.takeEvents())
    try folder.write("m/b.yaml", "1")
    #expect(watched.takeEvents())
  }

  @Test("nothing comes after the end, and ending twice is no harm")
  func end() async throws {
    let folder = try TemporaryFolder()
    try folder.write("m/a.yaml", "1")
    let calls = Calls()
    let watcher = try Self.watch("\(folder.path)/m", calls)
    try folder.write("m/b.yaml", "1")
    #expect(await calls.more(than: 0))
    watcher.stop()
    watcher.stop()
    let before = calls.number
    try folder.write("m/a.yaml", "2")
    try await Task.sleep(for: .milliseconds(100))
    #expect(calls.number == before)
  }

  @Test("events are cut from what inotify gives, also when it is cut off")
  func events() {
    let bytes: [UInt8] = [1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 97, 98, 0, 0, 2, 0, 0, 0, 4, 1, 0, 0]
    #expect(InotifyEvent.events(in: bytes[...]) == [InotifyEvent(watch: 1, mask: 8, name: "ab")])
  }
}

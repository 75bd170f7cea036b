import Foundation
import CDispatch
import CoreFoundation
import Glibc
import Synchronization

/// A folder as inotify and `stat` see it. The name is what is followed: whichever folder has it now.
final class WatchedFolder: Sendable {
  /// -1 where the system has no inotify instance left; then looking alone has to do.
  let descriptor: Int32
  private let path: String
  private let parent: String
  private let name: String
  private let watches = Mutex(Watches())

  private struct Watches {
    var folder: Int32 = -1
    var parent: Int32 = -1
  }

  init(path: String) {
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let slash = trimmed.lastIndex(of: "/")
    self.path = trimmed
    name = slash.map { String(trimmed[trimmed.index(after: $0)...]) } ?? trimmed
    parent = slash.map { $0 == trimmed.startIndex ? "/" : String(trimmed[..<$0]) } ?? "."
    descriptor = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
    _ = follow()
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Sets the watches on what has the names now. Whether the folder is another one than before.
  func follow() -> Bool {
    guard descriptor >= 0 else { return false }
    let inside = UInt32(IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB)
    let itself = UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
    let names = UInt32(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR)
    let folder = unsafe inotify_add_watch(descriptor, path, inside | itself)
    let above = unsafe inotify_add_watch(descriptor, parent, names)
    return watches.withLock { watches in
      if watches.folder >= 0, watches.folder != folder { inotify_rm_watch(descriptor, watches.folder) }
      if watches.parent >= 0, watches.parent != above { inotify_rm_watch(descriptor, watches.parent) }
      defer { watches = Watches(folder: folder, parent: above) }
      return watches.folder != folder
    }
  }

  /// Reads the events that wait. Whether one of them may concern a manifest.
  func takeEvents() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    var concerns = false
    while true {
      let count = unsafe read(descriptor, &buffer, buffer.count)
      guard count > 0 else { break }
      for event in InotifyEvent.events(in: buffer[..<count]) where isOfInterest(event) { concerns = true }
    }
    return concerns
  }

  private func isOfInterest(_ event: InotifyEvent) -> Bool {
    if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { return true }
    let watches = watches.withLock { $0 }
    // The folder itself may be what is above another name: then both watches are one.
    if event.watch == watches.parent, event.name == name { return true }
    guard event.watch == watches.folder else { return false }
    // `..data` is the link by which mounted configuration is swapped.
    return event.name.isEmpty || event.name.hasPrefix("..") || ManifestFolder.isManifest(event.name)
  }

  /// What can be seen of the folder from outside; changes whenever a manifest does.
  func appearance() -> [String] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { return ["none"] }
    return ["folder \(look(path))"]
      + names.filter(ManifestFolder.isManifest).sorted().map { "\($0) \(look("\(path)/\($0)"))" }
  }

  private func look(_ path: String) -> String {
    var info = stat()
    guard unsafe stat(path, &info) == 0 else { return "missing" }
    let isFolder = info.st_mode & S_IFMT == S_IFDIR
    let identity = "\(info.st_dev) \(info.st_ino)"
    if isFolder { return identity }
    return "\(identity) \(info.st_mode) \(info.st_size) \(info.st_mtim.tv_sec).\(info.st_mtim.tv_nsec) "
      + "\(info.st_ctim.tv_sec).\(info.st_ctim.tv_nsec)"
  }
}

/// One event of inotify.
struct InotifyEvent: Hashable {
  let watch: Int32
  let mask: UInt32
  let name: String

  /// The events in what was read: a head of 16 bytes each (watch, mask, cookie, length of the name), then the name.
  static func events(in bytes: ArraySlice<UInt8>) -> [InotifyEvent] {
    var events: [InotifyEvent] = []
    var at = bytes.startIndex
    func word(_ offset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[at + offset + $1]) << (8 * UInt32($1)) }
    }
    while at + 16 <= bytes.endIndex {
      let end = at + 16 + Int(word(12))
      guard end <= bytes.endIndex else { break }
      let name = bytes[(at + 16)..<end].prefix { $0 != 0 }
      events.append(
        InotifyEvent(
          watch: Int32(bitPattern: word(0)), mask: word(4), name: String(decoding: name, as: UTF8.self)))
      at = end
    }
    return events
  }
}

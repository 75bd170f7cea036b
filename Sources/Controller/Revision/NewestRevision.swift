import CDispatch
import CoreFoundation
import Glibc
import Synchronization

/// The revision with the highest number that this process has stored or verified, with what tells that its file is still
/// the same. Damage that leaves the file's times as they are is found by the next process, as it reads every byte.
final class NewestRevision: Sendable {
  private struct Kept: Sendable {
    let revision: StoredRevision
    let mark: FileMark
  }

  private struct FileMark: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
    let size: Int64
    let modified: [Int]
    let changed: [Int]

    init?(_ path: String) {
      var info = stat()
      guard unsafe stat(path, &info) == 0 else { return nil }
      device = UInt64(info.st_dev)
      inode = UInt64(info.st_ino)
      size = Int64(info.st_size)
      modified = [info.st_mtim.tv_sec, info.st_mtim.tv_nsec]
      changed = [info.st_ctim.tv_sec, info.st_ctim.tv_nsec]
    }
  }

  private let kept = Mutex<Kept?>(nil)

  func keep(_ revision: StoredRevision, of path: String) {
    guard let mark = FileMark(path) else { return }
    kept.withLock { kept in
      if let kept, kept.revision.number > revision.number { return }
      kept = Kept(revision: revision, mark: mark)
    }
  }

  /// `nil` when it is another one, or its file has changed since.
  func revision(_ number: Int, of path: String) -> StoredRevision? {
    guard let kept = kept.withLock({ $0 }), kept.revision.number == number, kept.mark == FileMark(path) else {
      return nil
    }
    return kept.revision
  }
}

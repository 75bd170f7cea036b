import CDispatch
import CoreFoundation
import Glibc

/// The user a server runs as: the server refuses to run as root.
struct ServerUser: Hashable, Sendable {
  let id: uid_t
  let group: gid_t

  /// Ourselves; as root the owner of an existing cluster, else `postgres`, else `nobody`.
  ///
  /// - Parameter data: the cluster's folder, which need not exist.
  static func choose(data: String) throws(DatabaseError) -> ServerUser {
    var info = stat()
    let exists = unsafe stat(data, &info) == 0
    guard geteuid() == 0 else {
      if exists, info.st_uid != geteuid() {
        throw DatabaseError(
          .invalid,
          "\(data) belongs to user \(info.st_uid) and this program runs as user \(geteuid()): "
            + "run it as that user, or give the folder to this one")
      }
      return ServerUser(id: geteuid(), group: getegid())
    }
    if exists, info.st_uid != 0 { return ServerUser(id: info.st_uid, group: info.st_gid) }
    for name in ["postgres", "nobody"] {
      guard let entry = unsafe getpwnam(name) else { continue }
      return unsafe ServerUser(id: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
    }
    throw DatabaseError(.server, "PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
  }

  /// What to put before a program, so that it runs as this user and gets SIGINT when the thread that started it ends.
  func prefix() throws(DatabaseError) -> [String] {
    let tool = "/usr/bin/setpriv"
    guard unsafe access(tool, X_OK) == 0 else {
      if geteuid() != 0 { return [] }
      throw DatabaseError(.server, "as root an embedded database needs \(tool): apt-get install util-linux")
    }
    guard geteuid() == 0 else {
      // A service manager ends what a dead service leaves behind, and its system call filter may not let setpriv work.
      return unsafe getenv("INVOCATION_ID") == nil ? [tool, "--pdeathsig", "INT", "--"] : []
    }
    return [
      tool, "--reuid", "\(id)", "--regid", "\(group)", "--clear-groups", "--pdeathsig", "INT", "--",
    ]
  }

  /// Gives a file or folder to this user.
  func own(_ path: String) throws(DatabaseError) {
    guard geteuid() == 0 else { return }
    guard unsafe lchown(path, id, group) == 0 else {
      throw DatabaseError(.server, "\(path) cannot be given to user \(id): \(SystemText.message(errno))")
    }
  }
}

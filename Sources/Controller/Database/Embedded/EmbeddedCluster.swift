import CDispatch
import CoreFoundation
import Foundation

/// A cluster's files and the command that serves it.
struct EmbeddedCluster: Sendable {
  static let superuser = "mt4"
  /// As which the service ships: it may add records and change none.
  static let serviceUser = "mt4_controller"
  /// As which everybody asks: it may change nothing.
  static let readerUser = "mt4_auditor"
  static let database = "mt4"

  let paths: EmbeddedPaths
  let user: ServerUser
  let programs: PostgresPrograms
  /// Held open: the server sees its folder through a descriptor, so that the folders above it may be closed to its user.
  let folder: FolderDescriptor

  /// Finds the programs and makes the cluster where there is none.
  static func prepare(_ paths: EmbeddedPaths) throws(DatabaseError) -> EmbeddedCluster {
    let user = try ServerUser.choose(data: paths.data)
    let versionText = try? String(contentsOfFile: "\(paths.data)/PG_VERSION", encoding: .utf8)
    let version = versionText.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    let programs = try PostgresPrograms.find(clusterVersion: version)
    if versionText == nil { try make(paths, user: user, programs: programs) }
    return EmbeddedCluster(paths: paths, user: user, programs: programs, folder: try FolderDescriptor(paths.data))
  }

  /// Makes it under another name and renames it: a cluster half made is never taken for a whole one.
  private static func make(_ paths: EmbeddedPaths, user: ServerUser, programs: PostgresPrograms) throws(DatabaseError) {
    do {
      try FileManager.default.createDirectory(atPath: paths.state, withIntermediateDirectories: true)
      if FileManager.default.fileExists(atPath: paths.data) {
        guard try FileManager.default.contentsOfDirectory(atPath: paths.data).isEmpty else {
          throw DatabaseError(.invalid, "\(paths.data) is not empty and no PostgreSQL cluster: move it away")
        }
        try FileManager.default.removeItem(atPath: paths.data)
      }
      clearLeftovers(paths)
      try FileManager.default.createDirectory(
        atPath: paths.unfinished, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    } catch let error as DatabaseError {
      throw error
    } catch {
      throw DatabaseError(
        .invalid, "the state directory \(paths.state) cannot be written: \(error.localizedDescription)")
    }
    try user.own(paths.unfinished)
    let folder = try FolderDescriptor(paths.unfinished)
    let log = try openLog(paths)
    defer { close(log) }
    let child = try ChildProcess.start(
      try user.prefix() + [
        programs.initdb, "-D", ChildProcess.folderPath, "-U", superuser, "-E", "UTF8", "--locale=C", "--auth=trust",
      ], folder: folder.number, log: log)
    let status = child.wait()
    guard status == 0 else {
      throw DatabaseError(.server, "initdb ended with status \(status): \(lastLogLine(paths)) (see \(paths.log))")
    }
    guard unsafe rename(paths.unfinished, paths.data) == 0 else {
      throw DatabaseError(.server, "\(paths.data) cannot be made: \(SystemText.message(errno))")
    }
  }

  /// The initdb of a controller that was killed may be clearing its folder at this very moment: what it left is moved out
  /// of the way, and removed as far as it goes now.
  private static func clearLeftovers(_ paths: EmbeddedPaths) {
    unsafe rename(paths.unfinished, "\(paths.unfinished).\(UInt32.random(in: 0 ... .max))")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: paths.state)) ?? []
    for name in names where name.hasPrefix("postgres.new.") {
      try? FileManager.default.removeItem(atPath: "\(paths.state)/\(name)")
    }
  }

  /// Starts the server. It ends when the calling thread does: call it from the thread that waits for it.
  func serve() throws(DatabaseError) -> ChildProcess {
    let log = try Self.openLog(paths)
    defer { close(log) }
    let settings = [
      "listen_addresses=", "unix_socket_directories=.", "unix_socket_permissions=0700", "port=5432",
      "max_connections=20", "shared_buffers=32MB", "max_wal_size=256MB", "min_wal_size=32MB", "wal_level=minimal",
      "max_wal_senders=0", "fsync=on", "full_page_writes=on", "synchronous_commit=on", "logging_collector=off",
      "log_destination=stderr", "log_timezone=UTC", "log_checkpoints=off", "password_encryption=scram-sha-256",
      "jit=off", "cluster_name=mt4-controller",
    ]
    return try ChildProcess.start(
      try user.prefix() + [programs.postgres, "-D", ChildProcess.folderPath] + settings.flatMap { ["-c", $0] },
      folder: folder.number, log: log)
  }

  /// How to reach it from this process; a path too long for a socket is reached through our descriptor.
  func target(database: String = Self.database) -> DatabaseTarget {
    DatabaseTarget(
      socketDirectory: paths.socketFits ? paths.data : "/proc/self/fd/\(folder.number)", shown: paths.data,
      database: database, user: Self.superuser)
  }

  /// Opens the log for appending; one over 8 MiB is kept as `postgres.log.1`.
  private static func openLog(_ paths: EmbeddedPaths) throws(DatabaseError) -> Int32 {
    var info = stat()
    if unsafe stat(paths.log, &info) == 0, info.st_size > 8 << 20 { unsafe rename(paths.log, "\(paths.log).1") }
    let log = unsafe open(paths.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard log >= 0 else { throw DatabaseError(.server, "\(paths.log) cannot be opened: \(SystemText.message(errno))") }
    return log
  }

  static func lastLogLine(_ paths: EmbeddedPaths) -> String {
    guard let log = FileHandle(forReadingAtPath: paths.log) else { return "no log" }
    defer { try? log.close() }
    let size = (try? log.seekToEnd()) ?? 0
    try? log.seek(toOffset: size > 4096 ? size - 4096 : 0)
    let text = String(decoding: (try? log.read(upToCount: 4096)) ?? Data(), as: UTF8.self)
    let lines = text.split(separator: "\n")
    return String(lines.last { $0.contains("FATAL") || $0.contains("error:") } ?? lines.last ?? "nothing in the log")
  }
}

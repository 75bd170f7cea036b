// Embedded: a private PostgreSQL server in the state directory, for `--database embedded`. It has a Unix socket only, inside
// a folder of mode 0700, runs as an unprivileged user when we are root, is started again when it ends by itself, and never
// runs twice on one cluster.

import Foundation
import Synchronization

/// The server of one state directory. Only the holder of the state directory starts it.
public final class EmbeddedPostgres: Sendable {
  private enum Phase {
    case stopped
    case running(ChildProcess)
    /// It ended by itself and is about to be started again.
    case between(status: Int32)
    case stopping
  }

  private let paths: EmbeddedPaths
  /// Whether there was a cluster when this was made: a new one remembers nothing.
  let hadCluster: Bool
  private let phase = Mutex<Phase>(.stopped)
  private let threadEnded = DispatchSemaphore(value: 0)
  private let wake = DispatchSemaphore(value: 0)

  public init(stateDirectory: String) {
    paths = EmbeddedPaths(stateDirectory: stateDirectory)
    hadCluster = FileManager.default.fileExists(atPath: paths.data + "/PG_VERSION")
  }

  /// Starts the server as `start` does, prepares the schema and the roles as its superuser, and gives the way in for the
  /// service, whose role may change no record.
  func startForService() throws(DatabaseError) -> DatabaseTarget {
    let administrator = try start()
    _ = try DatabaseInit.run(administrator)
    return administrator.asUser(EmbeddedCluster.serviceUser)
  }

  /// Makes the cluster if there is none, stops an orphan, starts the server and waits until it accepts. Blocks: call it
  /// through `DatabaseThread`.
  ///
  /// - Throws: what is missing or wrong, with the last line of the server's log.
  public func start(withinSeconds seconds: Int = 60) throws(DatabaseError) -> DatabaseTarget {
    let deadline = ContinuousClock.now + .seconds(seconds)
    let cluster = try EmbeddedCluster.prepare(paths)
    if let orphan = Postmaster.running(on: paths.data), !orphan.stop(data: paths.data, within: 15) {
      throw DatabaseError(.server, "an old server (process \(orphan.id)) on \(paths.data) does not stop")
    }
    Postmaster.removeStalePIDFile(in: paths.data)
    phase.withLock { $0 = .between(status: 0) }
    DatabaseThread.start("mt4-postgres") { self.supervise(cluster) }
    do throws(DatabaseError) {
      try waitUntilReady(cluster, until: deadline)
    } catch {
      stop(withinSeconds: 5)
      throw error
    }
    return cluster.target()
  }

  /// Stops the server: in fast mode, then at once. Blocks for `seconds` at most; does nothing when it does not run.
  public func stop(withinSeconds seconds: Double = 15) {
    let before = phase.withLock { phase in
      defer { if case .stopped = phase {} else { phase = .stopping } }
      return phase
    }
    if case .stopped = before { return }
    wake.signal()
    if let server = Postmaster.running(on: paths.data) {
      _ = server.stop(data: paths.data, within: seconds)
    } else if case .running(let child) = before {
      kill(child.id, SIGINT)
    }
    _ = threadEnded.wait(timeout: .now() + .milliseconds(Int(seconds * 1000)))
  }

  /// A server that runs on this state directory already, whoever started it.
  public static func running(stateDirectory: String) -> DatabaseTarget? {
    let paths = EmbeddedPaths(stateDirectory: stateDirectory)
    guard Postmaster.running(on: paths.data) != nil else { return nil }
    if paths.socketFits {
      return DatabaseTarget(
        socketDirectory: paths.data, shown: paths.data, database: EmbeddedCluster.database,
        user: EmbeddedCluster.superuser)
    }
    let number = unsafe open(paths.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { return nil }
    // The descriptor stays open: the path that goes through it is good as long as this process.
    return DatabaseTarget(
      socketDirectory: "/proc/self/fd/\(number)", shown: paths.data, database: EmbeddedCluster.database,
      user: EmbeddedCluster.superuser)
  }

  /// Starts the server again and again until stopped. The server dies with this thread.
  private func supervise(_ cluster: EmbeddedCluster) {
    var pause = 0.2
    while true {
      let began = ContinuousClock.now
      let child: ChildProcess? = phase.withLock { phase in
        if case .stopping = phase { return nil }
        guard let child = try? cluster.serve() else { return nil }
        phase = .running(child)
        return child
      }
      let status = child?.wait() ?? -1
      let goesOn = phase.withLock { phase in
        if case .stopping = phase {
          phase = .stopped
          return false
        }
        phase = .between(status: status)
        return true
      }
      guard goesOn else { break }
      pause = ContinuousClock.now - began > .seconds(30) ? 0.2 : min(pause * 2, 5)
      _ = wake.wait(timeout: .now() + .milliseconds(Int(pause * 1000)))
    }
    threadEnded.signal()
  }

  private func waitUntilReady(_ cluster: EmbeddedCluster, until deadline: ContinuousClock.Instant) throws(DatabaseError)
  {
    var last = DatabaseError(.timeout, "no answer yet")
    while ContinuousClock.now < deadline {
      do throws(DatabaseError) {
        guard Postmaster.running(on: paths.data) != nil else { throw DatabaseError(.unreachable, "not running") }
        let connection = try PostgresConnection(cluster.target(database: "postgres"))
        let found = try connection.query("SELECT 1 FROM pg_database WHERE datname = $1", [EmbeddedCluster.database])
        if found.rows.isEmpty { try connection.run(script: "CREATE DATABASE mt4", seconds: 30) }
        return
      } catch {
        last = error
      }
      usleep(20_000)
    }
    throw DatabaseError(
      .server,
      "the embedded PostgreSQL does not start (\(last.message)): \(EmbeddedCluster.lastLogLine(paths)) "
        + "(see \(paths.log))")
  }
}

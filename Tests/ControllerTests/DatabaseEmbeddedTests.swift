import Foundation
import Testing

@testable import Controller

extension DatabaseTests {
  @Suite struct DatabaseEmbeddedTests {
    @Test func `it starts, keeps its data over a stop, and leaves no process`() throws {
      let folder = try temporaryFolder()
      defer { try? FileManager.default.removeItem(atPath: folder) }
      for round in 0..<2 {
        let server = EmbeddedPostgres(stateDirectory: folder)
        let target = try server.start()
        let connection = try PostgresConnection(target)
        if round == 0 { try connection.run(script: "CREATE TABLE public.kept AS SELECT 1 AS a") }
        #expect(try connection.query("SELECT a FROM public.kept").value == "1")
        #expect(try connection.query("SELECT current_setting('listen_addresses')").value == "")
        #expect(EmbeddedPostgres.running(stateDirectory: folder) != nil)
        server.stop()
        #expect(EmbeddedPostgres.running(stateDirectory: folder) == nil)
      }
      let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/postgres")[.posixPermissions] as? Int
      #expect(mode == 0o700)
    }

    @Test func `a path too long for a socket is no hindrance`() throws {
      let folder = try temporaryFolder() + "/" + String(repeating: "a-long-name-", count: 10)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let server = EmbeddedPostgres(stateDirectory: folder)
      #expect(try PostgresConnection(try server.start()).query("SELECT 1").value == "1")
      let running = try #require(EmbeddedPostgres.running(stateDirectory: folder))
      #expect(try PostgresConnection(running).query("SELECT 1").value == "1")
      server.stop()
    }

    @Test func `an orphan of a controller that was killed is stopped before another is started`() throws {
      let folder = try temporaryFolder()
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let first = EmbeddedPostgres(stateDirectory: folder)
      _ = try first.start()
      first.stop()
      // A server without the signal that comes with its parent's end, as after a kill of both threads.
      let cluster = try EmbeddedCluster.prepare(EmbeddedPaths(stateDirectory: folder))
      let log = open("/dev/null", O_WRONLY)
      defer { close(log) }
      let prefix = try cluster.user.prefix().filter { $0 != "--pdeathsig" && $0 != "INT" }
      let orphan = try ChildProcess.start(
        (prefix.count > 2 ? prefix : []) + [
          cluster.programs.postgres, "-D", ChildProcess.folderPath, "-c", "listen_addresses=", "-c",
          "unix_socket_directories=.",
        ], folder: cluster.folder.number, log: log)
      let end = ContinuousClock.now + .seconds(30)
      while Postmaster.running(on: "\(folder)/postgres") == nil, ContinuousClock.now < end { usleep(10_000) }
      // Whoever starts it reaps it, so that it does not stay as a zombie.
      DatabaseThread.start("reaper") { _ = orphan.wait() }
      #expect(Postmaster.running(on: "\(folder)/postgres")?.id == orphan.id)
      let second = EmbeddedPostgres(stateDirectory: folder)
      _ = try second.start()
      let now = try #require(Postmaster.running(on: "\(folder)/postgres"))
      #expect(now.id != orphan.id)
      second.stop()
    }

    @Test func `a server that ends by itself is started again`() async throws {
      let folder = try temporaryFolder()
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let server = EmbeddedPostgres(stateDirectory: folder)
      let target = try server.start()
      let before = try #require(Postmaster.running(on: "\(folder)/postgres"))
      kill(before.id, SIGINT)
      try await eventually("it runs again") {
        guard let now = Postmaster.running(on: "\(folder)/postgres"), now != before else { return false }
        return (try? PostgresConnection(target)) != nil
      }
      server.stop()
    }

    @Test func `a pid file of a process that is another program now is removed`() throws {
      let folder = try temporaryFolder()
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let server = EmbeddedPostgres(stateDirectory: folder)
      _ = try server.start()
      server.stop()
      try "1\n/proc/self/fd/3\n1\n5432\n.\n\n".write(
        toFile: "\(folder)/postgres/postmaster.pid", atomically: true, encoding: .utf8)
      let again = EmbeddedPostgres(stateDirectory: folder)
      _ = try again.start()
      again.stop()
    }

    @Test func `a missing server names the package to install`() {
      let error = #expect(throws: DatabaseError.self) { try PostgresPrograms.find(clusterVersion: 7, path: "") }
      #expect(error?.message.contains("apt-get install postgresql-7") == true)
    }
  }
}

import Foundation
import Testing

@testable import Controller

extension DatabaseTests {
  @Suite struct DatabaseConnectionTests {
    @Test(arguments: [
      "postgresql://trader:hunter2@db.example:6432/mt4",
      "host=db.example port=6432 dbname=mt4 user=trader password=hunter2",
    ]) func `a target is described without its password`(text: String) throws {
      let target = try DatabaseTarget(text, environment: [:])
      #expect(target.description == "host=db.example port=6432 dbname=mt4 user=trader")
    }

    @Test func `a string that libpq cannot read is not repeated`() {
      let error = #expect(throws: DatabaseError.self) {
        try DatabaseTarget("postgresql://u:hunter2%zz@host/db", environment: [:])
      }
      #expect(error?.kind == .invalid)
      #expect(error?.description.contains("hunter2") == false)
    }

    @Test func `the password can come from a systemd credential`() throws {
      let folder = try temporaryFolder()
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try "hunter2\n".write(toFile: "\(folder)/database-password", atomically: true, encoding: .utf8)
      let environment = ["CREDENTIALS_DIRECTORY": folder]
      #expect(try DatabaseTarget("host=a", environment: environment).password == "hunter2")
      #expect(try DatabaseTarget("host=a password=b", environment: environment).password == nil)
    }

    @Test func `parameters come back as they were`() throws {
      let connection = try TestDatabase.fresh().connect()
      let texts = ["", "{\"a\": \"b\\\\c\"}", "ünï 'x' $1", "a,b{}"]
      let rows = try connection.query("SELECT t FROM unnest($1::text[]) AS t", [PostgresRows.array(texts)])
      #expect(rows.rows.map { $0[0] } == texts)
      #expect(try connection.query("SELECT $1::text", [nil]).value == nil)
    }

    @Test func `a failed statement of a pipeline undoes the others and leaves a session to use`() throws {
      let database = try TestDatabase.fresh()
      let connection = try database.connect()
      try connection.run(script: "CREATE TABLE public.x (a int)")
      let insert = PostgresStatement("INSERT INTO public.x VALUES (1)")
      let error = #expect(throws: DatabaseError.self) {
        try connection.pipeline([insert, PostgresStatement("SELECT 1/0"), insert])
      }
      #expect(error?.code == "22012")
      #expect(try connection.query("SELECT count(*) FROM public.x").value == "0")
      _ = try connection.pipeline([insert, insert])
      #expect(try connection.query("SELECT count(*) FROM public.x").value == "2")
    }

    @Test func `a query has a deadline`() throws {
      let connection = try TestDatabase.fresh().connect()
      let error = #expect(throws: DatabaseError.self) { try connection.query("SELECT pg_sleep(60)", seconds: 1) }
      #expect(error?.kind == .timeout)
      #expect(connection.isBroken)
    }

    @Test func `a missing database and a refused socket are told apart`() throws {
      let server = try TestServer.shared.get()
      let missing = #expect(throws: DatabaseError.self) { try PostgresConnection(try server.target("nowhere")) }
      #expect(missing?.kind == .missing)
      let refused = #expect(throws: DatabaseError.self) {
        try PostgresConnection(try DatabaseTarget("host=127.0.0.1 port=1 password=hunter2", environment: [:]))
      }
      #expect(refused?.kind == .unreachable)
      #expect(refused?.description.contains("hunter2") == false)
    }
  }
}

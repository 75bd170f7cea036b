import ArgumentParser
import Controller
import Foundation

/// `mt4ctl db`: care of the database.
struct Database: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "db", abstract: "Prepare the database.", subcommands: [DatabaseInitialise.self])
}

struct DatabaseInitialise: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Create the schema and the roles mt4_controller and mt4_auditor.",
    discussion: """
      Needs a role that may create schemas and roles. Running it again changes nothing. The roles have no password: give \
      them one (\\password mt4_controller in psql) or let the server's pg_hba.conf trust the peer.
      """)

  @Option(help: "A libpq connection string; by default MT4_DATABASE.")
  var database: String?

  private var text: String? { database ?? ProcessInfo.processInfo.environment["MT4_DATABASE"] }

  func validate() throws {
    guard let text else { throw ValidationError("Give --database URL.") }
    guard text != "embedded" else {
      throw ValidationError("An embedded database is prepared by the controller itself.")
    }
  }

  func run() async throws {
    do throws(DatabaseError) {
      let target = try DatabaseTarget(text ?? "")
      let report = try await DatabaseThread.run("mt4ctl-db-init") { () throws(DatabaseError) in
        try DatabaseInit.run(target)
      }
      print(
        report.steps == 0
          ? "schema trading is up to date (version \(report.version)); roles mt4_controller and mt4_auditor are there"
          : "schema trading is at version \(report.version) (\(report.steps) steps); roles mt4_controller and mt4_auditor "
            + "are there")
    } catch {
      AuditPlace.complain(error.description)
      throw ExitCode(error.kind == .unreachable || error.kind == .timeout ? 7 : 1)
    }
  }
}

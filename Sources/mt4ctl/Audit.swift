import ArgumentParser
import Controller
import Foundation

/// What auditors ask: `audit log`, `audit explain`, `audit verify`, `audit statement`, `audit keygen`.
struct Audit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read and verify the record of what was decided and done.",
    subcommands: [
      AuditLog.self, AuditExplain.self, AuditVerify.self, AuditStatement.self, AuditExport.self,
      AuditKeygen.self,
    ])
}

/// Where an audit command reads: a database, or the journal of a state directory.
struct AuditPlace: ParsableArguments {
  @Option(help: "A libpq connection string, or \"embedded\" together with --state; by default MT4_DATABASE.")
  var database: String?

  @Option(help: "A state directory: its local journal, without --database.")
  var state: String?

  init() {}

  init(database: String?, state: String?) {
    self.database = database
    self.state = state
  }

  /// Whether a database is asked: unless only `--state` was given.
  var isDatabase: Bool { databaseText != nil }

  private var databaseText: String? {
    database ?? (state == nil ? ProcessInfo.processInfo.environment["MT4_DATABASE"] : nil)
  }

  func validate() throws {
    guard isDatabase || state != nil else {
      throw ValidationError("Give --database URL, or --state DIR for a local journal.")
    }
  }

  /// The database, unless only `--state` was given.
  func option() throws -> DatabaseOption? { try databaseText.map { try DatabaseOption($0) } }

  /// Does one of both on a thread of its own. What goes wrong is said on stderr, and the exit code is 1, or 7 when the
  /// database cannot be reached.
  func ask<Value: Sendable>(
    database fromDatabase: @escaping @Sendable (DatabaseTarget) throws(DatabaseError) -> Value,
    journal fromJournal: @escaping @Sendable (String) throws -> Value
  ) async throws -> Value {
    do {
      let state = state
      guard let option = try option() else { return try fromJournal(state ?? "") }
      return try await DatabaseThread.run("mt4ctl-audit") { () throws(DatabaseError) in
        try AuditDatabase.with(option, stateDirectory: state, fromDatabase)
      }
    } catch let error as DatabaseError {
      Self.complain(error.description)
      throw ExitCode(error.kind == .unreachable || error.kind == .timeout ? 7 : 1)
    } catch let error as JournalError {
      Self.complain("\(error)")
      throw ExitCode(1)
    }
  }

  /// Does work with an export's folder on a thread of its own. What goes wrong is said on stderr, and the exit code is 1.
  static func exporting<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    let result: Result<Value, any Error>
    do throws(DatabaseError) {
      result = try await DatabaseThread.run("mt4ctl-export") { () throws(DatabaseError) in Result { try work() } }
    } catch {
      result = .failure(error)
    }
    switch result {
    case .success(let value): return value
    case .failure(let error):
      complain("\(error)")
      let kind = (error as? DatabaseError)?.kind
      throw ExitCode(kind == .unreachable || kind == .timeout ? 7 : 1)
    }
  }

  /// Says on stderr what is wrong with a journal that cannot be read; the exit code is 1.
  static func complaining<Value>(_ work: () throws(JournalError) -> Value) throws -> Value {
    do throws(JournalError) {
      return try work()
    } catch {
      complain("\(error)")
      throw ExitCode(1)
    }
  }

  static func complain(_ text: String) { FileHandle.standardError.write(Data("mt4ctl: \(text)\n".utf8)) }
}

/// How records are printed.
enum AuditFormat: String, ExpressibleByArgument, CaseIterable {
  case table, csv, jsonl
}

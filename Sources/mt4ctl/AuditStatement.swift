import ArgumentParser
import Controller
import Reconciler

struct AuditStatement: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "statement", abstract: "Tell what one day did to an agent's account, to the cent.",
    discussion: """
      Opening, flows, closed trades and closing, from the day's anchor to the next one. Exits 1 when the closing balance \
      is not what the records explain; every unexplained amount is listed with the time in which it came.
      """)

  @OptionGroup var place: AuditPlace

  @Option(help: "The agent, by id or name.")
  var agent: String

  @Option(help: "The day as its reset names it in the agent's own zone, such as 2026-11-21.")
  var day: String

  @Option(help: "text or json.")
  var format = StatementFormat.text

  func validate() throws {
    guard day.wholeMatch(of: /\d{4}-\d\d-\d\d/) != nil else {
      throw ValidationError("\"\(day)\" is no day such as 2026-11-21.")
    }
  }

  func run() async throws {
    let agent = agent
    let day = day
    let records = try await place.ask(
      database: { target throws(DatabaseError) in try AuditQueries(target).statementRecords(agent: agent, day: day) },
      journal: { try LocalAudit(stateDirectory: $0).statementRecords(agent: agent, day: day) })
    let statement: DayStatement
    do throws(StatementProblem) {
      statement = try DayStatement(agent: agent, day: day, records: records)
    } catch {
      AuditPlace.complain(error.description)
      throw ExitCode(1)
    }
    switch format {
    case .text: print(statement.text)
    case .json: print(statement.json.canonicalText)
    }
    guard statement.isReconciled else { throw ExitCode(1) }
  }
}

/// How a statement is printed.
enum StatementFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

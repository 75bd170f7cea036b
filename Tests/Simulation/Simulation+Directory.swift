@testable import Reconciler

// The state directory is lost with the host: the next process begins a new chain, and knows what the database does.
extension Simulation {
  /// The id of the chain in the present state directory.
  var chain: String { "sim\(directories)chain\(scenario.seed % 7)aaaaaa" }

  /// After a crash; returns whether the directory is gone with it.
  mutating func loseDirectory() -> Bool {
    guard happens(.stateDirectoryLost, perMille: strength(.stateDirectoryLost) * 3) else { return false }
    // A database that was set back at the same time has lost what nobody else has.
    guard checker.everyOpenSent(isWithin: journal.shipped) else { return false }
    counts.fired(.stateDirectoryLost)
    let kept = journal.lose()
    database.keep(kept, of: chain)
    directories += 1
    trace.note(clock, "the state directory is lost")
    return true
  }

  /// Whether the directory is new and the database is asked what it knows.
  var isDirectoryNew: Bool { directories > 0 && journal.last == 0 }

  /// What a process of a new directory is told at its start.
  var startFacts: StartFacts {
    var facts = StartFacts(version: "simulation", chain: chain)
    guard directories > 0 else { return facts }
    if isDirectoryNew {
      facts.journalLost = true
      facts.awaitsMemories = journal.database != .up
      if !facts.awaitsMemories { facts.memories = database.memories }
    } else {
      facts.awaitsMemories = core.awaitsMemories
    }
    return facts
  }

  /// As soon as the database is there.
  mutating func readMemories() {
    guard core.awaitsMemories else { return }
    guard journal.database == .up, journal.hungUntil.microseconds <= clock else {
      return agenda.add(.readMemories, at: clock + 1_000_000, process: process)
    }
    counts.fired(.memoriesLate)
    trace.note(clock, "the database tells what it knows")
    receive(.memories(database.memories))
  }
}

@testable import Reconciler

/// One run of a seed: the whole day as it is drawn, or with something taken away or put in.
struct Variation: Codable, Hashable {
  /// How long a run is.
  enum Length: String, Codable {
    /// One day.
    case day
    /// Some hundred passes, for debug builds.
    case short
    /// A few passes in which a position is opened, an answer may be lost, and the market jumps: for kills.
    case kill
  }

  /// What a kill takes along.
  enum Kill: String, Codable, CaseIterable {
    case alone
    /// The last commit reached the database, and nobody was told.
    case commitUnknown
    /// The first look of the next process shows what was there before the last change.
    case staleFirstLook
  }

  var length = Length.day
  /// Classes of faults that do not happen, though they were drawn.
  var muted: Set<Fault> = []
  /// Only these agents, by number; `nil` for all.
  var agents: [Int]?
  /// The storm ends after so many seconds.
  var stormSeconds: Int64?
  /// The process is killed before it carries out this effect.
  var killAt: Int?
  var kill = Kill.alone
  var bug: String?
  var badManifests = true
  /// Bad manifests come often, and nothing goes by the number of records, which one more would shift.
  var badManifestsOnly = false

  func apply(to scenario: inout Scenario) {
    switch length {
    case .day: break
    case .short: scenario.shorten()
    case .kill: scenario.shortenForKills()
    }
    if badManifestsOnly {
      scenario.strengths[.badManifest] = 200
      scenario.segment = 1_000_000
      // One record more, and a database that is away is behind; then an open is held that went out without it.
      let byRecords: [Fault] = [
        .killed, .slowDisk, .databaseSlow, .newSegment, .commitUnknown, .databaseRestored, .stateDirectoryLost,
        .databaseDown, .databaseDownAtStart, .databaseFull, .databaseReadOnly, .databaseHung, .forked,
        .anotherController, .spaceExhausted,
        // A process that was stopped for a while first believes the database to be as late as its oldest record.
        .frozen,
        // A cut mark is part of an action's id, which is made of its record's number.
        .commentsCut,
      ]
      for fault in byRecords { scenario.strengths[fault] = nil }
    }
    if let agents {
      scenario.agents = agents.compactMap { scenario.agents.indices.contains($0) ? scenario.agents[$0] : nil }
    }
    if let stormSeconds { scenario.faultPhase = min(scenario.faultPhase, .seconds(stormSeconds)) }
  }

  /// As arguments of the runner.
  var arguments: String {
    var words: [String] = []
    if length != .day { words.append("--length \(length.rawValue)") }
    if !muted.isEmpty { words.append("--without \(muted.map(\.rawValue).sorted().joined(separator: ","))") }
    if let agents { words.append("--agents \(agents.map(String.init).joined(separator: ","))") }
    if let stormSeconds { words.append("--storm \(stormSeconds)") }
    if let killAt { words.append("--kill-at \(killAt) --kill \(kill.rawValue)") }
    if let bug { words.append("--bug \(bug)") }
    return words.joined(separator: " ")
  }
}

import Reconciler

/// Compares what the records amount to with what a `snapshot` record says.
///
/// Both are the same but for three things. What is over is forgotten only in snapshots (`AgentMemory+Bounds.swift`), so a
/// snapshot may hold less of it. The day moves with every look and is recorded with events and heartbeats, so of a day
/// only what is recorded at once is compared. And in a chain's first run one snapshot may bring in what the database
/// remembered of an earlier state directory.
struct SnapshotComparison {
  private let folded: Reconciler
  private let snapshot: Record
  private let story: ReplayStory
  private(set) var problems: [String] = []
  private(set) var notes: [String] = []
  private(set) var tookMemories = false

  /// What of a memory may be forgotten; the rest is as it was recorded.
  private static let forgettable: Set<String> = [
    "spent", "refusals", "sizes", "verdicts", "owned", "closed_by_us", "marks", "suspects", "noted",
  ]
  /// What of a day is recorded with the event that changes it.
  private static let dayMembers = ["anchor", "flows", "lifetime_flows", "breached_day", "warned_day"]

  init(_ folded: Reconciler, _ snapshot: Record, story: ReplayStory) {
    self.folded = folded
    self.snapshot = snapshot
    self.story = story
  }

  mutating func run() {
    guard let agents = snapshot.metadata["agents"]?.object else {
      problems.append("the snapshot states no agents")
      return
    }
    let known = Set(folded.foldedAgents.map(\.text))
    for name in known.union(agents.keys).sorted() {
      let memory = folded.foldedMemory(of: AgentID(name)) ?? AgentMemory()
      if let stated = agents[name] {
        compare(memory.json, stated, name)
      } else if story.forgotten.contains(AgentID(name)) || story.forgotten.contains(nil) {
        notes.append("\(name) is forgotten, as a person said")
      } else {
        problems.append("\(name) is missing in the snapshot")
      }
    }
    same("emergency", folded.foldedEmergency.json, snapshot.metadata["emergency"])
    if let revision = snapshot.metadata["revision"]?.int, revision != Int64(snapshot.revision) {
      problems.append("the snapshot states revision \(revision), its record \(snapshot.revision)")
    }
  }

  private mutating func compare(_ folded: JSONValue, _ stated: JSONValue, _ agent: String) {
    let mine = folded.object ?? [:]
    let theirs = stated.object ?? [:]
    for name in Set(mine.keys).union(theirs.keys).sorted() {
      let path = "\(agent): \(name)"
      if name == "daily_loss" {
        compareDay(mine[name], theirs[name], agent)
      } else if name == "orphaned" {
        // A manifest that comes back ends it, and that is told by the revision alone.
        if theirs[name]?.bool == true { same(path, mine[name], theirs[name]) }
      } else if Self.forgettable.contains(name) {
        contained(path, mine[name], theirs[name])
      } else {
        same(path, mine[name], theirs[name], mayBeNew: mine[name] == nil || Self.isEmpty(mine[name]))
      }
    }
  }

  private mutating func compareDay(_ folded: JSONValue?, _ stated: JSONValue?, _ agent: String) {
    let isFirst = folded?["anchor"] == nil
    for name in Self.dayMembers {
      same("\(agent): daily_loss.\(name)", folded?[name], stated?[name], mayBeNew: isFirst || story.mayTakeMemories)
    }
    guard let old = folded?["high_water"]?.decimal else { return }
    guard let new = stated?["high_water"]?.decimal, new >= old else {
      return differ("\(agent): daily_loss.high_water", folded?["high_water"], stated?["high_water"])
    }
  }

  /// What the snapshot holds must be what was recorded; it need not hold all of it.
  private mutating func contained(_ path: String, _ folded: JSONValue?, _ stated: JSONValue?) {
    if let theirs = stated?.object {
      let mine = folded?.object ?? [:]
      for name in theirs.keys.sorted() {
        same("\(path).\(name)", mine[name], theirs[name], mayBeNew: mine[name] == nil)
      }
      return
    }
    let mine = Set(folded?.array ?? [])
    for item in stated?.array ?? [] where !mine.contains(item) {
      differ(path, folded, item, mayBeNew: true)
    }
  }

  private mutating func same(_ path: String, _ folded: JSONValue?, _ stated: JSONValue?, mayBeNew: Bool = false) {
    if folded != stated { differ(path, folded, stated, mayBeNew: mayBeNew) }
  }

  /// - Parameter mayBeNew: the records tell nothing of it, so the database may have remembered it.
  private mutating func differ(_ path: String, _ folded: JSONValue?, _ stated: JSONValue?, mayBeNew: Bool = false) {
    if mayBeNew, story.mayTakeMemories {
      tookMemories = true
      notes.append("\(path) is taken over from the database: \(Self.short(stated))")
    } else {
      problems.append("\(path): the records amount to \(Self.short(folded)), the snapshot says \(Self.short(stated))")
    }
  }

  private static func isEmpty(_ value: JSONValue?) -> Bool {
    value?.array?.isEmpty ?? value?.object?.isEmpty ?? false
  }

  private static func short(_ value: JSONValue?) -> String {
    let text = value?.canonicalText ?? "nothing"
    return text.utf8.count <= 200 ? text : "\(text.prefix(200))…"
  }
}

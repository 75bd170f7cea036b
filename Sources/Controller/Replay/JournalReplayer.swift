// Replay: a recorded journal through the core, one record at a time, outside of a controller. Every record is folded by the
// code that a start folds with, is judged by what stood in memory before it, and every `snapshot` must be what the records
// before it amount to. Nothing here writes, and nothing here decides what a controller does.

import Reconciler

/// Replays the lines of one journal, in order.
public struct JournalReplayer: Sendable {
  /// How much was checked so far.
  public private(set) var summary = ReplaySummary()

  private var core = Reconciler()
  private var walk = ChainWalk()
  private var story = ReplayStory()
  /// Before the first snapshot of a journal that does not begin at record 1, nothing is known.
  private var knowsState = false

  public init() {}

  /// Takes the next line of the journal, as its bytes stand in the file, without the newline.
  public mutating func take(_ bytes: [UInt8]) -> ReplayStep {
    let (line, problems) = walk.step(bytes)
    var step = ReplayStep(sequence: line?.sequence ?? walk.last, record: line?.record)
    step.problems = problems.map(\.message)
    if let line, let record = line.record {
      let breaksOff = problems.contains { $0.kind == .missing || $0.kind == .outOfOrder || $0.kind == .wrongChain }
      if breaksOff { forget() }
      follow(record, chain: line.chain, &step)
    } else {
      if line != nil { step.problems.append("its event type or reason is not one that this version knows") }
      forget()
    }
    summary.note(step)
    return step
  }

  /// What comes after a gap is judged from the next snapshot on.
  private mutating func forget() {
    core = Reconciler()
    story = ReplayStory()
    knowsState = false
  }

  private mutating func follow(_ record: Record, chain: String, _ step: inout ReplayStep) {
    if record.sequence == 1 { knowsState = true }
    let before = record.agent.flatMap { core.foldedMemory(of: $0) } ?? AgentMemory()
    let emergency = core.foldedEmergency
    if record.type == .snapshot {
      compare(record, &step)
    } else if knowsState {
      let scene = ReplayScene(chain: chain, before: before, emergency: emergency, story: story)
      step.problems += scene.judge(record)
    }
    story.take(record)
    do throws(FoldError) {
      try core.fold(record)
    } catch {
      step.problems.append("the core cannot take it up: \(error)")
      return forget()
    }
    if record.type == .snapshot {
      knowsState = true
    } else if knowsState {
      let after = record.agent.flatMap { core.foldedMemory(of: $0) } ?? AgentMemory()
      step.changes = ReplayChanges.between(before, after) + ReplayChanges.between(emergency, core.foldedEmergency)
    } else {
      step.isBlind = true
    }
  }

  private mutating func compare(_ record: Record, _ step: inout ReplayStep) {
    guard knowsState, record.sequence > 1 else {
      step.changes = ["the state is taken up from here: \(Self.agents(of: record))"]
      summary.snapshotsTaken += 1
      return
    }
    var comparison = SnapshotComparison(core, record, story: story)
    comparison.run()
    step.problems += comparison.problems
    step.changes = comparison.notes
    if comparison.tookMemories { story.noteMemories() }
    if comparison.problems.isEmpty {
      step.changes.insert("equals the folded state: \(Self.agents(of: record))", at: 0)
    }
    summary.snapshotsCompared += 1
  }

  private static func agents(of snapshot: Record) -> String {
    let count = snapshot.metadata["agents"]?.object?.count ?? 0
    return "\(count) \(count == 1 ? "agent" : "agents")"
  }
}

import Reconciler
import Synchronization

/// The newest actions and closed trades. Seeded from the journal at a start and fed by each durable record; bounded, and it
/// knows from which record on it is whole.
final class RecordHistory: Sendable {
  /// What a page is asked for, the newest first.
  struct Wish: Sendable {
    var agent: AgentID?
    var since: Timestamp?
    /// Only what came before the record of this sequence.
    var before: Int64 = .max
    var limit = 100
  }

  /// A page, and where the next one begins.
  struct Page<Item: Sendable>: Sendable {
    var items: [Item] = []
    var nextBefore: Int64?
    /// Whether nothing that was asked for is older than what is held in memory.
    var isWhole = true
  }

  private struct State {
    /// By action.
    var entries: [String: ActionEntry] = [:]
    /// The actions by the sequence of their first intent, ascending.
    var order: [(sequence: Int64, id: String)] = []
    /// Records of `trade_closed`, ascending by sequence.
    var trades: [Record] = []
    /// Everything after this record was looked at, and is here.
    var wholeAfter: Int64 = 0
    /// When the oldest record that was looked at was made.
    var wholeSince: Timestamp?
    /// The last durable record before this process: older ones come from the seed only.
    var seedUpTo: Int64 = 0
  }

  private let state = Mutex(State())
  private let capacity: Int

  init(capacity: Int = 10_000) { self.capacity = capacity }

  /// Records up to this one come by `seed`, later ones by `take`.
  func begin(after sequence: Int64) {
    state.withLock { state in
      state.wholeAfter = sequence
      state.seedUpTo = sequence
    }
  }

  /// Durable records, in order, as they come.
  func take(_ lines: [JournalLine]) {
    state.withLock { state in
      for line in lines {
        guard let record = line.record else { continue }
        if state.wholeSince == nil { state.wholeSince = record.createdAt }
        put(record, &state)
      }
      bound(&state)
    }
  }

  /// Older records: all of them after `sequence` and up to where `begin` said.
  func seed(_ records: [Record], after sequence: Int64) {
    state.withLock { state in
      for record in records where record.sequence <= state.seedUpTo { put(record, &state) }
      state.order.sort { $0.sequence < $1.sequence }
      state.trades.sort { $0.sequence < $1.sequence }
      state.wholeAfter = min(state.wholeAfter, sequence)
      if let first = records.first, first.createdAt < state.wholeSince ?? first.createdAt + .seconds(1) {
        state.wholeSince = first.createdAt
      }
      bound(&state)
    }
  }

  private func put(_ record: Record, _ state: inout State) {
    if record.type == .tradeClosed { state.trades.append(record) }
    guard let id = record.actionID, [.intent, .outcome, .unknown, .resolved].contains(record.type) else { return }
    let hadIntent = state.entries[id]?.first != nil
    state.entries[id, default: ActionEntry()].take(record)
    if !hadIntent, record.type == .intent { state.order.append((record.sequence, id)) }
  }

  private func bound(_ state: inout State) {
    // In lumps, so that it is cheap.
    if state.order.count > capacity + capacity / 8 {
      let gone = state.order.prefix(state.order.count - capacity)
      for action in gone { state.entries[action.id] = nil }
      state.wholeAfter = max(state.wholeAfter, gone.last?.sequence ?? 0)
      state.wholeSince = state.order.dropFirst(gone.count).first.flatMap { state.entries[$0.id]?.first?.createdAt }
      state.order.removeFirst(gone.count)
    }
    if state.trades.count > capacity + capacity / 8 {
      let gone = state.trades.count - capacity
      state.wholeAfter = max(state.wholeAfter, state.trades[gone - 1].sequence)
      state.wholeSince = state.trades[gone].createdAt
      state.trades.removeFirst(gone)
    }
    // Ends of actions whose intent is older than all that is held.
    if state.entries.count > state.order.count + capacity {
      state.entries = state.entries.filter { $0.value.first != nil }
    }
  }

  // MARK: Reading

  func actions(_ wish: Wish) -> Page<ActionEntry> {
    state.withLock { state in
      Self.page(
        wish, state, count: state.order.count, sequence: { state.order[$0].sequence },
        item: { state.entries[state.order[$0].id] }, agent: { $0.first?.agent }, time: { $0.first?.createdAt })
    }
  }

  func trades(_ wish: Wish) -> Page<Record> {
    state.withLock { state in
      Self.page(
        wish, state, count: state.trades.count, sequence: { state.trades[$0].sequence }, item: { state.trades[$0] },
        agent: \.agent, time: \.createdAt)
    }
  }

  private static func page<Item>(
    _ wish: Wish, _ state: State, count: Int, sequence: (Int) -> Int64, item: (Int) -> Item?,
    agent: (Item) -> AgentID?, time: (Item) -> Timestamp?
  ) -> Page<Item> {
    var page = Page<Item>()
    var place = count - 1
    var lastGiven: Int64?
    while place >= 0, sequence(place) >= wish.before { place -= 1 }
    while place >= 0 {
      guard let found = item(place) else {
        place -= 1
        continue
      }
      // Clocks may have been set back: one that is too old ends nothing.
      let isWanted =
        (wish.agent == nil || agent(found) == wish.agent)
        && (wish.since.map { since in time(found).map { $0 >= since } ?? true } ?? true)
      if isWanted {
        if page.items.count == wish.limit {
          // Of these the last that was given: the next page begins before it.
          page.nextBefore = lastGiven
          break
        }
        page.items.append(found)
        lastGiven = sequence(place)
      }
      place -= 1
    }
    let reachesBack = wish.since.flatMap { since in state.wholeSince.map { since >= $0 } } ?? false
    page.isWhole = page.nextBefore != nil || state.wholeAfter == 0 || reachesBack
    return page
  }
}

// What keeps a memory small: a busy agent stays under some 10 KB however long it runs, because every segment of the journal
// begins with the memories of the whole fleet. What still decides something is never dropped for what is over.

extension AgentMemory {
  static let maximumSuspects = 8
  /// Beside those whose action may still turn up.
  static let maximumMarks = 16
  static let maximumClosed = 64
  static let maximumNoted = 1024
  /// Tickets that are no longer in the list and stay noted, in case a list was stale.
  static let maximumGone = 32
  static let maximumOwned = 1024
  static let maximumEnded = 16
  /// Targets that no manifest declares any more, and refusals.
  static let maximumUndeclared = 16

  mutating func noteClosed(_ ticket: Ticket) {
    owned[ticket]?.ended = true
    guard !closedByUs.contains(ticket) else { return }
    closedByUs.append(ticket)
    if closedByUs.count > Self.maximumClosed { closedByUs.removeFirst(closedByUs.count - Self.maximumClosed) }
    dropEnded()
  }

  mutating func noteMark(_ mark: Mark) {
    guard !mark.mark.isEmpty, !marks.contains(where: { $0.mark == mark.mark }) else { return }
    marks.append(mark)
    dropMarks()
  }

  mutating func suspect(_ action: LiveAction) {
    suspects.append(action)
    if suspects.count > Self.maximumSuspects { suspects.removeFirst() }
  }

  mutating func note(_ ticket: Ticket) {
    guard !noted.contains(ticket) else { return }
    noted.append(ticket)
    if noted.count > Self.maximumNoted { noted.removeFirst(noted.count - Self.maximumNoted) }
  }

  mutating func own(_ ticket: Ticket, _ ownership: Ownership) {
    owned[ticket] = ownership
    dropEnded()
    guard owned.count > Self.maximumOwned else { return }
    if let oldest = owned.keys.min() { owned[oldest] = nil }
  }

  /// Forgets what is over and older than the last few of its kind.
  ///
  /// - Parameters:
  ///   - present: the tickets of a good look; `nil` when there was none, and then absence proves nothing.
  ///   - declared: the targets of the manifest; `nil` for an agent without one.
  mutating func prune(present: Set<Ticket>?, declared: Set<String>?) {
    if closedByUs.count > Self.maximumClosed { closedByUs.removeFirst(closedByUs.count - Self.maximumClosed) }
    dropEnded()
    dropMarks()
    if let present {
      let gone = noted.filter { !present.contains($0) }.dropLast(Self.maximumGone)
      if !gone.isEmpty {
        let gone = Set(gone)
        noted.removeAll { gone.contains($0) }
      }
      refusals = refusals.filter { key, _ in Self.ticket(ofModify: key).map { present.contains($0) } ?? true }
    }
    if noted.count > Self.maximumNoted { noted.removeFirst(noted.count - Self.maximumNoted) }
    dropRefusals { Self.ticket(ofModify: $0) != nil }
    if let declared { dropUndeclared(declared) }
    dailyLoss.rows.trim()
  }

  /// Of the tickets that are over, the highest stay: they are the youngest.
  private mutating func dropEnded() {
    guard owned.count > Self.maximumEnded else { return }
    let ended = owned.filter(\.value.ended).keys.sorted()
    for ticket in ended.dropLast(Self.maximumEnded) { owned[ticket] = nil }
  }

  private mutating func dropMarks() {
    guard marks.count > Self.maximumMarks else { return }
    let awaited = Set(unresolved.map(\.id) + suspects.map(\.id))
    var surplus = marks.count - Self.maximumMarks
    marks.removeAll { mark in
      guard surplus > 0, !awaited.contains(mark.actionID) else { return false }
      surplus -= 1
      return true
    }
  }

  private mutating func dropUndeclared(_ declared: Set<String>) {
    let live = Set(owned.values.lazy.filter { !$0.ended }.map(\.target))
    sizes = sizes.filter { target, _ in declared.contains(target) || live.contains(target) }
    let old = spent.filter { !declared.contains($0.key) }.sorted {
      ($0.value.dayKey, $0.key) < ($1.value.dayKey, $1.key)
    }
    for (target, _) in old.dropLast(Self.maximumUndeclared) { spent[target] = nil }
    dropRefusals { Self.ticket(ofModify: $0) == nil && !declared.contains($0) }
  }

  /// Of the refusals of one kind the last few stay; what is forgotten is only asked once more.
  private mutating func dropRefusals(_ isOfKind: (String) -> Bool) {
    let refused = refusals.filter { isOfKind($0.key) }
      .sorted { ($0.value.dayKey, $0.key) < ($1.value.dayKey, $1.key) }
    for (key, _) in refused.dropLast(Self.maximumUndeclared) { refusals[key] = nil }
  }

  private static func ticket(ofModify key: String) -> Ticket? {
    guard key.hasPrefix("modify ") else { return nil }
    return Int64(key.dropFirst(7)).map { Ticket($0) }
  }
}

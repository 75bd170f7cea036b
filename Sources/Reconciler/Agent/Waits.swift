/// What an agent waits for after refusals, each kind for itself: what holds an open back never holds an exit, and an exit
/// that cannot be done never holds another one.
struct Waits: Hashable, Sendable {
  struct Wait: Hashable, Sendable {
    var until: Steady
    var reason: Reason
    var message: String
  }

  struct Unseen: Hashable, Sendable {
    var times: Int
    var until: Steady
  }

  /// The whole terminal refuses: exits and everything else.
  var terminal: Wait?
  /// Opens of the agent, and opens of one symbol.
  var opens: Wait?
  var symbols: [Symbol: Wait] = [:]
  /// Exits and modifies of one ticket.
  var tickets: [Ticket: Wait] = [:]
  /// How often in a row, for the doubling; by ticket, and 0 for opens.
  private var steps: [Ticket: Int] = [:]
  /// Exits and modifies that the terminal said were done, by what tells actions apart: none is done once more before a
  /// look shows it, or its wait is over.
  private(set) var unseen: [String: Unseen] = [:]
  /// The account demands that the oldest position is closed first (150).
  var oldestFirst = false

  private static let forOpens = Ticket(0)
  private static let longestDoubling = 6

  /// Nothing is waited for.
  var isEmpty: Bool {
    terminal == nil && opens == nil && symbols.isEmpty && tickets.isEmpty && steps.isEmpty && unseen.isEmpty
  }

  /// The next of a series of doubling delays.
  mutating func next(_ ticket: Ticket?, from first: Duration, atMost longest: Duration) -> Duration {
    let step = steps[ticket ?? Self.forOpens] ?? 0
    steps[ticket ?? Self.forOpens] = min(step + 1, Self.longestDoubling)
    return min(first * (1 << step), longest)
  }

  /// It was done: whatever it waited for is over.
  mutating func done(_ ticket: Ticket?) {
    terminal = nil
    steps[ticket ?? Self.forOpens] = nil
    if let ticket { tickets[ticket] = nil } else { opens = nil }
  }

  /// Done, says the terminal; the list has yet to show it.
  mutating func unseen(_ subject: String, at now: Steady, atMost longest: Duration) {
    let times = min((unseen[subject]?.times ?? 0) + 1, Self.longestDoubling)
    unseen[subject] = Unseen(times: times, until: now + min(.seconds(1) * (1 << (times - 1)), longest))
  }

  /// A look that can be believed wants these still, and has seen the others done.
  mutating func seen(allBut wanted: Set<String>) {
    guard !unseen.isEmpty else { return }
    unseen = unseen.filter { wanted.contains($0.key) }
  }

  /// Everything is tried anew: an emergency, a person's resume, another terminal.
  mutating func clear() { self = Waits() }

  /// Tickets that are gone wait for nothing.
  mutating func forget(except present: Set<Ticket>) {
    tickets = tickets.filter { present.contains($0.key) }
    steps = steps.filter { present.contains($0.key) || $0.key == Self.forOpens }
  }

  /// What still holds now.
  func holds(_ wait: Wait?, _ now: Steady) -> Hold? {
    guard let wait, wait.until > now else { return nil }
    let seconds = (wait.until - now).components.seconds + 1
    return Hold(wait.reason, "\(wait.message); tried again in \(seconds) s")
  }
}

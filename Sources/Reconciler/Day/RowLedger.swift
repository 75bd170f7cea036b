/// Which rows of history are accounted for. Bounded: rows older than `horizon` are so by definition, and `trim` moves it
/// on when there are many.
struct RowLedger: Hashable, Sendable {
  struct Row: Hashable, Sendable {
    var id: String
    var closeTime: Timestamp?
  }

  /// Rows that are kept one by one.
  static let bound = 128
  /// The same for rows that do not say when they closed, which no horizon covers.
  static let timelessBound = 1024
  static let unsavedBound = 4096

  /// Rows that closed before this count as known; `nil` before the first anchor.
  private(set) var horizon: Timestamp?
  /// In the order in which they became known.
  private(set) var known: [Row] = []
  /// Those that no record carries yet.
  private(set) var unsaved: [Row] = []
  private var ids: Set<String> = []

  func contains(_ row: IdentifiedRow) -> Bool {
    if let horizon, let time = row.row.closeTime, time < horizon { return true }
    return ids.contains(row.id)
  }

  mutating func insert(_ row: IdentifiedRow) {
    guard !contains(row) else { return }
    let row = Row(id: row.id, closeTime: row.row.closeTime)
    insert(row)
    unsaved.append(row)
    if unsaved.count > Self.unsavedBound { unsaved.removeFirst() }
  }

  mutating func insert(_ row: Row) {
    guard ids.insert(row.id).inserted else { return }
    known.append(row)
  }

  mutating func saved() { unsaved = [] }

  /// Lets the horizon follow when there are more rows than the bound. To be called between two samples, never while the
  /// rows of one reply are taken in: those that are not yet accounted for may be older than those that are.
  mutating func trim() {
    guard known.count > Self.bound else { return }
    let times = known.compactMap(\.closeTime)
    if times.count > Self.bound {
      // Everything that closed in the same second as the last one that goes stays: rows tell whole seconds.
      let youngest = times.sorted()[times.count - Self.bound]
      advance(horizon: youngest)
    }
    let timeless = known.filter { $0.closeTime == nil }.dropLast(Self.timelessBound)
    guard !timeless.isEmpty else { return }
    let gone = Set(timeless.map(\.id))
    ids.subtract(gone)
    known.removeAll { gone.contains($0.id) }
  }

  /// Forgets what closed before `horizon`, which never goes back.
  mutating func advance(horizon new: Timestamp) {
    if let horizon, horizon >= new { return }
    horizon = new
    let gone = known.filter { ($0.closeTime ?? new) < new }
    guard !gone.isEmpty else { return }
    for row in gone { ids.remove(row.id) }
    known.removeAll { ($0.closeTime ?? new) < new }
  }

  /// Whether `rows`, said to reach back to `start`, lacks a row that was seen in that time.
  func isMissing(from rows: [IdentifiedRow], since start: Timestamp) -> Bool {
    let present = Set(rows.map(\.id))
    return known.contains { row in
      guard let time = row.closeTime, time >= start else { return false }
      return !present.contains(row.id)
    }
  }
}

/// A row of history and what names it for ever: its ticket, else all that it says and which of its likes it is.
struct IdentifiedRow: Hashable, Sendable {
  var id: String
  var row: HistoryRow

  /// The rows that moved money or may have, each once, in the order of the reply.
  static func all(_ rows: [HistoryRow]) -> [IdentifiedRow] {
    var seen: [String: Int] = [:]
    var all: [IdentifiedRow] = []
    for row in rows {
      let name = row.name
      let before = seen[name, default: 0]
      seen[name] = before + 1
      if before == 0 {
        all.append(IdentifiedRow(id: name, row: row))
      } else if row.ticket.number == 0 {
        all.append(IdentifiedRow(id: "\(name)#\(before + 1)", row: row))
      }
    }
    return all
  }
}

extension HistoryRow {
  /// A deposit and a trade never share a name.
  fileprivate var name: String {
    let letter =
      switch kind {
      case .trade: "t"
      case .cancelled: "x"
      case .balance: "b"
      case .credit: "c"
      }
    if ticket.number != 0 { return "\(letter)\(ticket.number)" }
    return "\(letter)|\(closeTime?.seconds ?? 0)|\(netProfit)|\(symbol)|\(comment)"
  }

  /// How the row counts for the day: `nil` when it moved no money.
  var effect: (kind: DailyLoss.Flow.Kind, isFlow: Bool)? {
    if netProfit.isZero { return nil }
    return switch kind {
    case .trade: (.balance, false)
    case .cancelled: nil
    case .balance: (.balance, !isCommentedAsResult)
    case .credit: (.credit, !isCommentedAsResult)
    }
  }

  /// Brokers book costs and corrections of trading as balance rows. Their comment *begins* with one of these words, in
  /// any case: a mere mention is not enough, since taking a deposit (`Deposit, no commission`) for result would hide a
  /// loss of its size.
  private var isCommentedAsResult: Bool {
    let words = comment.lowercased().split { !$0.isLetter && !$0.isNumber }
    guard let first = words.first else { return false }
    switch first {
    case "adjustment", "adjustments", "rollover", "rollovers", "swap", "swaps", "commission", "commissions",
      "exdividend", "exdividends":
      return true
    case "ex": return words.count > 1 && (words[1] == "dividend" || words[1] == "dividends")
    default: return false
    }
  }
}

@testable import Reconciler

// The day's loss, from what the terminals' books served and from the manifest: no figure of the core's own goes in.
extension Checker {
  /// One agent's day by the books.
  struct Day {
    struct Anchor {
      var sequence: Int64
      /// When the account was as the anchor has it.
      var at: Int64
      var amount: FixedDecimal
      /// It is of a look, and not put together from the history.
      var isOfLook: Bool
    }

    var anchors: [Anchor] = []
    /// Money that came or went without a trade, by the true clock.
    var flows: [(at: Int64, amount: FixedDecimal)] = []
    /// The last replies about the account, and when each was true.
    var served: [(at: Int64, account: Account)] = []
    var accountAt: Int64 = 0
    /// Since then nothing has kept a flow from being told from result, and no clock was off.
    var clearSince: Int64 = 0
    private(set) var isDisturbed = false

    /// Until the next anchor, whose part is a charge and whose a deposit's cannot be told for certain.
    mutating func disturbed() { isDisturbed = true }

    mutating func see(_ account: Account) {
      served.append((accountAt, account))
      if served.count > 12 { served.removeFirst() }
    }

    mutating func take(_ row: HistoryRow, at clock: Int64) {
      // A charge or correction is result.
      if !row.comment.hasPrefix("Adjustment") { flows.append((clock, row.netProfit)) }
    }

    mutating func begin(_ anchor: Anchor) {
      anchors.append(anchor)
      isDisturbed = false
    }

    /// Equity at or below which the day is lost; `nil` where nobody can say for certain.
    func floor(at: Int64, limit: FixedDecimal) -> FixedDecimal? {
      guard let anchor = anchors.last, anchor.isOfLook, !isDisturbed else { return nil }
      let came = flows.filter { anchor.at < $0.at && $0.at <= at }.reduce(FixedDecimal.zero) { $0 + $1.amount }
      return anchor.amount + came - limit
    }
  }

  mutating func disturb(_ id: AgentID) { agents[id]?.day.disturbed() }

  /// `max_daily_loss` as money.
  static func limit(of risk: RiskSpec) -> FixedDecimal {
    switch risk.maxDailyLoss {
    case .percent(let percent): (risk.initialBalance.amount * percent).divided(by: FixedDecimal(100)) ?? .zero
    case .amount(let money): money.amount
    }
  }

  /// By the books; `nil` where nobody can say for certain.
  func floor(_ id: AgentID, at: Int64) -> FixedDecimal? {
    guard let spec = specs[id] else { return nil }
    return agents[id]?.day.floor(at: at, limit: Self.limit(of: spec.risk))
  }

  mutating func beginDay(_ record: Record, _ id: AgentID) {
    guard let amount = record.metadata["amount"]?.decimal, let served = agents[id]?.day.served.last else {
      return fail("S12", "\(id): anchor \(record.sequence) is of no look")
    }
    let isOfLook = record.metadata["from_history"]?.bool != true
    let account = served.account
    let wanted = max(account.balance + account.credit, account.equity)
    if isOfLook, amount != wanted {
      fail("S12", "\(id): the day starts from \(amount), and the account is worth \(wanted)")
    }
    agents[id]?.day.begin(
      Day.Anchor(sequence: record.sequence, at: served.at, amount: amount, isOfLook: isOfLook))
  }

  /// A breach is recorded of a look, and of one that touched the floor.
  mutating func judgeBreach(_ record: Record) {
    guard let id = record.agent, record.reason == .dailyLoss else { return }
    guard let equity = record.metadata["equity"]?.decimal,
      let served = agents[id]?.day.served.last(where: { $0.account.equity == equity })
    else { return fail("S12", "\(id): breach \(record.sequence) is of no look") }
    guard equity.isPositive, let floor = floor(id, at: served.at), equity > floor else { return }
    fail("S12", "\(id) is taken for breached at \(equity), and by the books its floor is \(floor)")
  }
}

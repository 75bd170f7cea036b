// Trust: whether a sample of a terminal can be believed (bridge.md, section 3, rule 6). What cannot be read at all (a failed
// or partial read, missing money, NaN) never comes here: the bridge refuses it.

/// Judges the samples of one terminal, one after another. Volatile: a restart begins anew.
///
/// Legal transitions: trusted → mismatch 1 (asked again at once) → mismatch 2 and more (suspicious: held and alarmed;
/// closes go by the account once each mismatch that is seen was in three fresh samples in a row) → trusted. One sample
/// that agrees ends it. Mismatches that take turns are never three in a row: what has to be closed whatever else is open
/// goes by three fresh samples of each since the last one that agreed (`Urgent`).
public struct SnapshotTrust: Hashable, Sendable {
  /// What is the matter with a sample.
  public enum Mismatch: String, Hashable, Sendable, CaseIterable {
    /// No positions, but margin in use.
    case emptyList = "empty_list"
    /// A ticket is listed twice.
    case duplicateTicket = "duplicate_ticket"
    /// Equity is not balance + credit + profit.
    case equitySum = "equity_sum"
    /// The account's floating profit and that of the positions are far apart.
    case floatingProfit = "floating_profit"
    /// The terminal's UTC clock went back.
    case clockBack = "clock_back"
  }

  /// A mismatch with its numbers.
  public struct Finding: Hashable, Sendable {
    public var mismatch: Mismatch
    /// One sentence, with the numbers.
    public var message: String
    /// The numbers, by name, for the record.
    public var numbers: [String: JSONValue]
  }

  public enum Verdict: Hashable, Sendable {
    case trusted
    /// Seen for the first time; it may be that the replies are of different instants. Ask again at once, and do not act.
    case reread([Finding])
    /// It lasts: `suspicious_snapshot`. Nothing opens. `closesAllowed`: closes and breach verdicts go by the account's
    /// reply (`DailyLoss.Sample.positionsTrusted` is false); until then nothing is done.
    case suspicious([Finding], closesAllowed: Bool)

    public var isTrusted: Bool { self == .trusted }

    public var findings: [Finding] {
      switch self {
      case .trusted: []
      case .reread(let findings), .suspicious(let findings, _): findings
      }
    }
  }

  /// Samples with the same mismatch, in a row, whose terminal is alive: closes are allowed from this one on.
  public static let freshSamplesForCloses = 3

  /// What an agent must not hold at all, after a breach, in an emergency or while it is disabled, is closed by looks that
  /// contradict themselves now this way and now that way. There are five mismatches, so at most ten fresh samples pass.
  struct Urgent: Hashable, Sendable {
    /// In how many fresh samples each mismatch has been seen, and each ticket listed.
    fileprivate var seen: [Mismatch: Int] = [:]
    fileprivate var listed: [Ticket: Int] = [:]
    /// Each mismatch of the last sample was in three fresh ones.
    fileprivate(set) var isAllowed = false

    /// A list that lies may name a ticket for once.
    func isConfirmed(_ ticket: Ticket) -> Bool { listed[ticket] ?? 0 >= SnapshotTrust.freshSamplesForCloses }

    /// Of a terminal that lists other tickets each time, no more are remembered.
    static let mostTickets = 4096

    fileprivate mutating func take(_ findings: [Finding], _ positions: [Position], isFresh: Bool) {
      if isFresh {
        for finding in findings { seen[finding.mismatch, default: 0] += 1 }
        let tickets = Set(positions.map(\.ticket))
        if listed.count + tickets.count > Self.mostTickets { listed = listed.filter { tickets.contains($0.key) } }
        for ticket in tickets.sorted() { listed[ticket, default: 0] += 1 }
      }
      isAllowed = findings.allSatisfy { seen[$0.mismatch] ?? 0 >= SnapshotTrust.freshSamplesForCloses }
    }
  }

  /// Samples in a row that do not agree.
  private var streak = 0
  /// `nil` while samples agree.
  private(set) var urgent: Urgent?
  /// In how many fresh samples in a row each mismatch has been seen. Each lasts by itself: a list that repeats a ticket
  /// for once is no better for coming while the clock is in doubt.
  private var fresh: [Mismatch: Int] = [:]
  private(set) var last: Glance?
  private var lastVerdict = Verdict.trusted
  private var clock = TerminalClock()

  public init() {}

  /// Judges the replies of one read. A reply that began no later than the last one judged is the same sample again, and
  /// so is the verdict.
  public mutating func judge(positions: Reply<[Position]>, account: Reply<Account>) -> Verdict {
    let now = Glance(positions: positions.value, account: account.value, began: account.span.began.steady)
    if let last, now.began <= last.began { return lastVerdict }
    let isFresh = last.map { now.terminalTime == nil || $0.terminalTime != now.terminalTime } ?? true
    var findings = Self.contradictions(in: positions.value, account.value)
    if now.mayBeApart, let finding = floatingProfit(now) { findings.append(finding) }
    if let finding = clock.check(account) { findings.append(finding) }
    last = now
    lastVerdict = verdict(findings, isFresh: isFresh)
    if !findings.isEmpty {
      var sum = urgent ?? Urgent()
      sum.take(findings, positions.value, isFresh: isFresh)
      urgent = sum
    } else if urgent != nil {
      urgent = nil
    }
    return lastVerdict
  }

  private mutating func verdict(_ findings: [Finding], isFresh: Bool) -> Verdict {
    guard !findings.isEmpty else {
      streak = 0
      if !fresh.isEmpty { fresh = [:] }
      return .trusted
    }
    streak += 1
    let before = fresh
    fresh = [:]
    for finding in findings { fresh[finding.mismatch] = (before[finding.mismatch] ?? 0) + (isFresh ? 1 : 0) }
    if streak == 1 { return .reread(findings) }
    let lasts = findings.allSatisfy { fresh[$0.mismatch] ?? 0 >= Self.freshSamplesForCloses }
    return .suspicious(findings, closesAllowed: lasts)
  }
}

/// What a later sample is compared with.
struct Glance: Hashable, Sendable {
  var began: Steady
  var terminalTime: Timestamp?
  /// equity - balance - credit: the floating profit by the account.
  var accountFloating: FixedDecimal
  /// Sum of profit, swap and commission: the same by the positions.
  var positionsFloating: FixedDecimal
  var equity: FixedDecimal

  init(positions: [Position], account: Account, began: Steady) {
    self.began = began
    terminalTime = account.timestamp
    accountFloating = account.equity - account.balance - account.credit
    positionsFloating = positions.netProfit
    equity = account.equity
  }
}

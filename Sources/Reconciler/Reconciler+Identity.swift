// Whether it is the right account that answers, and whether its answer is to be believed.

extension Reconciler {
  /// A pin that does not fit, or two terminals on one account: then nothing is sent (bridge.md, section 3.7).
  mutating func identityHold(_ i: Int, _ account: Account) -> Hold? {
    let terminal = agents[i].spec.terminal
    if let missing = missingIdentity(i, account) { return unverified(missing, "was reported before") }
    let shared = noteHolder(i, account)
    if let pin = terminal.account {
      guard let number = account.number else { return unverified("account", "is pinned") }
      if number != pin { return Hold(.accountMismatch, "another account than the pinned one answers here") }
    }
    if let pin = terminal.server {
      guard let server = account.server else { return unverified("server", "is pinned") }
      if server != pin {
        return Hold(.accountMismatch, "the server is \(server), pinned is \(pin)", ["server": .string(server)])
      }
    }
    if let pin = terminal.currency, account.currency != pin {
      return Hold(.accountMismatch, "the account's currency is \(account.currency), pinned is \(pin)")
    }
    if account.currency != agents[i].spec.risk.initialBalance.currency {
      return Hold(
        .accountMismatch,
        "the account's currency is \(account.currency), the agent's limits are in "
          + agents[i].spec.risk.initialBalance.currency)
    }
    if let other = shared {
      return Hold(.accountMismatch, "the terminal of \(other) reports the same account and server; both are held")
    }
    return nil
  }

  private func unverified(_ what: String, _ how: String) -> Hold {
    Hold(.accountUnverified, "the \(what) \(how), and the terminal does not report it")
  }

  /// In how many looks in a row a terminal may leave out what it has reported: nothing is done by these, and nothing is
  /// forgotten for them. From then on another account may answer.
  static let mostUnnamed = 2

  /// What a terminal leaves out of its reply for once, having reported it before.
  private mutating func missingIdentity(_ i: Int, _ account: Account) -> String? {
    let seen = agents[i].accountSeen
    let isNumberGone = seen.number != nil && account.number == nil
    guard isNumberGone || seen.server != nil && account.server == nil else {
      agents[i].unnamed = 0
      return nil
    }
    agents[i].unnamed += 1
    guard agents[i].unnamed <= Self.mostUnnamed else { return nil }
    return isNumberGone ? "account" : "server"
  }

  /// Tickets of one account say nothing of another's: what a pause lets stay at this one is known from its first look on, and
  /// until then nothing is closed on a guess.
  mutating func followAccount(_ i: Int, _ now: Moment) {
    guard let key = agents[i].accountKey, agents[i].pausedAccount != key else { return }
    let isFirst = agents[i].pausedAccount == nil
    defer { agents[i].pausedAccount = key }
    renewLists(i, at: key, isFirst: isFirst, now)
  }

  /// What was remembered late may be of another account than the one that has answered meanwhile.
  mutating func followRemembered(_ i: Int, _ now: Moment) {
    if let key = agents[i].pausedAccount { renewLists(i, at: key, isFirst: true, now) }
  }

  private mutating func renewLists(_ i: Int, at key: String, isFirst: Bool, _ now: Moment) {
    let pauses = [agents[i].memory.operatorPause?.tickets, agents[i].memory.breachPause?.tickets]
    guard pauses.contains(where: { $0 != nil }) else { return }
    // Another process may have made the lists; records of earlier versions do not say where.
    if let known = agents[i].memory.pausesAccount {
      guard known != Self.digest(key) else { return }
    } else if isFirst {
      return
    }
    record(
      .heartbeat, agent: i, "another account answers: the pause lets stay what is there now",
      ["pause_lists": "unknown"], now)
  }

  /// The account that a pause's list is of, for its record.
  func pausesAccount(_ i: Int) -> JSONValue? { agents[i].pausedAccount.map { .string(Self.digest($0)) } }

  /// What a record says of an account: enough to tell it from another, and not its number.
  static func digest(_ accountKey: String) -> String { ActionID.make(chain: accountKey, sequence: 0) }

  /// Another agent whose terminal reports this very account, if there is one.
  private mutating func noteHolder(_ i: Int, _ account: Account) -> AgentID? {
    let seen = AccountSeen(number: account.number, server: account.server)
    let id = agents[i].id
    if agents[i].accountSeen != seen {
      agents[i].accountSeen = seen
      let key = account.number.map { "\($0) \(account.server ?? "")" }
      if let old = agents[i].accountKey {
        leaveAccount(old, id)
        if old != key {
          forgetLists(i)
          // What came with this account's reply is its own.
          if let snapshot = agents[i].snapshot { takeParts(i, snapshot) }
          // An open that waits was planned for the account before this one.
          forgetPlan(i)
        }
      }
      if let key {
        accountHolders[key, default: []].append(id)
        if accountHolders[key]?.count == 2 { sharedAccounts += 1 }
      }
      agents[i].accountKey = key
    }
    guard let key = agents[i].accountKey, let holders = accountHolders[key], holders.count > 1 else { return nil }
    return holders.sorted().first { other in
      other != id && index[other].map { !agents[$0].memory.orphaned } ?? false
    }
  }

  /// The agent's terminal answers for another account now, or is gone.
  mutating func leaveAccount(_ key: String, _ id: AgentID) {
    let wasShared = (accountHolders[key]?.count ?? 0) > 1
    accountHolders[key]?.removeAll { $0 == id }
    if wasShared, accountHolders[key]?.count == 1 { sharedAccounts -= 1 }
  }

  /// The agent is held: nothing is planned on what may be somebody else's account.
  mutating func stand(_ i: Int, _ hold: Hold, _ now: Moment) {
    agents[i].identity = hold
    agents[i].calm = nil
    agents[i].freshHistories = []
    agents[i].plan = Plan()
    if agents[i].live != nil, agents[i].lane != .sending { withdraw(i, hold.message, now) }
    noteVerdict(i, subject: "agent", hold, now)
    cannotBeFlat(i, hold.reason.rawValue, now)
    agents[i].rereads = 0
    // What was left out for once comes with the next reply.
    if agents[i].unnamed == 1 { return scheduleRead(i, at: now.steady, now) }
    scheduleNextPoll(i, now)
  }

  mutating func noteTrust(_ i: Int, _ verdict: SnapshotTrust.Verdict, _ account: Reply<Account>, _ now: Moment) {
    agents[i].identity = nil
    agents[i].memory.verdicts["agent"] = nil
    agents[i].trustVerdict = verdict
    guard case .suspicious(let findings, let closesAllowed) = verdict else {
      if verdict.isTrusted, agents[i].suspicion != nil { agents[i].suspicion = nil }
      return
    }
    // Once when it begins to last, once for each mismatch that joins, and once when closes go by the account.
    var said = agents[i].suspicion ?? Suspicion()
    let isNews = said.take(findings.map(\.mismatch), closesAllowed: closesAllowed)
    agents[i].suspicion = said
    guard isNews else { return }
    record(
      .suspiciousSnapshot, agent: i, reason: .suspiciousSnapshot, findings.map(\.message).joined(separator: "; "),
      [
        "findings": .array(
          findings.map { ["mismatch": .string($0.mismatch.rawValue), "numbers": .object($0.numbers)] }),
        "closes_allowed": .bool(closesAllowed),
      ],
      observedAt: account.span.ended.wall, now)
  }

  // MARK: Verdicts without an intent

  /// `refused` is recorded when it changes by its reason, not on every pass.
  mutating func noteVerdicts(_ i: Int, _ plan: Plan, _ observedAt: Timestamp, _ now: Moment) {
    // What waits for a quote, or for the pending orders, keeps its last verdict; it will be judged in a moment.
    var current = Set(plan.undecided.map(\.subject) + plan.unread)
    for held in plan.held {
      // A hold of a moment leaves the last verdict as it is.
      current.insert(held.action.subject)
      guard let hold = held.holds.first(where: { Self.isWorthRecording($0.reason) }) else { continue }
      guard agents[i].memory.verdicts[held.action.subject] != hold.reason else { continue }
      record(
        .refused, agent: i, reason: hold.reason, "not done: \(held.action.message); \(hold.message)",
        .fields([
          "subject": .string(held.action.subject), "kind": .string(held.action.kind.rawValue),
          "wanted_for": .string(held.action.reason.rawValue), "symbol": .string(held.action.symbol.text),
          "ticket": held.action.ticket.map { .int($0.number) }, "lots": .decimal(held.action.lots),
          "target": held.action.target.map { .string($0) },
          "holds": .array(held.holds.map { .string($0.reason.rawValue) }), "numbers": .object(hold.numbers),
        ]), observedAt: observedAt, now)
    }
    for subject in agents[i].memory.verdicts.keys.sorted() where subject != "agent" && !current.contains(subject) {
      agents[i].memory.verdicts[subject] = nil
    }
  }

  private mutating func noteVerdict(_ i: Int, subject: String, _ hold: Hold, _ now: Moment) {
    guard agents[i].memory.verdicts[subject] != hold.reason else { return }
    record(
      .refused, agent: i, reason: hold.reason, "nothing is sent: \(hold.message)",
      ["subject": .string(subject), "numbers": .object(hold.numbers)], now)
  }

  /// Holds that last for one look only say nothing to an auditor.
  private static func isWorthRecording(_ reason: Reason) -> Bool {
    reason != .inFlight && reason != .stopping
  }
}

/// What the record says of the looks since the last one that was believed.
struct Suspicion: Hashable, Sendable {
  private var mismatches: Set<SnapshotTrust.Mismatch> = []
  private var closesAllowed = false
  private var isSaid = false

  /// Whether a look adds to it.
  mutating func take(_ seen: [SnapshotTrust.Mismatch], closesAllowed allowed: Bool) -> Bool {
    let isNews = !isSaid || !mismatches.isSuperset(of: seen) || allowed && !closesAllowed
    mismatches.formUnion(seen)
    closesAllowed = closesAllowed || allowed
    isSaid = true
    return isNews
  }
}

extension SnapshotTrust.Verdict {
  /// Whether closes and breach verdicts may go by this look.
  var closesAllowed: Bool {
    switch self {
    case .trusted: true
    case .reread: false
    case .suspicious(_, let closesAllowed): closesAllowed
    }
  }
}

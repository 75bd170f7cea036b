extension SnapshotTrust {
  static let cent = FixedDecimal(units: FixedDecimal.one.units / 100)

  /// What one sample says against itself, whatever came before.
  static func contradictions(in positions: [Position], _ account: Account) -> [Finding] {
    var findings: [Finding] = []
    if let finding = emptyList(positions, account) { findings.append(finding) }
    if let finding = duplicate(in: positions) { findings.append(finding) }
    if let finding = equitySum(positions, account) { findings.append(finding) }
    return findings
  }

  /// A position opened between the two replies looks like this once.
  private static func emptyList(_ positions: [Position], _ account: Account) -> Finding? {
    guard positions.isEmpty, account.margin.isPositive else { return nil }
    return Finding(
      mismatch: .emptyList,
      message: "the terminal lists no positions, but \(account.margin.money) of margin is in use",
      numbers: ["margin": .decimal(account.margin)])
  }

  private static func duplicate(in positions: [Position]) -> Finding? {
    // Terminals list tickets in order, nearly always: then none comes twice.
    if positions.rises { return nil }
    let tickets = positions.map(\.ticket).sorted()
    guard let (ticket, _) = zip(tickets, tickets.dropFirst()).first(where: { $0 == $1 }) else { return nil }
    return Finding(
      mismatch: .duplicateTicket, message: "the terminal lists ticket \(ticket) twice",
      numbers: ["ticket": .int(ticket.number)])
  }

  /// `profit` may be with or without the swap and commission of the positions: terminals differ.
  private static func equitySum(_ positions: [Position], _ account: Account) -> Finding? {
    let costs = positions.costs
    let sum = account.balance + account.credit + account.profit
    let off = account.equity - sum
    guard off.magnitude > cent, (off - costs).magnitude > cent else { return nil }
    return Finding(
      mismatch: .equitySum,
      message: "equity \(account.equity.money) is not balance + credit + profit, which is \(sum.money)"
        + (costs.isZero ? "" : ", or \((sum + costs).money) with swap and commission"),
      numbers: [
        "equity": .decimal(account.equity), "balance": .decimal(account.balance), "credit": .decimal(account.credit),
        "profit": .decimal(account.profit), "swap_and_commission": .decimal(costs),
      ])
  }

  /// The account and the positions apart by over 1 % of equity. In a market that runs, the positions, which are read in
  /// between, lie between the account's two readings: that is no mismatch.
  func floatingProfit(_ now: Glance) -> Finding? {
    let apart = (now.accountFloating - now.positionsFloating).magnitude
    let allowed = now.equity.magnitude.divided(by: .hundred) ?? .zero
    guard apart > allowed else { return nil }
    if let last, isRunning(from: last, to: now, allowed: allowed) { return nil }
    return Finding(
      mismatch: .floatingProfit,
      message: "floating profit is \(now.accountFloating.money) by the account and \(now.positionsFloating.money) by "
        + "the positions, apart by more than 1 % of equity \(now.equity.money)",
      numbers: [
        "account_floating": .decimal(now.accountFloating), "positions_floating": .decimal(now.positionsFloating),
        "equity": .decimal(now.equity),
      ])
  }

  private func isRunning(from last: Glance, to now: Glance, allowed: FixedDecimal) -> Bool {
    let low = Swift.min(last.accountFloating, now.accountFloating) - allowed
    let high = Swift.max(last.accountFloating, now.accountFloating) + allowed
    // Only a list that moves can be a moment late; one that stands still is stale.
    return now.positionsFloating != last.positionsFloating && low <= now.positionsFloating
      && now.positionsFloating <= high
  }
}

extension Glance {
  /// Whether the two floating profits are apart by more than a 128th of equity, which is less than a hundredth, and is
  /// found without a division.
  var mayBeApart: Bool { (accountFloating - positionsFloating).magnitude.units > equity.magnitude.units >> 7 }
}

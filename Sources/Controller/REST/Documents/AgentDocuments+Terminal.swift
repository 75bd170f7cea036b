import Reconciler

// What its terminal said, when it last answered.
extension AgentDocuments {
  /// Without the account's number: it is nobody's business.
  static let account = Of<AgentStatus>(
    "Account",
    [
      .word("agent_id") { $0.id.text },
      .word("name") { $0.spec.displayName },
      .maybeNumber("balance") { $0.account?.balance },
      .maybeNumber("credit") { $0.account?.credit },
      .maybeNumber("equity") { $0.account?.equity },
      .maybeNumber("margin") { $0.account?.margin },
      .maybeNumber("free_margin") { $0.account?.freeMargin },
      .maybeNumber("margin_level") { $0.account?.marginLevel },
      .maybeNumber("profit") { $0.account?.profit },
      .text("currency") { $0.account?.currency },
      .maybeNumber("leverage") { $0.account?.leverage },
      .maybeFlag("trade_allowed") { $0.account?.tradeAllowed },
      .maybeFlag("demo") { $0.account?.demo },
    ] + seen)

  static let positions = Of<AgentStatus>(
    "Positions",
    [
      .word("agent_id") { $0.id.text },
      .count("count") { $0.positions.count },
      .list("positions", position) { status in
        status.positions.map { HeldPosition(position: $0, ownership: status.memory.owned[$0.ticket]) }
      },
    ] + seen)

  static let orders = Of<AgentStatus>(
    "Orders",
    [
      .word("agent_id") { $0.id.text },
      .count("count") { $0.orders.count },
      .list("orders", order) { $0.orders },
    ] + seen)

  /// A position and whose it is.
  struct HeldPosition: Sendable {
    let position: Position
    let ownership: AgentMemory.Ownership?
  }

  /// By the names of the bridge; a stop or take-profit of 0 is none.
  private static let position = Of<HeldPosition>(
    "Position",
    [
      .value("ticket", .int) { .int($0.position.ticket.number) },
      .word("symbol") { $0.position.symbol.text },
      .word("type", of: Side.allCases.map(\.rawValue)) { $0.position.side.rawValue },
      .number("lots") { $0.position.lots },
      .number("open_price") { $0.position.openPrice },
      .maybeNumber("current_price") { $0.position.currentPrice },
      .number("sl") { $0.position.stopLoss ?? .zero },
      .number("tp") { $0.position.takeProfit ?? .zero },
      .number("profit") { $0.position.profit },
      .number("swap") { $0.position.swap },
      .number("commission") { $0.position.commission },
      .maybeCount("magic") { $0.position.magic.map { Int64($0) } },
      .word("comment") { $0.position.comment },
      .time("open_time") { $0.position.openTime },
      .text("target") { $0.ownership?.target },
      .text("action_id") { $0.ownership?.actionID },
    ])

  private static let order = Of<PendingOrder>(
    "PendingOrder",
    [
      .value("ticket", .int) { .int($0.ticket.number) },
      .word("symbol") { $0.symbol.text },
      .word("type", of: PendingOrder.Kind.allCases.map(\.rawValue)) { $0.kind.rawValue },
      .number("lots") { $0.lots },
      .number("price") { $0.price },
      .number("sl") { $0.stopLoss ?? .zero },
      .number("tp") { $0.takeProfit ?? .zero },
      .maybeCount("magic") { $0.magic.map { Int64($0) } },
      .word("comment") { $0.comment },
      .time("open_time") { $0.openTime },
      .time("expiration") { $0.expiration },
    ])
}

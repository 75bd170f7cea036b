import Crypto
import Foundation
import Reconciler

/// What a plan for one agent was made of, as far as it stands still while nobody does anything.
enum SeenAgent {
  static func json(_ agent: AgentStatus, salt: String) -> JSONValue {
    [
      "name": .string(agent.spec.metadataName), "online": .bool(agent.online),
      "account": account(agent, salt: salt),
      "positions": .object(
        Dictionary(agent.positions.map { ($0.ticket.description, position($0)) }, uniquingKeysWith: { one, _ in one })),
      "orders": .object(
        Dictionary(agent.orders.map { ($0.ticket.description, order($0)) }, uniquingKeysWith: { one, _ in one })),
      "memory": memory(agent.memory), "actions": .array(agent.plan.actions.map(action)),
    ]
  }

  private static func account(_ agent: AgentStatus, salt: String) -> JSONValue {
    guard let account = agent.account else { return .null }
    return .fields([
      "number_hash": account.number.map { .string(hash("\($0)", salt: salt)) },
      "server": account.server.map { .string($0) }, "currency": .string(account.currency),
      "leverage": .number(account.leverage.description),
    ])
  }

  /// An account's number is not for files; whether it is the same one is all that counts.
  private static func hash(_ text: String, salt: String) -> String {
    let key = SymmetricKey(data: Data(salt.utf8))
    return Hexadecimal.text(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key))
  }

  private static func position(_ position: Position) -> JSONValue {
    .fields([
      "symbol": .string(position.symbol.text), "side": .string(position.side.rawValue),
      "lots": .number(position.lots.description), "open_price": .number(position.openPrice.description),
      "stop_loss": position.stopLoss.map { .number($0.description) },
      "take_profit": position.takeProfit.map { .number($0.description) },
    ])
  }

  private static func order(_ order: PendingOrder) -> JSONValue {
    .fields([
      "symbol": .string(order.symbol.text), "type": .string(order.kind.rawValue),
      "lots": .number(order.lots.description), "price": .number(order.price.description),
      "stop_loss": order.stopLoss.map { .number($0.description) },
      "take_profit": order.takeProfit.map { .number($0.description) },
    ])
  }

  private static func memory(_ memory: AgentMemory) -> JSONValue {
    let owned = memory.owned.filter { !$0.value.ended }
    return .fields([
      "breach": memory.breachPause.map { .string("\($0.reason.rawValue) of \($0.dayKey)") },
      "operator_pause": memory.operatorPause.map { .string("by \($0.actor)") },
      "spent": .array(memory.spent.keys.sorted().map { .string($0) }),
      "unresolved": .array(memory.unresolved.map(\.id).sorted().map { .string($0) }),
      "owned": .object(
        Dictionary(owned.map { ($0.key.description, .string($0.value.target)) }, uniquingKeysWith: { one, _ in one })),
    ])
  }

  /// Without its sentence and its numbers, in which prices stand.
  private static func action(_ action: PlannedAction) -> JSONValue {
    .fields([
      "kind": .string(action.kind.rawValue), "reason": .string(action.reason.rawValue),
      "symbol": .string(action.symbol.text), "side": .string(action.side.rawValue),
      "ticket": action.ticket.map { .int($0.number) }, "lots": .number(action.lots.description),
      "stop_loss": action.stopLoss.map { .number($0.description) },
      "take_profit": action.takeProfit.map { .number($0.description) }, "target": action.target.map { .string($0) },
    ])
  }
}

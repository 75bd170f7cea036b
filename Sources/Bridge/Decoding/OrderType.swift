import Reconciler

/// What a row is, in any of the forms in which bridges write it.
enum OrderType: Hashable {
  case market(Side)
  case pending(PendingOrder.Kind)
  case balance
  case credit

  init?(_ value: JSONValue) {
    switch value {
    case .number(let text): self.init(number: text)
    case .string(let text): self.init(text: text)
    case .null, .bool, .array, .object: return nil
    }
  }

  /// MQL4's OP_ constants.
  private init?(number: String) {
    switch number {
    case "0": self = .market(.buy)
    case "1": self = .market(.sell)
    case "2": self = .pending(.buyLimit)
    case "3": self = .pending(.sellLimit)
    case "4": self = .pending(.buyStop)
    case "5": self = .pending(.sellStop)
    case "6": self = .balance
    case "7": self = .credit
    default: return nil
    }
  }

  private init?(text: String) {
    // As the contract writes it.
    if let side = Side(rawValue: text) {
      self = .market(side)
      return
    }
    var name = text.lowercased()
    for prefix in ["position_type_", "order_type_", "deal_type_", "op_"] where name.hasPrefix(prefix) {
      name.removeFirst(prefix.count)
      break
    }
    name.removeAll { $0 == "_" || $0 == " " || $0 == "-" }
    switch name {
    case "buy": self = .market(.buy)
    case "sell": self = .market(.sell)
    case "balance": self = .balance
    case "credit": self = .credit
    default:
      if let kind = PendingOrder.Kind(rawValue: name) { self = .pending(kind) } else { self.init(number: name) }
    }
  }
}

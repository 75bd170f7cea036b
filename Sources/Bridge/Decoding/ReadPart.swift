import Reconciler

/// One GET of a read.
enum ReadPart: Hashable, Sendable {
  case positions
  case account
  case orders
  case history(days: Int)
  case tick(Symbol)

  /// Without these there is no snapshot.
  var isMandatory: Bool {
    switch self {
    case .positions, .account: true
    case .orders, .history, .tick: false
    }
  }

  /// The largest body that is read.
  var sizeLimit: Int {
    switch self {
    case .account, .tick: 64 << 10
    case .positions, .orders: 4 << 20
    case .history: 16 << 20
    }
  }

  var endpoint: Endpoint {
    switch self {
    case .positions: .positions
    case .account: .account
    case .orders: .orders
    case .history: .history
    case .tick: .tick
    }
  }

  /// The parts of a request, in the order in which they are read.
  static func parts(of request: ReadRequest) -> [ReadPart] {
    var parts: [ReadPart] = request.book ? [.positions, .account] : []
    if request.orders { parts.append(.orders) }
    if let days = request.historyDays { parts.append(.history(days: max(1, days))) }
    var seen: Set<Symbol> = []
    for symbol in request.ticks where seen.insert(symbol).inserted { parts.append(.tick(symbol)) }
    return parts
  }
}

/// The endpoints of the contract: a bounded label for counters and messages.
public enum Endpoint: String, Hashable, Sendable, CaseIterable {
  case account = "/account"
  case positions = "/positions"
  case orders = "/orders"
  case history = "/history"
  case tick = "/tick"
  case trade = "/trade"
}

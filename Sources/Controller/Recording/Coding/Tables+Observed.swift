import Reconciler

// What terminals said. Names are those of REST where REST has them.

extension Table<Account> {
  static let account = Table([
    .maybe("number", \.number, .whole), .maybe("name", \.name, .text), .maybe("server", \.server, .text),
    .of("currency", \.currency, .text), .of("leverage", \.leverage, .decimal), .of("balance", \.balance, .decimal),
    .of("credit", \.credit, .decimal), .of("equity", \.equity, .decimal), .of("profit", \.profit, .decimal),
    .of("margin", \.margin, .decimal), .of("free_margin", \.freeMargin, .decimal),
    .maybe("margin_level", \.marginLevel, .decimal), .maybe("stopout_level", \.stopoutLevel, .decimal),
    .maybe("limit_orders", \.limitOrders, .whole), .maybe("trade_allowed", \.tradeAllowed, .flag),
    .maybe("connected", \.connected, .flag), .maybe("demo", \.demo, .flag), .maybe("time", \.timestamp, .time),
    .maybe("utc_offset", \.serverUTCOffsetSeconds, .whole),
  ])
}

extension Account {
  static let blank = Account(
    currency: "", leverage: .zero, balance: .zero, equity: .zero, profit: .zero, margin: .zero, freeMargin: .zero)
}

extension Table<Position> {
  static let position = Table([
    .of("symbol", \.symbol, .symbol), .of("side", \.side, .word), .of("lots", \.lots, .decimal),
    .of("open_price", \.openPrice, .decimal), .maybe("price", \.currentPrice, .decimal),
    .maybe("stop_loss", \.stopLoss, .decimal), .maybe("take_profit", \.takeProfit, .decimal),
    .of("profit", \.profit, .decimal), .of("swap", \.swap, .decimal), .of("commission", \.commission, .decimal),
    .maybe("magic", \.magic, .whole), .of("comment", \.comment, .text), .maybe("open_time", \.openTime, .time),
  ])
}

extension Table<PendingOrder> {
  static let order = Table([
    .of("symbol", \.symbol, .symbol), .of("kind", \.kind, .word), .of("lots", \.lots, .decimal),
    .of("price", \.price, .decimal), .maybe("stop_loss", \.stopLoss, .decimal),
    .maybe("take_profit", \.takeProfit, .decimal), .maybe("magic", \.magic, .whole),
    .of("comment", \.comment, .text), .maybe("open_time", \.openTime, .time),
    .maybe("expiration", \.expiration, .time),
  ])
}

extension Table<HistoryRow> {
  static let row = Table([
    .of("kind", \.kind, .historyKind), .of("symbol", \.symbol, .symbol), .of("lots", \.lots, .decimal),
    .maybe("open_price", \.openPrice, .decimal), .maybe("close_price", \.closePrice, .decimal),
    .maybe("stop_loss", \.stopLoss, .decimal), .maybe("take_profit", \.takeProfit, .decimal),
    .of("profit", \.profit, .decimal), .of("swap", \.swap, .decimal), .of("commission", \.commission, .decimal),
    .maybe("magic", \.magic, .whole), .of("comment", \.comment, .text), .maybe("open_time", \.openTime, .time),
    .maybe("close_time", \.closeTime, .time),
  ])
}

extension Coding<HistoryRow.Kind> {
  static let historyKind = through(
    .text,
    { kind in
      switch kind {
      case .trade(.buy): "buy"
      case .trade(.sell): "sell"
      case .cancelled: "cancelled"
      case .balance: "balance"
      case .credit: "credit"
      }
    },
    { text in
      switch text {
      case "buy": .trade(.buy)
      case "sell": .trade(.sell)
      case "cancelled": .cancelled
      case "balance": .balance
      case "credit": .credit
      default: nil
      }
    }, else: "it is none of buy, sell, cancelled, balance, credit")
}

extension Table<Tick> {
  static let tick = Table([
    .of("bid", \.bid, .decimal), .of("ask", \.ask, .decimal), .of("time", \.time, .time),
    .of("symbol", \.symbol, .symbol), .maybe("digits", \.digits, .whole), .maybe("point", \.point, .decimal),
    .maybe("tick_size", \.tickSize, .decimal), .maybe("tick_value", \.tickValue, .decimal),
    .maybe("contract_size", \.contractSize, .decimal), .maybe("min_lot", \.minLot, .decimal),
    .maybe("max_lot", \.maxLot, .decimal), .maybe("lot_step", \.lotStep, .decimal),
    .maybe("stop_level", \.stopLevel, .decimal), .maybe("freeze_level", \.freezeLevel, .decimal),
    .maybe("margin_required", \.marginRequired, .decimal), .maybe("trade_allowed", \.tradeAllowed, .flag),
  ])
}

extension Tick {
  static func blank(_ symbol: Symbol) -> Tick {
    Tick(symbol: symbol, bid: .zero, ask: .zero, time: Timestamp(microseconds: 0))
  }
}

extension ListTable<Position, Ticket> {
  static let positions = ListTable(table: .position, id: \.ticket, coding: .ticket) { ticket in
    Position(ticket: ticket, symbol: Symbol(""), side: .buy, lots: .zero, openPrice: .zero)
  }
}

extension ListTable<PendingOrder, Ticket> {
  static let orders = ListTable(table: .order, id: \.ticket, coding: .ticket) { ticket in
    PendingOrder(ticket: ticket, symbol: Symbol(""), kind: .buyLimit, lots: .zero, price: .zero)
  }
}

extension ListTable<HistoryRow, Ticket> {
  static let rows = ListTable(table: .row, id: \.ticket, coding: .ticket) { ticket in
    HistoryRow(ticket: ticket, kind: .balance, symbol: Symbol(""), lots: .zero, profit: .zero)
  }
}

extension Table<ReadFailure> {
  static let failure = Table([
    .of("code", \.code, .word), .of("message", \.message, .text), .of("endpoint", \.endpoint, .text),
    .maybe("status", \.httpStatus, .whole), .maybe("retry_after", \.retryAfter, .duration),
  ])
}

extension Coding<ReadFailure> {
  static let failure = Table.failure.coding(blank: ReadFailure(code: .unreachable, message: "", endpoint: ""))
}

extension Table<ReadRequest> {
  static let request = Table([
    .of("number", \.number, .whole), .of("book", \.book, .flag), .of("orders", \.orders, .flag),
    .maybe("history_days", \.historyDays, .whole), .of("ticks", \.ticks, Coding.symbol.list()),
  ])
}

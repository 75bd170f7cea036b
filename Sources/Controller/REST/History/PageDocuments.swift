import Reconciler

/// Pages of actions and trades, the newest first.
enum PageDocuments {
  static let actions = page("Actions", "actions", ActionEntry.document, "trading.actions")
  static let trades = page("Trades", "trades", TradeDocument.document, "trading.agent_trades")

  private static func page<Item>(
    _ name: String, _ list: String, _ item: Document<Item>, _ table: String
  ) -> Document<RecordHistory.Page<Item>> {
    Document(
      name,
      [
        .count("count") { $0.items.count },
        .list(list, item) { $0.items },
        .text("next_cursor") { $0.nextBefore.map { String($0) } },
        .flag("complete") { $0.isWhole },
        .text("older") { page in
          page.isWhole
            ? nil : "older ones are in \(table) in the database, and in the journal: mt4ctl audit log --state DIR"
        },
      ])
  }
}

public import Reconciler

extension DayStatement {
  /// The statement for people.
  public var text: String {
    var out = ["Statement of \(agent) for \(day)\(isOver ? "" : ", which is not over")", ""]
    if !movements.isEmpty {
      out.append("Flows and bookings")
      for item in movements {
        let kind =
          switch item.kind {
          case .balance: item.amount.isNegative ? "withdrawal" : "deposit"
          case .credit: "credit"
          case .result: "booked"
          }
        let note = [item.comment, item.isInferred ? "(inferred)" : ""].filter { !$0.isEmpty }.joined(separator: " ")
        out.append(
          "  \(item.at.rfc3339)  \(Self.right(item.amount.money))  \(kind)" + (note.isEmpty ? "" : "  \(note)"))
      }
      out.append("")
    }
    if !trades.isEmpty {
      out.append("Closed trades")
      for trade in trades {
        let prices = [trade.openPrice, trade.closePrice].map { $0?.description ?? "?" }.joined(separator: " -> ")
        out.append(
          "  \(trade.closedAt?.rfc3339 ?? "?")  \(Self.right(trade.net.money))  \(trade.side) \(trade.lots) "
            + "\(trade.symbol) #\(trade.ticket)  \(prices)  profit \(trade.profit.money), swap \(trade.swap.money), "
            + "commission \(trade.commission.money)\(trade.isPart ? ", in part" : "")")
      }
      out.append("")
    }
    return (out + sums).joined(separator: "\n")
  }

  private var sums: [String] {
    var out = [
      "opening balance         \(Self.right(opening.balance.money))  \(opening.at.rfc3339), \(anchorKind); "
        + "the day's loss counts from \(anchor.money)",
      "deposits, withdrawals   \(Self.right(total(.balance).money))",
      "closed trades           \(Self.right(tradesNet.money))  \(trades.count), net of swap and commission",
      "booked by the broker    \(Self.right(total(.result).money))",
      "expected                \(Self.right(expected.money))",
      "closing balance         \(Self.right(closing.balance.money))  \(closing.at.rfc3339), \(closing.source)",
      "difference              \(Self.right(difference.money))  "
        + (difference.isZero ? "reconciled" : "NOT RECONCILED"),
    ]
    if !opening.credit.isZero || !closing.credit.isZero || !total(.credit).isZero {
      out.append(
        "credit                  \(Self.right(closing.credit.money))  from \(opening.credit.money), flows "
          + "\(total(.credit).money), difference \(creditDifference.money)")
    }
    for gap in gaps {
      out.append(
        "  \(gap.amount.money) came or went between \(gap.after.rfc3339) and \(gap.until.rfc3339); no record explains it"
      )
    }
    return out
  }

  private static func right(_ text: String) -> String {
    String(repeating: " ", count: max(0, 14 - text.count)) + text
  }

  /// The statement for programs; amounts are strings.
  public var json: JSONValue {
    [
      "agent_id": .string(agent.text), "day": .string(day), "is_over": .bool(isOver),
      "anchor": ["amount": .decimal(anchor), "kind": .string(anchorKind)], "opening": Self.json(opening),
      "movements": .array(
        movements.map {
          [
            "at": .time($0.at), "kind": .string($0.kind.rawValue), "amount": .decimal($0.amount),
            "comment": .string($0.comment), "inferred": .bool($0.isInferred),
          ]
        }),
      "trades": .array(
        trades.map { trade in
          .fields([
            "ticket": .int(trade.ticket), "symbol": .string(trade.symbol), "side": .string(trade.side),
            "lots": .decimal(trade.lots), "open_price": trade.openPrice.map { .decimal($0) },
            "close_price": trade.closePrice.map { .decimal($0) }, "profit": .decimal(trade.profit),
            "swap": .decimal(trade.swap), "commission": .decimal(trade.commission), "net": .decimal(trade.net),
            "close_time": trade.closedAt.map { .time($0) }, "in_part": .bool(trade.isPart),
          ])
        }),
      "closing": Self.json(closing),
      "totals": [
        "flows": .decimal(total(.balance)), "credit_flows": .decimal(total(.credit)),
        "booked": .decimal(total(.result)),
        "trades": .decimal(tradesNet), "expected": .decimal(expected), "difference": .decimal(difference),
        "credit_difference": .decimal(creditDifference),
      ],
      "reconciled": .bool(isReconciled),
      "unexplained": .array(
        gaps.map { ["amount": .decimal($0.amount), "after": .time($0.after), "until": .time($0.until)] }),
    ]
  }

  private static func json(_ balance: Balance) -> JSONValue {
    [
      "at": .time(balance.at), "balance": .decimal(balance.balance), "credit": .decimal(balance.credit),
      "source": .string(balance.source),
    ]
  }
}

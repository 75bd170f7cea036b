/// What each look asks of a list, through spans: an element of an array would be copied to be looked at.
extension [Position] {
  /// Whether nothing differs that a rule could go by: only prices and what they make of the profit have moved.
  func stand(as old: [Position]) -> Bool {
    guard count == old.count else { return false }
    let (mine, theirs) = (span, old.span)
    for k in mine.indices {
      guard mine[k].ticket == theirs[k].ticket, mine[k].lots == theirs[k].lots, mine[k].side == theirs[k].side,
        mine[k].symbol == theirs[k].symbol, mine[k].stopLoss == theirs[k].stopLoss,
        mine[k].takeProfit == theirs[k].takeProfit, mine[k].openPrice == theirs[k].openPrice,
        mine[k].openTime == theirs[k].openTime, mine[k].comment == theirs[k].comment, mine[k].magic == theirs[k].magic
      else { return false }
    }
    return true
  }

  /// Sum of profit, swap and commission.
  var netProfit: FixedDecimal {
    let all = span
    var sum = FixedDecimal.zero
    for k in all.indices { sum += all[k].profit + all[k].swap + all[k].commission }
    return sum
  }

  /// Sum of swap and commission.
  var costs: FixedDecimal {
    let all = span
    var sum = FixedDecimal.zero
    for k in all.indices { sum = sum + all[k].swap + all[k].commission }
    return sum
  }

  /// Whether the tickets are in order, each once; nearly always, terminals list them so.
  var rises: Bool {
    let all = span
    for k in all.indices.dropFirst() where all[k - 1].ticket >= all[k].ticket { return false }
    return true
  }

  /// By ticket.
  var inOrder: [Position] { rises ? self : sorted { $0.ticket < $1.ticket } }
}

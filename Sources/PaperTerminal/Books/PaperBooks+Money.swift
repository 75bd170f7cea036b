public import Reconciler

extension PaperBooks {
  /// The price at which a position of this side would close now; `nil` without a quote.
  func closingPrice(_ instrument: Int, _ side: Side) -> FixedDecimal? {
    quotes[instrument].map { side == .buy ? $0.bid : $0.ask }
  }

  /// In the account's currency and in cents, without swap and commission. Zero while a quote that it needs is missing;
  /// nothing can be opened then, so that this is no loophole.
  func profit(of position: PaperPosition, lots: FixedDecimal, at price: FixedDecimal) -> FixedDecimal {
    let instrument = instruments[position.instrument]
    let side = position.facts.side
    let raw = (price - position.facts.openPrice) * side.sign * lots * instrument.contractSize
    let conversion = profitConversions[position.instrument]
    return converted(raw, by: conversion, closing: side, own: (position.instrument, price))?.inCents ?? .zero
  }

  /// Profit at the current quote.
  public func profit(of position: PaperPosition) -> FixedDecimal {
    let price = closingPrice(position.instrument, position.facts.side) ?? position.facts.openPrice
    return profit(of: position, lots: position.facts.lots, at: price)
  }

  /// What all open positions would bring now: profit, swap and commission.
  public var floating: FixedDecimal {
    positions.reduce(.zero) { $0 + profit(of: $1) + $1.facts.swap + $1.facts.commission }
  }

  /// balance + credit + sum(profit + swap + commission).
  public var equity: FixedDecimal { balance + credit + floating }

  /// The sum over all positions; hedged ones count both.
  public var margin: FixedDecimal { positions.reduce(.zero) { $0 + $1.margin } }

  /// equity - margin.
  public var freeMargin: FixedDecimal { equity - margin }

  /// equity / margin x 100, with two places; `nil` without margin.
  public var marginLevel: FixedDecimal? {
    (equity * .hundred).divided(by: margin)?.inCents
  }

  /// Margin of one lot bought or sold at `price`, in the account's currency; `nil` without the quotes for it.
  func marginPerLot(_ index: Int, side: Side, price: FixedDecimal) -> FixedDecimal? {
    let instrument = instruments[index]
    // A buy's rate is the ask and a sell's the bid, the reverse of a close.
    let closing: Side = side == .buy ? .sell : .buy
    let amount: FixedDecimal?
    switch instrument.marginRule {
    case .currency:
      amount = converted(
        instrument.contractSize, by: baseConversions[index], closing: closing, own: (index, price))
    case .price:
      amount = converted(
        instrument.contractSize * price, by: profitConversions[index], closing: closing, own: (index, price))
    }
    return amount.flatMap { $0.divided(by: account.leverage) }
  }

  /// What one tick of one lot is worth, in the account's currency with five places; zero without the quotes for it.
  func tickValue(_ index: Int) -> FixedDecimal {
    let instrument = instruments[index]
    let raw = instrument.tickSize * instrument.contractSize
    return converted(raw, by: profitConversions[index], closing: .buy)?.rounded(places: 5) ?? .zero
  }
}

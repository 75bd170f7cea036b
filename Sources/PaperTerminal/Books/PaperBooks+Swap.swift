import Reconciler

extension PaperBooks {
  /// Charges the nights between two times of the server to every open position: one for each weekday that ended, three
  /// for a Wednesday (its value date crosses the weekend), none for Saturday and Sunday.
  mutating func rollOver(from: Timestamp, to: Timestamp) {
    let zone = account.serverZone
    let first = zone.local(from).date.daysSinceEpoch
    let last = zone.local(to).date.daysSinceEpoch
    guard first < last else { return }
    let nights = (Swift.max(first, last - 366)..<last).reduce(0) { sum, day in
      switch CivilDate(daysSinceEpoch: day).weekday {
      case 0, 6: sum
      case 3: sum + 3
      default: sum + 1
      }
    }
    guard nights > 0 else { return }
    for at in positions.indices { charge(nights, at) }
  }

  private mutating func charge(_ nights: Int, _ at: Int) {
    let position = positions[at]
    let instrument = instruments[position.instrument]
    let points = position.facts.side == .buy ? instrument.swapLongPoints : instrument.swapShortPoints
    let night = points * instrument.point * instrument.contractSize * position.facts.lots
    let money = converted(night, by: profitConversions[position.instrument], closing: position.facts.side)
    // Each night is booked by itself, in cents.
    positions[at].facts.swap = position.facts.swap + (money?.inCents ?? .zero) * FixedDecimal(nights)
  }
}

/// What is due when: a queue by time, and by order of arrival within one instant.
struct Agenda {
  enum Item {
    case tick
    case beginRead(terminal: Int, number: Int)
    case readPart(terminal: Int, number: Int)
    case arrive(post: Int)
    case reply(post: Int)
    case late(terminal: Int)
    case sync
    case ship
    case quote
    case chance
    /// What comes seldom by chance.
    case rarity
    case restart
    case tellJournal
    case readMemories
    case episodeEnds(Episode)
  }

  /// Something that lasts.
  enum Episode {
    case database, disk, clock, drain
  }

  private var items: [(at: Int64, order: Int, process: Int?, item: Item)] = []
  private var order = 0

  /// - Parameter process: the item dies with it; `nil` survives every process.
  mutating func add(_ item: Item, at: Int64, process: Int?) {
    order += 1
    items.append((at, order, process, item))
  }

  mutating func next() -> (at: Int64, process: Int?, item: Item)? {
    guard !items.isEmpty else { return nil }
    var best = 0
    for k in items.indices.dropFirst()
    where items[k].at < items[best].at || (items[k].at == items[best].at && items[k].order < items[best].order) {
      best = k
    }
    let found = items[best]
    items.swapAt(best, items.count - 1)
    items.removeLast()
    return (found.at, found.process, found.item)
  }

  /// When the last late execution, the last answer, and the last restart are due.
  var lastArrival: Int64 {
    items.reduce(0) { last, item in
      switch item.item {
      case .late, .arrive, .reply, .restart, .episodeEnds(.drain): max(last, item.at)
      case .tick, .beginRead, .readPart, .sync, .ship, .quote, .chance, .rarity, .tellJournal, .readMemories,
        .episodeEnds(.database), .episodeEnds(.disk), .episodeEnds(.clock):
        last
      }
    }
  }
}

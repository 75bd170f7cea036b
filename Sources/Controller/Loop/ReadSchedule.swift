import Reconciler

/// Reads that are asked for and not yet due: at most one an agent, the earliest first.
struct ReadSchedule {
  private struct Entry {
    let due: Steady
    let request: ReadRequest
  }

  /// A binary heap by due time. An entry whose number is not the agent's newest is dropped when it comes up.
  private var heap: [Entry] = []
  private var newest: [AgentID: Int] = [:]

  var nextDue: Steady? { heap.first?.due }

  /// Asks for a read; one of the same agent that has not begun is replaced.
  mutating func add(_ request: ReadRequest, due: Steady) {
    newest[request.agent] = request.number
    heap.append(Entry(due: due, request: request))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].due < heap[parent].due else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// The next read that is due, if there is one.
  mutating func popDue(_ now: Steady) -> ReadRequest? {
    while let first = heap.first, first.due <= now {
      removeFirst()
      if newest[first.request.agent] == first.request.number {
        newest[first.request.agent] = nil
        return first.request
      }
    }
    return nil
  }

  private mutating func removeFirst() {
    heap[0] = heap[heap.count - 1]
    heap.removeLast()
    var parent = 0
    while true {
      let left = 2 * parent + 1
      guard left < heap.count else { break }
      let right = left + 1
      let child = right < heap.count && heap[right].due < heap[left].due ? right : left
      guard heap[child].due < heap[parent].due else { break }
      heap.swapAt(child, parent)
      parent = child
    }
  }
}

@testable import Reconciler

// Operators: they edit, take away and bring back manifests, stop the fleet, and use the control socket.
extension Simulation {
  mutating func operators(_ fault: Fault, _ k: Int) {
    let id = terminals[k].id
    let place = declared.firstIndex { $0.id == id }
    switch fault {
    case .edited:
      guard let place else { return }
      declared[place] = edited(declared[place])
      publish()
    case .disabled:
      guard let place else { return }
      declared[place].enabled.toggle()
      publish()
    case .orphaned:
      if let place {
        removed.append(declared.remove(at: place))
      } else if let back = removed.firstIndex(where: { $0.id == id }) {
        declared.append(removed.remove(at: back))
        declared.sort { $0.id < $1.id }
      }
      publish()
    case .emergencyStop:
      policy.emergencyStop.toggle()
      publish()
    case .emergencyByHost:
      say(people.coin() ? .emergencyStop(reason: "looks bad") : .emergencyClear(reason: "looks fine"))
    case .emptied:
      guard !declared.isEmpty else { return }
      removed += declared
      declared = []
      publish()
    case .swapped:
      guard let place, declared.count > 1 else { return }
      let other = (place + 1) % declared.count
      // The two files' accounts change places, until somebody notices.
      guard let mine = declared[place].terminal.account, let theirs = declared[other].terminal.account else { return }
      declared[place].terminal.account = theirs
      declared[other].terminal.account = mine
      publish()
    case .reloadStorm:
      guard let place else { return }
      for _ in 0..<people.from(5, to: 30) {
        declared[place] = edited(declared[place])
        publish()
      }
    case .paused: say(.pause(id, reason: "looks odd"))
    case .resumed: say(.resume(id, reason: "looks fine"))
    case .resolved:
      guard let doubt = core.agents.flatMap(\.memory.unresolved).first(where: { $0.needsPerson }) else { return }
      return resolveByTruth(doubt.id)
    case .forgotten:
      guard place == nil else { return }
      if say(.forget(id, reason: "sold")) { checker.forgot(id, after: journal.last) }
    default: return
    }
    counts.fired(fault)
  }

  /// The new set takes force, or waits for the next start.
  mutating func publish() {
    guard running else {
      editedMeanwhile = true
      return
    }
    revision += 1
    declare(isNew: true)
  }

  /// A person looks at the broker's own statement.
  mutating func resolveByTruth(_ actionID: String) {
    counts.fired(.resolved)
    let ticket = checker.openedTicket(of: actionID)
    say(
      .resolve(
        actionID: actionID, executed: checker.wasExecuted(actionID), ticket: ticket, reason: "broker's statement"))
  }

  private mutating func edited(_ old: AgentSpec) -> AgentSpec {
    var spec = old
    Self.edit(&spec, &people)
    return spec
  }

  private static func edit(_ spec: inout AgentSpec, _ dice: inout Dice) {
    switch dice.below(9) {
    case 0:
      let targets = spec.targets ?? []
      guard targets.count < spec.risk.maxPositions else { return }
      let names = Set(targets.map(\.name))
      let name = (0...9).map { "t\($0)" }.first { !names.contains($0) } ?? "t"
      spec.targets = targets + [Scenario.target(named: name, in: spec, &dice)]
    case 1:
      guard var targets = spec.targets, !targets.isEmpty else { return }
      targets.remove(at: dice.below(targets.count))
      spec.targets = targets
    case 2, 3:
      guard var targets = spec.targets, !targets.isEmpty else { return }
      let at = dice.below(targets.count)
      let fresh = Scenario.target(named: targets[at].name, in: spec, &dice)
      if dice.coin() {
        targets[at] = fresh
      } else {
        targets[at].size = fresh.size
      }
      spec.targets = targets
    case 4:
      spec.risk.maxPositions = max(dice.from(1, to: 3), spec.targets?.count ?? 1)
    case 5:
      spec.positions = spec.positions == .exact ? .guarded : .exact
      if spec.targets == nil { spec.targets = [] }
    case 6: spec.mode = dice.pick([.enforce, .enforce, .closeOnly, .observe])
    case 7: spec.risk.maxDailyLoss = .percent(FixedDecimal(dice.from(1, to: 12)))
    default:
      spec.terminal.quarantine = .seconds(Int64(dice.pick([1, 20, 60])))
      spec.risk.resume = dice.coin() ? .manual : .nextDay
    }
  }
}

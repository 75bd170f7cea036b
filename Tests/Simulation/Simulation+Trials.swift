@testable import PaperTerminal
@testable import Reconciler

// Liveness that is put to the test in the quiet phase: one thing goes wrong alone, and has to be dealt with in time.
extension Simulation {
  /// L5: one dead terminal, and the others are looked at as often as before.
  mutating func oneTerminalDies() {
    guard terminals.count > 1 else { return }
    let step = scenario.interval.inMicroseconds
    terminals[0].downUntil = .max
    trace.note(clock, "--- \(terminals[0].id) dies ---")
    longestGap = Array(repeating: 0, count: terminals.count)
    advance(until: clock + 30 * step)
    guard checker.violation == nil else { return }
    for k in terminals.indices.dropFirst() {
      guard let i = core.index[terminals[k].id], !core.agents[i].memory.orphaned else { continue }
      if longestGap[k] > 2 * step + 2_000_000 {
        checker.fail("L5", "\(terminals[k].id) was not looked at for \(longestGap[k] / 1_000_000) s: another is dead")
      }
    }
    terminals[0].downUntil = 0
    advance(until: clock + 120_000_000 + 20 * step)
    desiredIsActual(0)
  }

  /// L3: a breached agent is flat within three passes and a trade for each position.
  mutating func somebodyBreaches() {
    for k in terminals.indices {
      let id = terminals[k].id
      // Where a broker cuts comments short, a charge cannot be told from a withdrawal.
      guard terminals[k].habits.history, terminals[k].books.account.commentLimit >= 16, let i = core.index[id],
        canBeTried(i),
        core.agents[i].spec.risk.onBreach == .closeAndPause
      else { continue }
      let equity = terminals[k].books.observedAccount(at: world).equity
      guard let day = core.agents[i].memory.dailyLoss.figures(equity: equity, risk: core.agents[i].spec.risk),
        !day.isBreached
      else { continue }
      trace.note(clock, "--- \(id) breaches ---")
      // By the books where they tell all; else by what the core was told.
      let floor = checker.floor(id, at: clock)
      if floor != nil { counts.took("trial breach by the books") }
      // A charge is no withdrawal: it counts as a loss. First one that leaves a cent.
      let charge = equity - (floor ?? day.floor) + FixedDecimal(1)
      terminals[k].books.operate(.balance, -charge, comment: "Adjustment", at: world)
      let count = terminals[k].books.positions.count
      advance(until: clock + 3 * scenario.interval.inMicroseconds + Int64(count + 5) * 2_000_000)
      guard checker.violation == nil else { return }
      if checker.pause(id)?.closesAll != true {
        return checker.fail("L3", "\(id) lost \(charge) over its limit, and no breach is latched")
      }
      if !terminals[k].books.positions.isEmpty {
        checker.fail("L3", "\(id) is breached, and not flat after three passes")
      }
      counts.took("trial breach")
      return
    }
  }

  /// L4: a changed manifest is in force within two passes.
  mutating func somebodyIsDisabled() {
    for n in declared.indices {
      guard let k = places[declared[n].id], let i = core.index[declared[n].id], canBeTried(i),
        terminals[k].books.positions.count <= policy.maxClosesPerPass
      else { continue }
      trace.note(clock, "--- \(declared[n].id) is disabled ---")
      declared[n].enabled = false
      publish()
      // Pending orders go too, and each counts for the radius of its interval.
      let count = terminals[k].books.positions.count + terminals[k].books.pending.count
      let passes = Int64(2 + (count - 1) / max(policy.maxClosesPerPass, 1))
      advance(until: clock + passes * scenario.interval.inMicroseconds + Int64(count + 3) * 2_000_000)
      guard checker.violation == nil else { return }
      if !terminals[k].books.positions.isEmpty {
        checker.fail("L4", "\(declared[n].id) is disabled, and not flat after two passes")
      }
      counts.took("trial manifest")
      declared[n].enabled = true
      publish()
      advance(until: clock + 300_000_000 + 20 * scenario.interval.inMicroseconds)
      guard checker.violation == nil else { return }
      desiredIsActual(k)
      return
    }
  }

  /// It is enforced, nothing holds it, and it has positions of which nothing is in doubt.
  private func canBeTried(_ i: Int) -> Bool {
    let agent = core.agents[i]
    guard let k = places[agent.id], agent.spec.enabled, agent.spec.mode != .observe, agent.identity == nil else {
      return false
    }
    let isCalm =
      agent.memory.breachPause == nil && agent.memory.unresolved.isEmpty && !core.emergency.isActive
      && !agent.memory.orphaned
    return isCalm && !terminals[k].books.positions.isEmpty
  }
}

import Reconciler

// An action is an intent, perhaps further attempts, and exactly one end: an outcome, or `unknown` and later `resolved`.

extension ReplayScene {
  func judgeIntent(_ record: Record) -> [String] {
    guard let id = record.actionID, let action = LiveAction(intent: record) else {
      return ["it does not say what is to be done"]
    }
    var problems: [String] = []
    if story.ended.contains(id) { problems.append("action \(id) had its final outcome already") }
    if !action.lots.isPositive, action.kind != .modify, action.kind != .delete {
      problems.append("\(action.lots) lots must never be sent")
    }
    if action.kind.opens, record.metadata["mark"]?.string.map({ !id.hasPrefix($0) }) ?? true {
      problems.append("an open carries the mark that its action's id begins with")
    }
    if let open = before.unresolved.first(where: { $0.id == id }) {
      if open.wasUnknown { problems.append("its outcome was UNKNOWN: it must not be sent again") }
      if action.attempt != open.attempt + 1 {
        problems.append("attempt \(action.attempt) follows attempt \(open.attempt)")
      }
    } else {
      if action.attempt != 1 { problems.append("its first intent is attempt \(action.attempt)") }
      if id != Reconciler.actionID(chain: chain, sequence: record.sequence) {
        problems.append("the id \(id) is not the one that this record gives its action")
      }
    }
    return problems + judgeCompany(action) + (action.kind.opens ? judgeOpen(action) : [])
  }

  /// One action of an agent is on its way at a time.
  private func judgeCompany(_ action: LiveAction) -> [String] {
    before.unresolved.filter { $0.id != action.id && !$0.wasUnknown }
      .map { "action \($0.id) of the same agent was still on its way" }
  }

  /// What adds exposure waits for whatever is not known there, and for every latch.
  private func judgeOpen(_ action: LiveAction) -> [String] {
    var problems = before.unresolved.filter { $0.id != action.id && $0.wasUnknown && $0.symbol == action.symbol }
      .map { "the outcome of action \($0.id) on \(action.symbol) was UNKNOWN" }
    if let pause = before.breachPause { problems.append("the agent was paused since the breach of \(pause.dayKey)") }
    if before.operatorPause != nil { problems.append("the agent was paused by a person") }
    if emergency.isActive { problems.append("an emergency stop was in force") }
    if let target = action.target, before.heldUnknown[target] != nil {
      problems.append("target \(target) waited for a person")
    }
    return problems
  }

  func judgeOutcome(_ record: Record) -> [String] {
    guard let action = open(record) else { return [withoutIntent(record)] }
    var problems: [String] = []
    if action.wasUnknown { problems.append("its outcome was UNKNOWN: only evidence resolves that") }
    let result = record.metadata["result"]?.string ?? "nothing"
    if !["done", "refused", "withdrawn"].contains(result) { problems.append("an outcome is not `\(result)`") }
    if let attempt = record.metadata["attempt"]?.int, attempt != action.attempt {
      problems.append("it ends attempt \(attempt), but attempt \(action.attempt) was on its way")
    }
    return problems
  }

  func judgeUnknown(_ record: Record) -> [String] {
    guard let action = open(record) else { return [withoutIntent(record)] }
    let asksPerson = record.metadata["needs_person"]?.bool ?? false
    return action.wasUnknown && !asksPerson ? ["its outcome was UNKNOWN already"] : []
  }

  func judgeResolved(_ record: Record) -> [String] {
    guard let action = open(record) else { return [withoutIntent(record)] }
    var problems: [String] = []
    if !action.wasUnknown { problems.append("its outcome was not UNKNOWN") }
    let result = record.metadata["result"]?.string ?? "nothing"
    if !["executed", "not_executed"].contains(result) { problems.append("a resolution is not `\(result)`") }
    let evidence = record.metadata["evidence"]?.string ?? "nothing"
    switch (evidence, result) {
    case ("mark", "executed"), ("ticket", "executed"), ("absence", "not_executed"): break
    case ("operator", _): if !story.operatorResolves { problems.append("no person's command came before it") }
    default: problems.append("`\(evidence)` is no evidence for `\(result)`")
    }
    return problems
  }

  private func open(_ record: Record) -> LiveAction? { before.unresolved.first { $0.id == record.actionID } }

  private func withoutIntent(_ record: Record) -> String {
    let id = record.actionID ?? ""
    if story.ended.contains(id) { return "action \(id) had its final outcome already" }
    return "action \(id) has no intent before it"
  }
}

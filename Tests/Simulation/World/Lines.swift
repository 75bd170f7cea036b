@testable import Reconciler

/// Readable lines for what happened.
enum Lines {
  static func request(_ request: TradeRequest) -> String {
    switch request.order {
    case .open(let symbol, let side, let lots, let stop, let goal, _):
      "\(request.agent) \(side.rawValue) \(lots) \(symbol) \(stop?.description ?? "-") \(goal?.description ?? "-")"
    case .close(let ticket, let lots): "\(request.agent) close #\(ticket) \(lots?.description ?? "whole")"
    case .modify(let ticket, let stop, let goal):
      "\(request.agent) modify #\(ticket) \(stop?.description ?? "-") \(goal?.description ?? "-")"
    }
  }

  static func snapshot(_ snapshot: Snapshot, lie: Fault?) -> String {
    let positions = snapshot.positions?.value ?? []
    let list = positions.map { "#\($0.ticket) \($0.side.rawValue) \($0.lots) \($0.symbol) '\($0.comment)'" }
    var text = "[\(list.joined(separator: ", "))]"
    if let account = snapshot.account?.value { text += " equity \(account.equity) balance \(account.balance)" }
    if case .read(let reply) = snapshot.history { text += " history \(reply.value.count)" }
    if case .unsupported = snapshot.history { text += " no history" }
    if case .read(let reply) = snapshot.orders { text += " orders \(reply.value.map(\.ticket))" }
    return text + (lie.map { " LIE \($0.rawValue)" } ?? "")
  }

  static func answer(_ answer: TradeAnswer) -> String {
    switch answer {
    case .done(let done): "done \(done.ticket.map { "#\($0)" } ?? "")"
    case .refused(let refusal): "refused \(refusal.kind.rawValue) \(refusal.errorCode)"
    case .unknown(let doubt): "unknown \(doubt.cause)"
    }
  }

  static func spec(_ spec: AgentSpec) -> String {
    let targets = (spec.targets ?? []).map { "\($0.name): \($0.specKey)" }.joined(separator: "; ")
    return "\(spec.id) \(spec.enabled ? "" : "disabled ")\(spec.mode.rawValue) \(spec.positions.rawValue) "
      + "max \(spec.risk.maxPositions) lot \(spec.risk.lotSize) \(spec.risk.onBreach.rawValue) "
      + "\(spec.risk.resume.rawValue) quarantine \(spec.terminal.quarantine.manifestText) [\(targets)]"
  }
}

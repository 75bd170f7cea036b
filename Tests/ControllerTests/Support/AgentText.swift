import Reconciler

/// One agent's manifest, as text.
struct AgentText: Sendable {
  struct Target: Sendable {
    var name = "core"
    var symbol = "EURUSD"
    var side = "buy"
    var lots = "0.05"
    var stopLoss = "1.05000"
  }

  var id = "agent_1"
  var port: Int
  var enabled = true
  var positions = "exact"
  var pairs = "EURUSD, GBPUSD"
  var maxPositions = 3
  var maxDailyLoss = "10%"
  var targets: [Target] = [Target()]
  /// Lines below `terminal:`.
  var terminal: [String] = []
  var quarantine = "1s"
  var timeout = "2s"
  var postTimeout = "3s"

  var name: String { id.replacing("_", with: "-") }
  var file: String { "\(name).yaml" }

  var yaml: String {
    var lines = [
      "apiVersion: mt4-controller/v1alpha1", "kind: TradingAgent", "metadata: { name: \(name) }", "spec:",
      "  id: \(id)", "  enabled: \(enabled)", "  terminal:", "    url: http://127.0.0.1:\(port)",
      "    quarantine: \(quarantine)", "    timeout: \(timeout)", "    post_timeout: \(postTimeout)",
    ]
    lines += terminal.map { "    \($0)" }
    lines += [
      "  pairs: [\(pairs)]", "  risk:", "    initial_balance: 10000 USD", "    max_risk_per_trade: 5%",
      "    max_daily_loss: \(maxDailyLoss)", "    max_positions: \(maxPositions)", "    lot_size: 0.10",
      "    require_stop_loss: false", "  positions: \(positions)",
    ]
    lines.append(targets.isEmpty ? "  targets: []" : "  targets:")
    for target in targets {
      lines.append(
        "    - { name: \(target.name), symbol: \(target.symbol), side: \(target.side), lots: \(target.lots), "
          + "stop_loss: \(target.stopLoss) }")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// An exact number out of its text.
func exact(_ text: String) -> FixedDecimal {
  guard let value = FixedDecimal(text) else { preconditionFailure("`\(text)` is no number") }
  return value
}

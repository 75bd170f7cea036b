import Foundation

/// Where agent `i` is among the canned terminals.
func host(_ i: Int) -> String { "127.\(1 + i / 62500).\(i / 250 % 250).\(1 + i % 250)" }

/// A document of an agent whose one target is what its terminal has.
func document(_ i: Int, port: Int, closes: Bool = false, dead: Bool = false) -> String {
  """
  ---
  apiVersion: mt4-controller/v1alpha1
  kind: TradingAgent
  metadata: { name: bench-\(i) }
  spec:
    enabled: true
    terminal: { url: "http://\(host(i)):\(dead ? port + 1 : port)", currency: USD }
    pairs: [EURUSD, XAUUSD]
    risk:
      initial_balance: 10000 USD
      max_risk_per_trade: 20%
      max_daily_loss: \(closes ? "10%" : "50%")
      max_positions: 10
      lot_size: 0.10
    targets:
      - { name: core, symbol: EURUSD, side: buy, lots: 0.05, stop_loss: 0.90000 }

  """
}

func writeFleet(_ path: String, _ agents: Range<Int>, port: Int, closes: Bool = false, dead: Range<Int> = 0..<0) throws
{
  let text = agents.map { document($0, port: port, closes: closes, dead: dead.contains($0)) }.joined()
  try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}

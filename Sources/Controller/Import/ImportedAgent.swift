import Reconciler

/// One agent on its way from the registry to its manifest. Texts are as a manifest has them.
struct ImportedAgent {
  /// `metadata.name`, and the file's.
  var name: String
  var id: String
  var displayName: String
  var details: String?
  var enabled: Bool
  var url: String
  var account: String?
  var server: String?
  var currency: String
  /// A reference such as `{ credential: atlas-token }`.
  var token: String?
  var magic: String?
  var suffix: String?
  var strategy: String?
  var timeframe: String?
  var pairs: [String]
  var initialBalance: String
  var riskPerTrade: String
  var dailyLoss: String
  var drawdown: String?
  var maxPositions: String
  var lotSize: String

  var yaml: String {
    var lines = [
      "# Imported from an old registry. Look at it with `mt4ctl plan` before a controller runs on it.",
      "apiVersion: \(FieldTable.apiVersion)", "kind: TradingAgent", "metadata:", "  name: \(name)", "spec:",
      "  id: \(Self.quoted(id))", "  name: \(Self.quoted(displayName))",
    ]
    if let details { lines.append("  description: \(Self.quoted(details))") }
    if !enabled { lines.append("  # Disabled: every position of the account is closed, and nothing is opened.") }
    lines += ["  enabled: \(enabled)", "  terminal:", "    url: \(url)"]
    lines += [
      account.map { "    account: \($0)" }, server.map { "    server: \(Self.quoted($0))" },
      "    currency: \(currency)",
      token.map { "    token: \($0)" }, magic.map { "    magic: \($0)" },
      suffix.map { "    symbol_suffix: \(Self.quoted($0))" },
    ].compactMap { $0 }
    if let strategy {
      let frame = timeframe.map { ", timeframe: \(Self.quoted($0))" } ?? ""
      lines.append("  strategy: { type: \(Self.quoted(strategy))\(frame) }")
    }
    lines += [
      "  pairs: [\(pairs.joined(separator: ", "))]", "  risk:", "    initial_balance: \(initialBalance)",
      "    max_risk_per_trade: \(riskPerTrade)", "    max_daily_loss: \(dailyLoss)",
    ]
    if let drawdown { lines.append("    max_drawdown: \(drawdown)") }
    lines += [
      "    max_positions: \(maxPositions)", "    lot_size: \(lotSize)",
      "  # Positions that somebody else opened may stay while they keep to the limits above.", "  positions: guard",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// JSON's quoted text is YAML's.
  static func quoted(_ text: String) -> String {
    let value = JSONValue.string(text).yamlText
    return String(value.dropLast())
  }
}

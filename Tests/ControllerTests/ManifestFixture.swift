import Foundation
import Reconciler
import Testing

@testable import Controller

/// Manifests as text, each wrong in one way, for the tests of the loader.
enum ManifestFixture {
  static let agent = """
    apiVersion: mt4-controller/v1alpha1
    kind: TradingAgent
    metadata:
      name: atlas
    spec:
      id: agent_1
      enabled: true
      mode: enforce
      terminal:
        url: http://127.0.0.1:8081
        account: 22437
        token: { credential: atlas-token }
      pairs: [XAUUSD, EURUSD]
      risk:
        initial_balance: 200 USD
        max_risk_per_trade: 5%
        max_daily_loss: 5%
        max_positions: 2
        lot_size: 0.01
        day: { reset: "00:00", zone: Europe/Athens }
      targets:
        - { name: core, symbol: XAUUSD, side: buy, lots: 0.01, entry: 2641.00, stop_loss: 2640.00, take_profit: 2660 }

    """

  /// The agent with one text in the place of another that it holds once.
  static func agent(_ old: String, _ new: String) -> String {
    let parts = agent.components(separatedBy: old)
    precondition(parts.count == 2, "`\(old)` is not in the fixture once")
    return parts.joined(separator: new)
  }

  static func load(_ texts: String...) -> ManifestOutcome {
    ManifestLoader.load(
      files: texts.enumerated().map { ManifestFile(name: "f\($0.offset).yaml", bytes: Array($0.element.utf8)) })
  }

  static func errors(_ outcome: ManifestOutcome) -> [ManifestDiagnostic] {
    if case .rejected(let errors) = outcome { errors } else { [] }
  }

  static func accepted(_ outcome: ManifestOutcome) throws -> LoadedManifests {
    switch outcome {
    case .accepted(let loaded): return loaded
    case .rejected(let errors):
      Issue.record("rejected: \(errors.map(\.description).joined(separator: "\n"))")
      throw Rejected()
    }
  }

  struct Rejected: Error {}
}

public import Reconciler

/// How probable each fault is, for each request that it applies to.
public struct PaperFaults: Hashable, Sendable {
  /// In a million.
  private var chances: [PaperFault: Int] = [:]

  /// No faults.
  public init() {}

  /// - Parameter probabilities: 0 to 1; beyond is cut.
  public init(_ probabilities: [PaperFault: FixedDecimal]) {
    for (fault, probability) in probabilities { self[fault] = probability }
  }

  /// From `NAME=P` texts, P a plain decimal from 0 to 1.
  public init(parsing texts: [String]) throws(PaperError) {
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let fault = PaperFault(rawValue: String(parts[0])) else {
        let names = PaperFault.allCases.map(\.rawValue).joined(separator: ", ")
        throw PaperError(.fault, "unknown fault \"\(parts[0])\"; the faults are \(names)")
      }
      guard parts.count == 2, let chance = FixedDecimal(parts[1]), chance >= .zero, chance <= .one else {
        throw PaperError(
          .fault, "fault \(fault.rawValue) needs a probability from 0 to 1, as in \(fault.rawValue)=0.05")
      }
      self[fault] = chance
    }
  }

  /// From 0 to 1, with six places.
  public subscript(_ fault: PaperFault) -> FixedDecimal {
    get { FixedDecimal(chances[fault] ?? 0) * FixedDecimal(units: 1_000_000) }
    set {
      let million = newValue * FixedDecimal(1_000_000)
      chances[fault] = Int(Swift.min(Swift.max(million.units / FixedDecimal.one.units, 0), 1_000_000))
    }
  }

  /// The first fault that hits, in the order of the list; faults of no chance draw nothing.
  func draw(for kind: PaperRequestKind, from generator: inout PaperGenerator) -> PaperFault? {
    for fault in PaperFault.allCases where fault.applies(to: kind) {
      guard let chance = chances[fault], chance > 0 else { continue }
      if generator.hits(perMillion: chance) { return fault }
    }
    return nil
  }
}

/// How long things take.
public struct PaperTiming: Hashable, Sendable {
  /// Of a trade, during which another one answers 146.
  public var trade: Duration = .zero
  /// Added by `slow_reply`.
  public var slowReply: Duration = .seconds(6)
  /// After which `execute_late` executes.
  public var late: Duration = .seconds(4)
  /// For which nothing answers after `restart`.
  public var restart: Duration = .seconds(1)

  public init() {}
}

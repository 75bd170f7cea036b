import Reconciler

/// What has to agree within one agent. A check whose fields are missing or wrong is left out: those are reported.
struct AgentChecks {
  private(set) var findings: [Finding] = []
  private let document: CheckedDocument

  init(_ document: CheckedDocument) { self.document = document }

  static func findings(in document: CheckedDocument) -> [Finding] {
    var checks = AgentChecks(document)
    checks.run()
    return checks.findings
  }

  private mutating func run() {
    guard let spec = document.spec else { return }
    pairs(spec)
    currencies(spec)
    if spec.word("positions") == AgentSpec.PositionsPolicy.exact, spec.item("targets") == nil,
      !spec.isBroken("targets")
    {
      report(
        spec.mark("positions"),
        "`positions: exact` needs `targets`; write `targets: []` if every position is to be closed")
    }
    targets(spec)
  }

  private mutating func pairs(_ spec: CheckedObject) {
    var seen = LastPlaces()
    guard let pairs = spec.list("pairs") else { return }
    for item in pairs where seen.insert(item) != nil {
      report(item.mark, "`\(item.text ?? "")` stands in `pairs` twice")
    }
  }

  private mutating func currencies(_ spec: CheckedObject) {
    guard let risk = spec.object("risk"), let home = risk.money("initial_balance")?.currency else { return }
    for name in ["max_daily_loss", "max_drawdown", "commission_per_lot"] as [StaticString] {
      guard let item = risk.item(name) else { continue }
      amount(item, of: name, home)
      if let limit = item.object?.item("limit") { amount(limit, of: name, home) }
    }
    if let terminal = spec.object("terminal"), let pin = terminal.text("currency"), pin != home {
      report(
        terminal.mark("currency"),
        "the terminal is pinned to \(pin), but `initial_balance` is in \(home); an agent has one currency")
    }
  }

  private mutating func amount(_ item: CheckedItem, of name: StaticString, _ home: String) {
    guard let currency = item.currency, currency != home else { return }
    report(item.mark, "`\(name)` is in \(currency), but `initial_balance` is in \(home); an agent has one currency")
  }

  private mutating func targets(_ spec: CheckedObject) {
    guard let items = spec.list("targets") else { return }
    let risk = spec.object("risk")
    if let most = risk?.integer("max_positions"), items.count > most {
      report(
        spec.keyMark("targets") ?? spec.mark("targets"),
        "\(items.count) targets, but `max_positions` is \(most)")
    }
    let pairs = spec.list("pairs")
    let needsStop = risk?.bool("require_stop_loss") ?? false
    var names = LastPlaces()
    for item in items {
      guard let target = item.object, let place = item.mark else { continue }
      if let name = target.item("name"), let first = names.insert(name) {
        report(name.mark, "a target of this agent is named `\(name.text ?? "")` already, at line \(first.line)")
      }
      if let symbol = target.item("symbol"), let pairs, !pairs.contains(where: { $0.isSameText(as: symbol) }) {
        report(
          symbol.mark,
          "`\(symbol.text ?? "")` is not one of the agent's `pairs`: "
            + pairs.compactMap(\.text).joined(separator: ", "))
      }
      size(target, place, lotSize: risk?.decimal("lot_size"))
      if needsStop, target.item("stop_loss") == nil, !target.isBroken("stop_loss") {
        report(place, "`stop_loss` is missing in this target, and `require_stop_loss` is true")
      }
      sides(target)
    }
  }

  private mutating func size(_ target: CheckedObject, _ place: YAMLMark, lotSize: FixedDecimal?) {
    let isBroken = target.isBroken("lots") || target.isBroken("size")
    switch (target.item("lots") != nil, target.item("size") != nil) {
    case (false, false): if !isBroken { report(place, "this target has no size: write `lots: 0.01` or `size: risk`") }
    case (true, true): report(target.mark("size"), "a target has `lots` or `size`, not both")
    case (true, false), (false, true): break
    }
    if let lots = target.decimal("lots"), let lotSize, lots > lotSize {
      report(target.mark("lots"), "\(lots) lots are more than the agent's `lot_size` of \(lotSize)")
    }
  }

  /// A buy has its stop below and its take-profit above, a sell the other way round.
  private mutating func sides(_ target: CheckedObject) {
    guard let side: Side = target.word("side") else { return }
    func isBelow(_ a: FixedDecimal, _ b: FixedDecimal) -> Bool { side == .buy ? a < b : b < a }
    let under = side == .buy ? "below" : "above"
    let over = side == .buy ? "above" : "below"
    let entry = target.decimal("entry")
    let stop = target.decimal("stop_loss")
    let profit = target.decimal("take_profit")
    if let stop, let entry, !isBelow(stop, entry) {
      report(
        target.mark("stop_loss"),
        "the stop of a \(side.rawValue) lies \(under) its entry, and \(stop) is not \(under) \(entry)")
    }
    if let profit, let entry, !isBelow(entry, profit) {
      report(
        target.mark("take_profit"),
        "the take-profit of a \(side.rawValue) lies \(over) its entry, and \(profit) is not \(over) \(entry)")
    } else if let profit, let stop, !isBelow(stop, profit) {
      report(
        target.mark("take_profit"),
        "the take-profit of a \(side.rawValue) lies \(over) its stop, and \(profit) is not \(over) \(stop)")
    }
  }

  private mutating func report(_ mark: YAMLMark?, _ message: String) {
    findings.append(Finding(severity: .error, mark: mark ?? document.start, message: message))
  }
}

/// Where each of a few words stood last. A dozen is searched through, more go through a table.
private struct LastPlaces {
  private var words: [CheckedItem] = []
  private var table: [String: YAMLMark]?

  /// Where the word stood before, if it did.
  mutating func insert(_ word: CheckedItem) -> YAMLMark? {
    if table != nil { return table?.updateValue(word.mark ?? .none, forKey: word.text ?? "") }
    if let index = words.firstIndex(where: { $0.isSameText(as: word) }) {
      defer { words[index] = word }
      return words[index].mark
    }
    words.append(word)
    if words.count > 12 {
      table = Dictionary(words.map { ($0.text ?? "", $0.mark ?? .none) }, uniquingKeysWith: { _, last in last })
    }
    return nil
  }
}

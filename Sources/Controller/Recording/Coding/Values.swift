import Reconciler

// Small values that have no table: each one a list or an object with one member that names its case.

/// The members of an object of a fixed shape, each taken once.
struct Shape {
  private let members: [String: JSONValue]

  /// - Throws: if it is no object, or has a member that is none of `names`.
  init(_ json: JSONValue, _ names: Set<String>) throws(RecordingError) {
    guard case .object(let members) = json else { throw .malformed(path: "", problem: "it must be an object") }
    if let odd = members.keys.sorted().first(where: { !names.contains($0) }) {
      throw .malformed(path: odd, problem: "this version knows no such member")
    }
    self.members = members
  }

  func has(_ name: String) -> Bool { members[name] != nil }

  func get<Value>(_ name: String, _ coding: Coding<Value>) throws(RecordingError) -> Value {
    guard let value = try maybe(name, coding) else { throw .malformed(path: name, problem: "it is missing") }
    return value
  }

  /// `nil` when it is not there.
  func maybe<Value>(_ name: String, _ coding: Coding<Value>) throws(RecordingError) -> Value? {
    guard let json = members[name] else { return nil }
    do throws(RecordingError) { return try coding.read(json) } catch { throw error.within(name) }
  }
}

extension Coding {
  /// A fixed row of values.
  static func row(
    _ write: @escaping @Sendable (Value) -> [JSONValue],
    _ read: @escaping @Sendable (inout Row) throws(RecordingError) -> Value
  ) -> Coding where Value: Equatable {
    Coding(write: { .array(write($0)) }) { json throws(RecordingError) in
      guard case .array(let items) = json else { throw .malformed(path: "", problem: "it must be a list") }
      var row = Row(items: items[...])
      let value = try read(&row)
      guard row.items.isEmpty else { throw .malformed(path: "", problem: "the list has more than belongs there") }
      return value
    }
  }
}

/// A list that is read from its front.
struct Row {
  var items: ArraySlice<JSONValue>

  mutating func next<Value>(_ coding: Coding<Value>) throws(RecordingError) -> Value {
    guard let item = items.popFirst() else { throw .malformed(path: "", problem: "the list has too few items") }
    return try coding.read(item)
  }
}

extension Coding<Money> {
  static let money = row(
    { [Coding<FixedDecimal>.decimal.write($0.amount), .string($0.currency)] },
    { row throws(RecordingError) in Money(amount: try row.next(.decimal), currency: try row.next(.text)) })
}

extension Coding<RiskSpec.Limit> {
  static let limit = Coding(
    write: { limit in
      switch limit {
      case .percent(let share): ["percent": Coding<FixedDecimal>.decimal.write(share)]
      case .amount(let money): ["amount": Coding<Money>.money.write(money)]
      }
    },
    read: { json throws(RecordingError) in
      let shape = try Shape(json, ["percent", "amount"])
      if let share = try shape.maybe("percent", .decimal) { return .percent(share) }
      return .amount(try shape.get("amount", .money))
    })
}

extension Coding<RiskSpec.Drawdown> {
  static let drawdown = row(
    { [Coding<RiskSpec.Limit>.limit.write($0.limit), .string($0.kind.rawValue)] },
    { row throws(RecordingError) in RiskSpec.Drawdown(limit: try row.next(.limit), kind: try row.next(.word)) })
}

extension Coding<RiskSpec.DayRule> {
  static let dayRule = row(
    { [.int($0.resetMinute), .string($0.zone)] },
    { row throws(RecordingError) in RiskSpec.DayRule(resetMinute: try row.next(.whole), zone: try row.next(.text)) })
}

extension Coding<AgentSpec.Strategy> {
  static let strategy = row(
    { [.string($0.type), $0.timeframe.map { .string($0) } ?? .null] },
    { row throws(RecordingError) in
      AgentSpec.Strategy(type: try row.next(.text), timeframe: try row.next(Coding<String>.text.orNull()))
    })
}

extension Coding {
  func orNull() -> Coding<Value?> {
    Coding<Value?>(
      write: { $0.map { write($0) } ?? .null },
      same: { a, b in
        switch (a, b) {
        case (nil, nil): true
        case (let a?, let b?): same(a, b)
        case (nil, _?), (_?, nil): false
        }
      },
      read: { json throws(RecordingError) in json.isNull ? nil : try read(json) })
  }
}

extension Coding<SecretReference> {
  static let reference = Coding(
    write: { reference in
      switch reference {
      case .credential(let name): ["credential": .string(name)]
      case .file(let path): ["file": .string(path)]
      case .environment(let name): ["environment": .string(name)]
      }
    },
    read: { json throws(RecordingError) in
      let shape = try Shape(json, ["credential", "file", "environment"])
      if let name = try shape.maybe("credential", .text) { return .credential(name) }
      if let path = try shape.maybe("file", .text) { return .file(path) }
      return .environment(try shape.get("environment", .text))
    })
}

extension Coding<TargetSpec.Size> {
  static let size = Coding(
    write: { size in
      switch size {
      case .lots(let lots): Coding<FixedDecimal>.decimal.write(lots)
      case .risk: "risk"
      }
    },
    read: { json throws(RecordingError) in json == "risk" ? .risk : .lots(try Coding<FixedDecimal>.decimal.read(json)) }
  )
}

extension Coding<FleetPolicy.Correlation> {
  static let correlation = row(
    { [.string($0.first.text), .string($0.second.text), Coding<FixedDecimal>.decimal.write($0.rho)] },
    { row throws(RecordingError) in
      FleetPolicy.Correlation(first: try row.next(.symbol), second: try row.next(.symbol), rho: try row.next(.decimal))
    })
}

extension Coding<SourcePlace> {
  static let place = row(
    { [.string($0.file), .int($0.line)] },
    { row throws(RecordingError) in SourcePlace(file: try row.next(.text), line: try row.next(.whole)) })
}

extension Coding<AgentPlaces> {
  static let places = row(
    { places in
      [.string(places.file), .int(places.line), Coding<Int>.whole.byName({ $0 }, { $0 }).write(lines(of: places))]
        + places.targets.flatMap { [.string($0.name), .int($0.line)] }
    },
    { row throws(RecordingError) in
      let file = try row.next(.text)
      let line = try row.next(.whole as Coding<Int>)
      let lines = try row.next(Coding<Int32>.whole.byName({ $0 }, { $0 }))
      if let odd = lines.keys.sorted().first(where: { DecidingField(rawValue: $0) == nil }) {
        throw .malformed(path: odd, problem: "this version knows no such field")
      }
      var targets: [AgentPlaces.Target] = []
      while !row.items.isEmpty {
        targets.append(AgentPlaces.Target(name: try row.next(.text), line: try row.next(.whole)))
      }
      return AgentPlaces(file: file, line: line, targets: targets) { lines[$0.rawValue] ?? 0 }
    })

  /// By the fields' names: their order may be another one in a later version.
  private static func lines(of places: AgentPlaces) -> [String: Int] {
    var lines: [String: Int] = [:]
    for field in DecidingField.allCases { lines[field.rawValue] = places[field]?.line }
    return lines
  }
}

extension Coding<ZoneRules> {
  static let zone = row(
    { zone in
      [.string(zone.name), .int(zone.initialOffsetSeconds)]
        + zone.transitions.flatMap { [.int($0.at.microseconds), .int($0.offsetSeconds)] }
    },
    { row throws(RecordingError) in
      let name = try row.next(.text)
      let initial = try row.next(.whole as Coding<Int>)
      var transitions: [ZoneRules.Transition] = []
      while !row.items.isEmpty {
        transitions.append(ZoneRules.Transition(at: try row.next(.time), offsetSeconds: try row.next(.whole)))
      }
      return ZoneRules(name: name, initialOffsetSeconds: initial, transitions: transitions)
    })
}

extension Coding<RevisionPin> {
  static let pin = Coding(
    write: { $0.json },
    read: { json throws(RecordingError) in
      guard let pin = RevisionPin(json: json) else { throw .malformed(path: "", problem: "it is no pin") }
      return pin
    })
}

// Reading: what a file of a set comes to by itself, whatever else is in the set. Only the file's bytes decide on it, so that a
// file that has not changed need not be read again; what documents of different files must agree on is `Checks`' business.

import Reconciler

/// One document, read and checked by itself.
final class ReadDocument: Sendable {
  /// What no other document of the set may have too.
  struct Claim: Sendable {
    let text: String
    let mark: YAMLMark
  }

  let kind: FieldTable.Kind
  let start: YAMLMark
  let name: Claim?
  /// `nil` where it is left to the name.
  let id: Claim?
  /// The terminal's url, in the one form of all that mean the same.
  let terminal: Claim?
  /// Of a `FleetPolicy`.
  let policy: CheckedDocument?
  /// Of an agent in whose document nothing is wrong.
  let agent: Agent?

  /// Never copied: a spec is large, and there are thousands.
  final class Agent: Sendable {
    let spec: AgentSpec
    /// `{"metadata":…,"spec":…}` with every default filled in, as canonical JSON.
    let normalised: [UInt8]
    let places: AgentPlaces
    let warnings: [Finding]

    /// `nil` when something is missing after all. `room` is memory to write in.
    init?(_ document: CheckedDocument, file: String, room: inout [UInt8]) {
      guard let spec = AgentBuilder.agent(document) else { return nil }
      self.spec = spec
      room.removeAll(keepingCapacity: true)
      document.write(to: &room)
      normalised = Array(room[...])
      places = AgentPlaces(document, file: file)
      warnings = ManifestWarnings.warnings(for: spec, document)
    }
  }

  /// - Parameters:
  ///   - isWhole: whether nothing is wrong with the document.
  ///   - file: the name of its file.
  ///   - room: memory to write in.
  init(_ document: CheckedDocument, isWhole: Bool, file: String, room: inout [UInt8]) {
    kind = document.kind
    start = document.start
    switch document.kind {
    case .fleet: (name, id, terminal, policy, agent) = (nil, nil, nil, document, nil)
    case .agent:
      name = Self.claim("name", of: document.metadata)
      id = Self.claim("id", of: document.spec)
      terminal = Self.claim("url", of: document.spec?.object("terminal")) { TerminalURL.identity($0) }
      policy = nil
      agent = isWhole ? Agent(document, file: file, room: &room) : nil
    }
  }

  private static func claim(
    _ field: StaticString, of object: CheckedObject?, _ form: (String) -> String = { $0 }
  ) -> Claim? {
    guard let object, let text = object.text(field), let mark = object.mark(field) else { return nil }
    return Claim(text: form(text), mark: mark)
  }
}

extension AgentPlaces {
  fileprivate init(_ document: CheckedDocument, file: String) {
    let spec = document.spec
    let targets = spec?.list("targets")?.compactMap { item -> AgentPlaces.Target? in
      guard let name = item.object?.text("name"), let mark = item.mark else { return nil }
      return AgentPlaces.Target(name: name, line: mark.line)
    }
    let (risk, terminal) = (spec?.object("risk"), spec?.object("terminal"))
    self.init(file: file, line: Int(document.start.line), targets: targets ?? []) { field in
      let mark =
        switch field {
        case .enabled: spec?.keyMark("enabled")
        case .pairs: spec?.keyMark("pairs")
        case .positions: spec?.keyMark("positions")
        case .targets: spec?.keyMark("targets")
        case .maxPositions: risk?.keyMark("max_positions")
        case .lotSize: risk?.keyMark("lot_size")
        case .requireStopLoss: risk?.keyMark("require_stop_loss")
        case .stopsOnOpen: terminal?.keyMark("stops_on_open")
        case .maxDailyLoss: risk?.keyMark("max_daily_loss")
        case .maxDrawdown: risk?.keyMark("max_drawdown")
        }
      return mark?.line ?? 0
    }
  }
}

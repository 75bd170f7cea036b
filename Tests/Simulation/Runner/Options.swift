/// What cannot be understood on the command line.
struct OptionError: Error {
  var message: String
}

/// The command line and the environment of the runner.
struct Options {
  enum Command: Equatable {
    case work, days, kills, planted, trace
    /// Writes the planted bugs into a copy of the sources.
    case plant(folder: String)
  }

  var command = Command.days
  var first: UInt64 = 1
  var seeds: UInt64 = 2000
  var processes = 2
  var lines = Int.max
  var variation = Variation()
  /// Planted bugs by name; empty for all.
  var names: [String] = []
  /// Of the planted bugs, only so many, and not always the same ones.
  var some: Int?
  var executable: String

  init(_ arguments: ArraySlice<String>, _ environment: [String: String]) throws(OptionError) {
    executable = CommandLine.arguments[0]
    if let text = environment["SIMULATION_SEEDS"] { seeds = try Self.number(text, "SIMULATION_SEEDS") }
    if let text = environment["SIMULATION_FIRST_SEED"] { first = try Self.number(text, "SIMULATION_FIRST_SEED") }
    if let text = environment["SIMULATION_PROCESSES"] { processes = Int(try Self.number(text, "SIMULATION_PROCESSES")) }
    if environment["SIMULATION_TRACE"] == "1" { command = .trace }
    var rest = arguments
    while let word = rest.popFirst() {
      switch word {
      case "work": command = .work
      case "days": command = .days
      case "kills": command = .kills
      case "planted": command = .planted
      case "trace":
        command = .trace
        first = try Self.number(rest.popFirst(), "the seed")
      case "plant": command = .plant(folder: try Self.text(rest.popFirst(), "the folder"))
      case "--first": first = try Self.number(rest.popFirst(), word)
      case "--seeds": seeds = try Self.number(rest.popFirst(), word)
      case "--processes": processes = Int(try Self.number(rest.popFirst(), word))
      case "--lines": lines = Int(try Self.number(rest.popFirst(), word))
      case "--some": some = Int(try Self.number(rest.popFirst(), word))
      case "--storm": variation.stormSeconds = Int64(try Self.number(rest.popFirst(), word))
      case "--kill-at": variation.killAt = Int(try Self.number(rest.popFirst(), word))
      case "--bug": variation.bug = try Self.text(rest.popFirst(), word)
      case "--agents":
        variation.agents = try Self.text(rest.popFirst(), word).split(separator: ",").compactMap { Int($0) }
      case "--without":
        variation.muted = Set(
          try Self.text(rest.popFirst(), word).split(separator: ",").compactMap { Fault(rawValue: String($0)) })
      case "--length":
        let text = try Self.text(rest.popFirst(), word)
        guard let length = Variation.Length(rawValue: text) else { throw OptionError(message: "no length is \(text)") }
        variation.length = length
      case "--kill":
        let text = try Self.text(rest.popFirst(), word)
        guard let kill = Variation.Kill(rawValue: text) else { throw OptionError(message: "no kill is \(text)") }
        variation.kill = kill
      case _ where word.hasPrefix("-") || command != .planted:
        throw OptionError(
          message: "\(word) is not known; it is simulate [days|kills|planted|trace SEED|plant FOLDER] [OPTIONS]")
      default: names.append(word)
      }
    }
  }

  private static func text(_ text: String?, _ what: String) throws(OptionError) -> String {
    guard let text, !text.isEmpty else { throw OptionError(message: "\(what) needs a value") }
    return text
  }

  private static func number(_ text: String?, _ what: String) throws(OptionError) -> UInt64 {
    guard let number = UInt64(try Self.text(text, what)) else {
      throw OptionError(message: "\(what) needs a number, not \(text ?? "")")
    }
    return number
  }
}

// PaperTerminal: a simulated MT4 terminal, with MT4's own quirks. `Books` and `Market` are the pure model, `Model` adds the
// contract and its faults, `Server` the HTTP face. It knows nothing of the controller, and decides nothing for it.

/// Why a paper terminal cannot be made or served.
public struct PaperError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// A file of bars cannot be read or is not what it should be.
    case data
    /// An agent's `terminal.url` is not a loopback http address with a port.
    case address
    /// A port cannot be listened on.
    case bind
    /// No terms or prices for a symbol.
    case symbol
    /// The name of a fault, or its probability.
    case fault
    /// No such agent.
    case agent
  }

  public let code: Code
  /// For people: what, where, and what would be right.
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}

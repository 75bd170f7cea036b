import Foundation

/// The program's arguments: a name, then `option=value`.
public let arguments = Array(CommandLine.arguments.dropFirst())

/// `name=value` among the arguments.
public func option(_ name: String, _ fallback: Int) -> Int {
  arguments.first { $0.hasPrefix(name + "=") }.flatMap { Int($0.dropFirst(name.count + 1)) } ?? fallback
}

/// Why a benchmark could not be run to its end.
public struct BenchError: Error, CustomStringConvertible {
  public let description: String

  public init(description: String) { self.description = description }
}

import Foundation

/// One line of the last table: what was reached, its limit in the same run, and what was wanted.
public struct Figure: Codable {
  public var name: String
  public var reached: String
  public var limit = ""
  public var ratio: Double?
  public var goal = ""
  /// `nil`: a figure without a goal.
  public var isMet: Bool?

  public init(
    _ name: String, reached: String, limit: String = "", ratio: Double? = nil, goal: String = "", isMet: Bool? = nil
  ) {
    self.name = name
    self.reached = reached
    self.limit = limit
    self.ratio = ratio
    self.goal = goal
    self.isMet = isMet
  }

  var cells: [String] {
    let verdict = isMet.map { $0 ? "met" : "MISSED" } ?? ""
    return [name, reached, limit, ratio.map { shown($0) } ?? "", goal, verdict]
  }
}

/// Prints the figure, and keeps it for the table where `BENCH_RESULTS` names a file.
public func report(_ figure: Figure) {
  let words = [
    figure.reached, figure.limit.isEmpty ? "" : "limit \(figure.limit)",
    figure.ratio.map { "ratio \(shown($0))" } ?? "",
    figure.goal.isEmpty ? "" : "goal \(figure.goal)", figure.cells[5],
  ]
  tell("= " + figure.name, words.filter { !$0.isEmpty }.joined(separator: "; "))
  guard let path = ProcessInfo.processInfo.environment["BENCH_RESULTS"], let line = try? JSONEncoder().encode(figure)
  else { return }
  guard let file = fopen(path, "a") else { return }
  fputs(String(decoding: line, as: UTF8.self) + "\n", file)
  fclose(file)
}

/// The table of all figures in a file.
///
/// - Returns: whether every goal was met.
public func table(_ path: String) throws -> Bool {
  let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
  let figures = try lines.map { try JSONDecoder().decode(Figure.self, from: Data($0.utf8)) }
  let rows = [["benchmark", "reached", "limit in the same run", "ratio", "goal", ""]] + figures.map(\.cells)
  let widths = (0..<6).map { column in rows.map { $0[column].count }.max() ?? 0 }
  for (index, row) in rows.enumerated() {
    let cells = zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
    print(cells.joined(separator: "  ").trimmingSuffix(" "))
    if index == 0 { print(widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ")) }
  }
  let missed = figures.count { $0.isMet == false }
  let judged = figures.count { $0.isMet != nil }
  print("\n\(judged - missed) of \(judged) goals met")
  return missed == 0
}

public func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }

/// The value below which `share` of the sorted values lie.
public func percentile(_ values: [Double], _ share: Double) -> Double {
  guard !values.isEmpty else { return .nan }
  let sorted = values.sorted()
  return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
}

public func median(_ values: [Double]) -> Double { percentile(values, 0.5) }

public func shown(_ value: Double, _ places: Int = 2) -> String { String(format: "%.\(places)f", value) }

/// A whole number with its thousands apart.
public func count(_ value: Double) -> String {
  guard value.isFinite else { return "?" }
  var text = String(Int(value.rounded()))
  var place = text.count - 3
  while place > (value < 0 ? 1 : 0) {
    text.insert(",", at: text.index(text.startIndex, offsetBy: place))
    place -= 3
  }
  return text
}

/// One line while it runs.
public func tell(_ what: String, _ figures: String) {
  print(what.padding(toLength: max(28, what.count + 1), withPad: " ", startingAt: 0) + figures)
  fflush(nil)
}

extension String {
  fileprivate func trimmingSuffix(_ character: Character) -> Substring {
    var rest = self[...]
    while rest.last == character { rest.removeLast() }
    return rest
  }
}

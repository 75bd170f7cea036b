import Foundation

/// Waits for a person after each printed step, where one was asked for and sits at a terminal.
struct ReplayPager {
  private let pages: Bool
  private var skip = 0

  init(isWanted: Bool) {
    pages = isWanted && isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    if isWanted, !pages { AuditPlace.complain("--step needs a terminal; everything is printed at once") }
  }

  /// Enter goes on, a number goes on by so many, q ends it.
  ///
  /// - Returns: whether to go on.
  mutating func turn() -> Bool {
    guard pages else { return true }
    if skip > 0 {
      skip -= 1
      return true
    }
    FileHandle.standardError.write(Data("-- Enter: next, a number: so many, q: stop -- ".utf8))
    guard let line = readLine() else { return false }
    let answer = line.trimmingCharacters(in: .whitespaces).lowercased()
    if answer == "q" { return false }
    skip = max(0, (Int(answer) ?? 1) - 1)
    return true
  }
}

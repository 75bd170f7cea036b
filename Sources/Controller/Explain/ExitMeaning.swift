/// What `mt4ctl` means by an exit code.
public struct ExitMeaning: Hashable, Sendable {
  public let code: Int32
  public let text: String

  public static let all: [ExitMeaning] = [
    .init(code: 0, text: "Success. Warnings never change a code."),
    .init(
      code: 1, text: "An error; for `diff`: the revisions differ; for `audit verify`: the record was tampered with."),
    .init(code: 2, text: "`plan --detailed-exitcode`: changes are pending; for `diff`: an error."),
    .init(
      code: 3,
      text: "The manifests are not valid (`validate`, `plan`, `reload`, `unpin`, `run` without a last good set)."),
    .init(code: 4, text: "Refused by a guard (`resume`, `emergency-clear`, `rollback`, `unpin`, `forget`)."),
    .init(code: 5, text: "The time is over: of a `wait`, or of a command that may still take effect."),
    .init(code: 6, text: "`plan --check`: the saved plan is stale."),
    .init(code: 7, text: "The controller, the database or the terminal of an enabled agent cannot be reached."),
    .init(code: 8, text: "`wait`: the outcome of an action is UNKNOWN and needs `mt4ctl resolve`."),
    .init(code: 64, text: "The command line itself is wrong."),
  ]
}

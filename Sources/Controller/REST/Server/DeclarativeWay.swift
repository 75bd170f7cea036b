/// What takes the place of the old gateway's POSTs (the manifest, and a few words on the host).
enum DeclarativeWay {
  /// One sentence for a path that somebody tried to write to.
  static func instead(of path: String) -> String {
    if path.hasPrefix("/api/emergency") {
      return
        "Set `emergency_stop: true` in the FleetPolicy and reload, or run `mt4ctl emergency-stop --reason …` on the host."
    }
    switch path.split(separator: "/").last {
    case "trade": return "Declare a target in the agent's manifest and reload; the controller opens it and keeps it."
    case "close":
      return "Take the target out of the agent's manifest and reload; what policy disallows is closed by itself."
    case "modify": return "Change the target's `stop_loss` or `take_profit` in the agent's manifest and reload."
    case "close-all":
      return
        "Write `targets: []` with `positions: exact`, or `enabled: false`, in the agent's manifest and reload; for one "
        + "symbol take it out of `pairs`."
    default: return "Edit the agent's manifest and reload; the controller does the rest."
    }
  }
}

/// Which keys look as if a secret stands behind them, also when they are misspelt or in the wrong place. Hiding too much
/// of an error's source line is harmless; showing a token is not.
struct SecretKeys {
  private var known: [String: Bool] = [:]

  /// Remembers its answers: a set of manifests has few different keys.
  mutating func contains(_ key: String) -> Bool {
    if let answer = known[key] { return answer }
    let answer = Self.looksSecret(key)
    if known.count < 4096 { known[key] = answer }
    return answer
  }

  static func looksSecret(_ key: String) -> Bool {
    let letters = key.lowercased().filter { $0.isLetter || $0.isNumber }
    guard letters.utf8.count <= 64 else { return true }
    for part in ["token", "secret", "passw", "pwd", "apikey", "bearer", "privatekey"] where letters.contains(part) {
      return true
    }
    return NearestName.distance(letters, "token") <= 2 && letters.utf8.count >= 3
  }
}

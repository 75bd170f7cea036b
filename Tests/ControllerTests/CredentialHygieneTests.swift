import Reconciler
import Testing

@testable import Controller

/// A secret that lies open is warned of, and never repeated.
struct CredentialHygieneTests {
  @Test(arguments: [
    ("postgresql://u:hunter2@h/d", [:], "the arguments"),
    ("host=h password=hunter2", ["MT4_DATABASE": "host=h password=hunter2"], "MT4_DATABASE"),
    ("host=h", ["PGPASSWORD": "hunter2"], "PGPASSWORD"),
  ])
  func `a database password in the open`(_ database: String, _ environment: [String: String], _ place: String) {
    let warnings = SecretHygiene.warnings(database: database, environment: environment)
    #expect(warnings.count == 1)
    #expect(warnings.first?.contains(place) == true)
    #expect(warnings.first?.contains("hunter2") == false)
  }

  @Test(arguments: ["embedded", "host=h user=u", "postgresql://u@h/d"])
  func `nothing to warn of`(_ database: String) {
    #expect(SecretHygiene.warnings(database: database, environment: [:]).isEmpty)
  }

  @Test func `tokens in the environment are warned of by the agents' names`() throws {
    let fleet = try ManifestFixture.accepted(
      ManifestFixture.load(ManifestFixture.agent("credential: atlas-token", "env: ATLAS"))
    ).fleet
    #expect(
      SecretHygiene.warnings(fleet) == [
        "tokens are in the environment, where others may read them: use `credential:` in the manifests of atlas"
      ])
  }
}

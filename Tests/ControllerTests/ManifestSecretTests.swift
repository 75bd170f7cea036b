import Foundation
import Reconciler
import Testing

@testable import Controller

@Suite("Secrets are found by reference and never shown")
struct ManifestSecretTests {
  @Test("a credential is found in its folder, under the unit's name, and in a folder of that name")
  func credentials() throws {
    let folder = try TemporaryFolder()
    try folder.write("one", "abc\n")
    try folder.write("mt4_two", "def\r\n")
    try folder.write("mt4/three", "ghi")
    for (name, value) in [("one", "abc"), ("two", "def"), ("three", "ghi")] {
      let secret = try SecretResolver.resolve(
        .credential(name), credentialsDirectory: folder.path, environment: [:])
      #expect(secret.exposed == value)
      #expect("\(secret)\(String(reflecting: secret))" == "******")
      var dumped = ""
      dump(secret, to: &dumped)
      #expect(!dumped.contains(value))
    }
  }

  @Test(
    "what is no secret is an error that names the reference alone",
    arguments: [
      (SecretReference.credential("none"), "the credential `none` is not among the credentials of the service manager"),
      (.environment("MISSING"), "the environment variable `MISSING` is not set"),
      (.environment("EMPTY"), "the environment variable `EMPTY` is empty"),
      (.environment("LINES"), "the environment variable `LINES` does not hold one line of text"),
      (.environment("LARGE"), "the environment variable `LARGE` is larger than 64 KiB"),
      (
        .file("/no/such"),
        "the secret's file `/no/such` cannot be used: cannot read this file: No such file or directory"
      ),
      (.file("/tmp"), "the secret's file `/tmp` cannot be used: this is not a regular file"),
    ])
  func errors(_ reference: SecretReference, _ message: String) throws {
    let environment = ["EMPTY": "\n", "LINES": "hunter2\nx", "LARGE": String(repeating: "x", count: 65_537)]
    let folder = try TemporaryFolder()
    let error = #expect(throws: SecretError.self) {
      try SecretResolver.resolve(reference, credentialsDirectory: folder.path, environment: environment)
    }
    #expect(error?.description == message)
  }

  @Test("versions tell secrets apart and hold nothing of them")
  func versions() throws {
    #expect(Secret("a").version == Secret("a").version)
    #expect(Secret("a").version != Secret("b").version)
    let fleet = try ManifestFixture.accepted(
      ManifestFixture.load(ManifestFixture.agent("credential: atlas-token", "env: ATLAS"))
    ).fleet
    let found = FleetSecrets.resolve(fleet, credentialsDirectory: nil, environment: ["ATLAS": "x"])
    #expect(found.versions == [AgentID("agent_1"): Secret("x").version])
    let none = FleetSecrets.resolve(fleet, credentialsDirectory: nil, environment: [:])
    #expect(none.failures[AgentID("agent_1")]?.code == .missing)
  }
}

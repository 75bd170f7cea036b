import Crypto
public import Reconciler

/// A set with everything that it leaves out filled in, decimals as strings: `{agents: {ID: {metadata, spec}}, apiVersion,
/// fleet_policy}`. It is kept as the canonical JSON that its fingerprint is taken of.
public struct NormalisedForm: Sendable, Hashable {
  /// Canonical JSON.
  let bytes: [UInt8]
  /// How many agents it has.
  public let agents: Int
  /// Whether it has a `FleetPolicy`.
  let hasPolicy: Bool

  public init(_ json: JSONValue) {
    bytes = json.canonicalBytes
    agents = json["agents"]?.object?.count ?? 0
    hasPolicy = json["fleet_policy"] != nil
  }

  /// - Parameter agents: each agent's part, in the order of the ids.
  init(agents: [ReadDocument.Agent], policy: CheckedDocument?) {
    var out: [UInt8] = []
    out.reserveCapacity(agents.reduce(4096) { $0 + $1.normalised.count + 80 })
    out.append(contentsOf: #"{"agents":{"#.utf8)
    for (index, agent) in agents.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      CanonicalText.append(agent.spec.id.text, to: &out)
      out.append(UInt8(ascii: ":"))
      out.append(contentsOf: agent.normalised)
    }
    out.append(contentsOf: #"},"apiVersion":"#.utf8)
    CanonicalText.append(FieldTable.apiVersion, to: &out)
    if let policy {
      out.append(contentsOf: #","fleet_policy":"#.utf8)
      policy.write(to: &out)
    }
    out.append(UInt8(ascii: "}"))
    bytes = out
    self.agents = agents.count
    hasPolicy = policy != nil
  }

  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// SHA-256 of it, lower-case hex.
  var fingerprint: String { Hexadecimal.text(SHA256.hash(data: bytes)) }

  /// As a value; made anew at each call, which takes a while for a large set.
  public var json: JSONValue { (try? JSONParser.parse(bytes)) ?? .null }
}

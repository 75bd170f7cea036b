import Controller
import Reconciler

/// Reads one kind of thing from a controller, and makes a table of it.
struct ResourceReader: Sendable {
  var resource: Resource
  /// An id or a name; `nil` for all.
  var agent: String?
  var limit = 50

  /// Blocks.
  func read(_ client: ControllerClient) throws(ClientError) -> Answer {
    switch resource {
    case .agents: AgentTable.answer(try agents(client))
    case .positions: PositionTable.answer(try positions(client))
    case .actions: ActionTable.answer(try actions(client))
    case .conditions: ConditionTable.answer(try conditions(client))
    case .revisions:
      History.answer(try RevisionSource.read(client).limited(to: limit))
    }
  }

  private func agents(_ client: ControllerClient) throws(ClientError) -> [JSONValue] {
    if let agent { return [try client.get("/api/agents/\(ControllerClient.escaped(agent))")] }
    let all = try client.get("/api/agents").object ?? [:]
    return all.keys.sorted().compactMap { id in
      guard let members = all[id]?.object else { return nil }
      return .object(members.merging(["agent_id": .string(id)]) { own, _ in own })
    }
  }

  private func positions(_ client: ControllerClient) throws(ClientError) -> [JSONValue] {
    var all: [JSONValue] = []
    for found in try agents(client) {
      guard let id = found["agent_id"]?.string else { continue }
      let page = try client.get("/api/agents/\(ControllerClient.escaped(id))/positions")
      for position in page["positions"]?.array ?? [] {
        let own: [String: JSONValue] = [
          "agent_id": .string(id), "agent": found["metadata_name"] ?? .string(id), "as_of": page["as_of"] ?? .null,
        ]
        all.append(.object((position.object ?? [:]).merging(own) { theirs, _ in theirs }))
      }
    }
    return all
  }

  private func actions(_ client: ControllerClient) throws(ClientError) -> [JSONValue] {
    let path = agent.map { "/api/agents/\(ControllerClient.escaped($0))/actions" } ?? "/api/actions"
    return try client.get("\(path)?limit=\(limit)")["actions"]?.array ?? []
  }

  private func conditions(_ client: ControllerClient) throws(ClientError) -> [JSONValue] {
    if let agent {
      let page = try client.get("/api/agents/\(ControllerClient.escaped(agent))/conditions")
      return Self.conditions(page, id: page["agent_id"]?.string ?? agent, name: agent)
    }
    return (try client.get("/api/status")["agents"]?.array ?? []).flatMap { agent in
      let id = agent["agent_id"]?.string ?? ""
      return Self.conditions(agent, id: id, name: agent["metadata_name"]?.string ?? id)
    }
  }

  private static func conditions(_ page: JSONValue, id: String, name: String) -> [JSONValue] {
    (page["conditions"]?.array ?? []).map { condition in
      let own: [String: JSONValue] = ["agent_id": .string(id), "agent": .string(name)]
      return .object((condition.object ?? [:]).merging(own) { theirs, _ in theirs })
    }
  }
}

extension RevisionList {
  func limited(to limit: Int) -> RevisionList {
    var copy = self
    copy.rows = Array(rows.prefix(limit))
    return copy
  }
}

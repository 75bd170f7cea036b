import Foundation
import Reconciler
import Testing

@testable import Controller

extension DatabaseTests {
  /// What every agent's row says of the manifests.
  @Suite struct DatabaseRevisionTests {
    @Test func `the revision in force reaches the rows that it is told for, and none that has a later one`()
      async throws
    {
      let database = try TestDatabase.fresh()
      let chain = TestChain()
      chain.add()
      let shipper = Shipper(
        destination: .server(try database.target()), source: chain, callbacks: ShipperLog().callbacks)
      shipper.start()
      shipper.publish(
        states: [("agent_1", 1), ("agent_2", 1), ("agent_3", 5)].map { id, revision in
          AgentStateRow(
            agent: AgentID(id), chain: chain.chain, record: 1, revision: revision, enabled: true, paused: false,
            memory: [:], updatedAt: Timestamp(seconds: 1_790_000_000))
        })
      let agents = ["agent_1", "agent_3"].map { AgentID($0) }
      shipper.publish(revision: RevisionInForce(chain: chain.chain, revision: 2, agents: agents))
      shipper.publish(revision: RevisionInForce(chain: chain.chain, revision: 3, agents: agents))
      #expect(await shipper.stop())
      #expect(
        try database.psql("SELECT agent_id, revision, record_id FROM trading.agent_state ORDER BY 1")
          == "agent_1|3|1\nagent_2|1|1\nagent_3|5|1")
    }
  }
}

import HTTPTypes
import Reconciler

extension StatusBoard {
  /// The agent of this id or, else, of this name in the manifest.
  ///
  /// - Throws: 404 with the nearest name, where there is one.
  func find(_ name: String) throws(Problem) -> AgentStatus {
    if let status = status(named: name) { return status }
    let picture = picture
    let names = (picture?.agents.values ?? [:].values).flatMap { [$0.id.text, $0.metadataName] }.sorted()
    let nearest = NearestName.nearest(to: name, among: names).map { " Did you mean \($0)?" } ?? ""
    let why = picture == nil ? " The controller is still starting." : nearest
    throw Problem(.notFound, "There is no such agent", "No agent has the id or name `\(ShownText.short(name))`.\(why)")
  }
}

import CLibCurl
import Reconciler

/// The multi handles of one engine, each for some of the terminals.
///
/// When a transfer leaves its multi handle, libcurl 7.88 walks over every connection that the handle holds, to find one that was
/// made with `CURLOPT_CONNECT_ONLY`, which there never is. With one handle for all, a poll costs the more the more terminals there
/// are: with ten thousand three quarters of it are that walk. A connection is used again within its handle only, so all terminals of
/// one origin are with the same handle.
final class MultiGroup {
  /// How many terminals one handle is for, before another one is made.
  static let mostTerminals = 64

  private(set) var handles: [MultiHandle]
  private let poller: Poller
  private let most: Int

  init(poller: Poller, most: Int = mostTerminals) throws(BridgeError) {
    self.poller = poller
    self.most = most
    handles = [try MultiHandle(poller: poller, place: 0)]
  }

  /// The handle for the terminals of an origin that has none yet. Where the system refuses another one, the first takes all.
  func handleForNewOrigin() -> MultiHandle {
    if let free = handles.first(where: { $0.terminals < most }) { return free }
    do throws(BridgeError) {
      handles.append(try MultiHandle(poller: poller, place: handles.count))
      return handles[handles.count - 1]
    } catch {
      return handles[0]
    }
  }

  /// When libcurl wants to be called without an event, in steady microseconds.
  var deadline: Int64? {
    var first: Int64?
    for handle in handles { if let own = handle.deadline { first = min(first ?? own, own) } }
    return first
  }

  func act(on event: Poller.Event) {
    guard let place = poller.watched[event.descriptor], handles.indices.contains(place) else { return }
    handles[place].act(on: event)
  }

  /// Calls libcurl where its deadline has come.
  func actOnTime() {
    guard deadline != nil else { return }
    let now = SystemClock.now().steady.microseconds
    for handle in handles { handle.actOnTime(now) }
  }

  /// The next finished transfer, by its handle's address.
  func nextFinished() -> (handle: UInt, code: CURLcode)? {
    for handle in handles { if let finished = handle.nextFinished() { return finished } }
    return nil
  }
}

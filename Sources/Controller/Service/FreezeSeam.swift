#if DEBUG
  import Foundation
  import Reconciler

  /// In debug builds alone: lets a test stop one of the watched threads, to see that the watchdog notices.
  ///
  /// `MT4_TEST_FREEZE` names a file; as soon as it is there and holds the name of a part, that part's thread hangs.
  enum FreezeSeam {
    static func watch(_ environment: [String: String], pings: [WatchedPart: ServiceManager.Ping]) {
      guard let path = environment["MT4_TEST_FREEZE"] else { return }
      Blocking.start("mt4-freeze") {
        while true {
          Blocking.pause(.milliseconds(100))
          guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let part = WatchedPart(rawValue: text.trimmingCharacters(in: .whitespacesAndNewlines))
          else { continue }
          // Once: the process that comes next is to be well.
          try? FileManager.default.removeItem(atPath: path)
          pings[part]? { while true { Blocking.pause(.seconds(3600)) } }
        }
      }
    }
  }
#endif

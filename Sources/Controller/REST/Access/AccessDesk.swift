import CDispatch
import CoreFoundation
import Glibc
import Logging
import Reconciler
import Synchronization

/// The keys in force, read from their files at the start and again with each reload.
final class AccessDesk: Sendable {
  let tokenFile: String?
  let jwtKey: String?
  private let log: Logger
  private let keys: Mutex<AccessKeys>

  private static let limit = 1 << 20

  /// Blocks on the disk.
  init(tokenFile: String?, jwtKey: String?, log: Logger) throws(AccessKeyError) {
    self.tokenFile = tokenFile
    self.jwtKey = jwtKey
    self.log = log
    keys = Mutex(try Self.read(tokenFile, jwtKey))
    for path in [tokenFile, jwtKey].compactMap({ $0 }) where Self.isReadableByOthers(path) {
      log.warning("others than its owner can read this file; chmod 600 it", metadata: .keys([.path: path]))
    }
  }

  var current: AccessKeys { keys.withLock { $0 } }

  /// Reads the files again. Where that fails, the old keys stay.
  func reload() {
    guard tokenFile != nil || jwtKey != nil else { return }
    do throws(AccessKeyError) {
      let fresh = try Self.read(tokenFile, jwtKey)
      keys.withLock { $0 = fresh }
    } catch {
      log.error("the keys of REST cannot be read again, so the old ones stay: \(error)")
    }
  }

  private static func read(_ tokenFile: String?, _ jwtKey: String?) throws(AccessKeyError) -> AccessKeys {
    var keys = AccessKeys()
    if let tokenFile { keys.tokens = try TokenFile(try bytes(tokenFile, "--token-file"), path: tokenFile) }
    if let jwtKey { keys.jwt = try WebTokenKey(try bytes(jwtKey, "--jwt-key"), path: jwtKey) }
    return keys
  }

  private static func bytes(_ path: String, _ option: String) throws(AccessKeyError) -> [UInt8] {
    do throws(FileReadError) {
      return try FileReader.read(path, limit: limit)
    } catch {
      throw AccessKeyError(description: "\(option) \(path): \(error.words)")
    }
  }

  private static func isReadableByOthers(_ path: String) -> Bool {
    var info = stat()
    return unsafe stat(path, &info) == 0 && info.st_mode & 0o007 != 0
  }

  /// What the service manager gave, where no option names a file: the credentials `rest-tokens` and `jwt-key`.
  static func credential(_ name: String, environment: [String: String]) -> String? {
    guard let directory = environment["CREDENTIALS_DIRECTORY"] else { return nil }
    return ["\(directory)/\(name)", "\(directory)/mt4_\(name)", "\(directory)/mt4/\(name)"]
      .first(where: FileReader.exists)
  }
}

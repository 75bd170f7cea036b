import CDispatch
import CoreFoundation
internal import Crypto
import Glibc
import Logging
import Reconciler
import Synchronization

/// The keys in force, read from their files at the start and again with each reload.
final class AccessDesk: Sendable {
  let tokenFile: String?
  let jwtKey: String?
  private let log: Logger
  private let keys: Mutex<Keys>

  private struct Keys {
    var keys: AccessKeys
    /// Of the files' bytes: tells whether they are others now.
    var print: [UInt8]
    var generation = 0
  }

  private static let limit = 1 << 20

  /// Blocks on the disk.
  init(tokenFile: String?, jwtKey: String?, log: Logger) throws(AccessKeyError) {
    self.tokenFile = tokenFile
    self.jwtKey = jwtKey
    self.log = log
    let (first, print) = try Self.read(tokenFile, jwtKey)
    keys = Mutex(Keys(keys: first, print: print))
    for path in [tokenFile, jwtKey].compactMap({ $0 }) where Self.isReadableByOthers(path) {
      log.warning("others than its owner can read this file; chmod 600 it", metadata: .keys([.path: path]))
    }
  }

  var current: AccessKeys { keys.withLock { $0.keys } }

  /// Another number once the keys are others: what was let in by the old ones is judged anew.
  var generation: Int { keys.withLock { $0.generation } }

  /// Reads the files again. Where that fails, the old keys stay, and the error says so.
  @discardableResult
  func reload() -> AccessKeyError? {
    guard tokenFile != nil || jwtKey != nil else { return nil }
    do throws(AccessKeyError) {
      let (fresh, print) = try Self.read(tokenFile, jwtKey)
      keys.withLock { keys in
        if keys.print != print { keys = Keys(keys: fresh, print: print, generation: keys.generation + 1) }
      }
      return nil
    } catch {
      log.error("the keys of REST cannot be read again, so the old ones stay: \(error)")
      return error
    }
  }

  private static func read(_ tokenFile: String?, _ jwtKey: String?) throws(AccessKeyError) -> (AccessKeys, [UInt8]) {
    var keys = AccessKeys()
    var hash = SHA256()
    if let tokenFile {
      let bytes = try bytes(tokenFile, "--token-file")
      hash.update(data: bytes)
      keys.tokens = try TokenFile(bytes, path: tokenFile)
    }
    if let jwtKey {
      let bytes = try bytes(jwtKey, "--jwt-key")
      hash.update(data: [0])
      hash.update(data: bytes)
      keys.jwt = try WebTokenKey(bytes, path: jwtKey)
    }
    return (keys, Array(hash.finalize()))
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

import Foundation

/// Where an embedded server's things are.
struct EmbeddedPaths: Sendable {
  /// The state directory, absolute.
  let state: String

  init(stateDirectory: String) {
    state = URL(fileURLWithPath: stateDirectory).standardizedFileURL.path
  }

  /// The cluster, mode 0700; the socket is inside, so that nobody else reaches it.
  var data: String { "\(state)/postgres" }
  /// A cluster that is being made; renamed when it is whole.
  var unfinished: String { "\(state)/postgres.new" }
  var log: String { "\(state)/postgres.log" }

  /// A Unix socket's name holds 107 bytes.
  var socketFits: Bool { "\(data)/.s.PGSQL.5432".utf8.count <= 107 }
}

/// An open descriptor of a folder, closed with its last reference.
final class FolderDescriptor: Sendable {
  let number: Int32

  init(_ path: String) throws(DatabaseError) {
    number = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else {
      throw DatabaseError(.invalid, "the folder \(path) cannot be opened: \(SystemText.message(errno))")
    }
  }

  deinit { close(number) }
}

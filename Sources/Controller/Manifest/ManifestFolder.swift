import Foundation
import CDispatch
import CoreFoundation
import Glibc

/// A folder or a file that could not be read.
struct FolderProblem: Sendable {
  let path: String
  let message: String
}

/// Reads the files of a set from the disk.
struct ManifestFolder {
  static let maximumBytes = 1 << 20
  static let maximumFiles = 100_000

  private(set) var files: [ManifestFile]
  private(set) var problems: [FolderProblem] = []
  private var seen: Set<String> = []

  init(files: [ManifestFile] = []) { self.files = files }

  /// Whether a folder's file of that name counts.
  static func isManifest(_ name: String) -> Bool {
    !name.hasPrefix(".") && (name.hasSuffix(".yaml") || name.hasSuffix(".yml"))
  }

  mutating func read(path: String) {
    if FileReader.isFolder(path) {
      read(directory: path)
    } else {
      read(file: path, name: path.split(separator: "/").last.map(String.init) ?? path)
    }
  }

  mutating func read(directory: String) {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: directory)
    } catch {
      problems.append(FolderProblem(path: directory, message: "cannot read this folder: \(Self.reason(directory))"))
      return
    }
    let manifests = names.filter(Self.isManifest)
    guard manifests.count <= Self.maximumFiles else {
      problems.append(FolderProblem(path: directory, message: "a folder has at most \(Self.maximumFiles) manifests"))
      return
    }
    var found = false
    for name in manifests {
      let path = directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
      if FileReader.isFolder(path) { continue }
      found = true
      read(file: path, name: name)
    }
    if !found {
      problems.append(
        FolderProblem(
          path: directory, message: "no `*.yaml` or `*.yml` file is in this folder; an empty set is no order"))
    }
  }

  private static func reason(_ path: String) -> String {
    errno = 0
    guard let folder = unsafe opendir(path) else { return SystemText.message(errno) }
    unsafe closedir(folder)
    return "its names cannot be listed"
  }

  private mutating func read(file path: String, name: String) {
    let identity = URL(fileURLWithPath: path).standardizedFileURL.path
    guard seen.insert(identity).inserted else { return }
    do throws(FileReadError) {
      files.append(
        ManifestFile(name: name, bytes: try FileReader.read(path, limit: Self.maximumBytes), shownName: path))
    } catch {
      problems.append(FolderProblem(path: path, message: error.words))
    }
  }
}

/// Why a file could not be read.
enum FileReadError: Error, Hashable {
  case notRegular
  case tooLarge(limit: Int)
  case system(Int32)

  var words: String {
    switch self {
    case .notRegular: "this is not a regular file"
    case .tooLarge(let limit) where limit % (1 << 20) == 0: "larger than \(limit >> 20) MiB"
    case .tooLarge(let limit): "larger than \(limit >> 10) KiB"
    case .system(let code): "cannot read this file: \(SystemText.message(code))"
    }
  }
}

/// Reads whole regular files up to a limit; never waits for a pipe.
enum FileReader {
  /// Whether there is a folder, or a link to one.
  static func isFolder(_ path: String) -> Bool {
    var info = stat()
    return unsafe stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
  }

  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  static func read(_ path: String, limit: Int) throws(FileReadError) -> [UInt8] {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw .system(errno) }
    defer { close(file) }
    var info = stat()
    guard unsafe fstat(file, &info) == 0 else { throw .system(errno) }
    guard info.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
    guard info.st_size <= limit else { throw .tooLarge(limit: limit) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(info.st_size) + 1)
    var chunk = [UInt8](repeating: 0, count: max(4096, min(Int(info.st_size) + 1, 1 << 20)))
    while true {
      let count = unsafe Glibc.read(file, &chunk, chunk.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw .system(errno)
      }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
    }
  }
}

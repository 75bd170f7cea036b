import Foundation

/// The commit that a work tree is at, read from `.git` itself.
enum GitHead {
  private static let limit = 16 << 20

  /// The commit that manifests come from: HEAD, with `-dirty` behind it when what is in the folder (or the file) is not
  /// what is committed. `nil` outside of a work tree, and where `git` cannot tell: a commit that does not say what was
  /// loaded is worse than none.
  static func state(of path: String) -> String? {
    guard let commit = commit(containing: path), let isClean = GitStatus.isClean(path) else { return nil }
    return isClean ? commit : commit + "-dirty"
  }

  /// HEAD of the work tree that holds `path`; `nil` when it is in none or its `.git` says nothing clear.
  static func commit(containing path: String) -> String? {
    var folder = URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL
    for _ in 0..<64 {
      let marker = folder.appendingPathComponent(".git").path
      if let directory = gitDirectory(marker, workTree: folder.path) { return head(of: directory) }
      guard folder.path != "/" else { return nil }
      folder = folder.deletingLastPathComponent()
    }
    return nil
  }

  /// `.git` is the folder or, in a linked work tree, a file that names it.
  private static func gitDirectory(_ marker: String, workTree: String) -> String? {
    if FileReader.isFolder(marker) { return marker }
    guard let line = firstLine(marker), line.hasPrefix("gitdir: ") else { return nil }
    return absolute(String(line.dropFirst("gitdir: ".count)), from: workTree)
  }

  private static func head(of directory: String) -> String? {
    // Branches of a linked work tree live in the main one, which `commondir` names.
    let common = firstLine("\(directory)/commondir").map { absolute($0, from: directory) } ?? directory
    var name = "HEAD"
    for _ in 0..<8 {
      guard let line = firstLine("\(directory)/\(name)") ?? firstLine("\(common)/\(name)") else {
        return packed(name, in: common)
      }
      guard line.hasPrefix("ref: ") else { return isCommit(line) ? line : nil }
      name = String(line.dropFirst("ref: ".count))
      guard name.hasPrefix("refs/"), !name.contains("..") else { return nil }
    }
    return nil
  }

  private static func packed(_ name: String, in directory: String) -> String? {
    guard let text = text("\(directory)/packed-refs") else { return nil }
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ")
      if parts.count == 2, parts[1] == name, isCommit(String(parts[0])) { return String(parts[0]) }
    }
    return nil
  }

  /// SHA-1 or SHA-256.
  private static func isCommit(_ text: String) -> Bool {
    [40, 64].contains(text.utf8.count)
      && text.utf8.allSatisfy { TextRule.isDigit($0) || (0x61...0x66).contains($0) }
  }

  private static func absolute(_ path: String, from base: String) -> String {
    path.hasPrefix("/") ? path : "\(base)/\(path)"
  }

  private static func firstLine(_ path: String) -> String? {
    text(path)?.split(whereSeparator: \.isNewline).first.map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private static func text(_ path: String) -> String? {
    do throws(FileReadError) {
      return String(validating: try FileReader.read(path, limit: limit), as: UTF8.self)
    } catch {
      return nil
    }
  }
}

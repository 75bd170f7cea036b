import Foundation
import Glibc

extension RegistryImport {
  /// Writes the files into a folder, all or none. Blocks on the disk.
  ///
  /// - Throws: before anything is written, when the folder holds a manifest already.
  public func write(to folder: String) throws(ImportError) {
    if FileReader.exists(folder) {
      guard FileReader.isFolder(folder) else { throw ImportError(problems: ["\(folder): this is not a folder"]) }
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      if let name = names.sorted().first(where: { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }) {
        throw ImportError(
          problems: [
            "\(folder)/\(name): there are manifests already; give a folder that has none, for none is overwritten"
          ])
      }
    } else {
      do {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw ImportError(problems: ["\(folder): this folder cannot be made: \(SystemText.message(errno))"])
      }
    }
    var written: [String] = []
    do throws(ImportError) {
      for file in files {
        let path = "\(folder)/\(file.name)"
        try Self.create(path, Array(file.text.utf8))
        written.append(path)
      }
    } catch {
      for path in written { unsafe unlink(path) }
      throw error
    }
  }

  private static func create(_ path: String, _ bytes: [UInt8]) throws(ImportError) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw ImportError(problems: ["\(path): \(SystemText.message(errno))"]) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        let problem = SystemText.message(errno)
        close(file)
        unsafe unlink(path)
        throw ImportError(problems: ["\(path): \(problem)"])
      }
      rest = rest.dropFirst(count)
    }
    guard close(file) == 0 else {
      let problem = SystemText.message(errno)
      unsafe unlink(path)
      throw ImportError(problems: ["\(path): \(problem)"])
    }
  }
}

import Crypto
import Foundation
import Reconciler

@testable import Controller

/// Files that people hand over, and what a client reads from a server.
extension FuzzEntry {
  /// An old registry comes to the same manifests each time, or every problem has a text.
  static func registry(_ bytes: [UInt8]) -> String? {
    switch (imported(bytes), imported(bytes)) {
    case (.success(let first), .success(let second)):
      return first.files == second.files && first.warnings == second.warnings ? nil : "one registry came to two sets"
    case (.failure(let first), .failure(let second)):
      if first.problems.isEmpty || first.problems.contains("") { return "refused without words" }
      // Whoever converts cannot mend what the converter wrote.
      if first.problems.contains(where: { $0.contains("quoted text has no end") || $0.contains("control character") }),
        first.problems.first?.contains("would come of it") ?? false
      {
        return "it wrote what is no YAML: \(first.problems)"
      }
      return first == second ? nil : "one registry came to two lists of problems"
    case (.success, .failure), (.failure, .success): return "one registry was taken and refused"
    }
  }

  private static func imported(_ bytes: [UInt8]) -> Result<RegistryImport, ImportError> {
    do throws(ImportError) { return .success(try RegistryImport(bytes, path: "agents.yml")) } catch {
      return .failure(error)
    }
  }

  /// A stream is cut into the same events, however its bytes arrive.
  static func events(_ bytes: [UInt8]) -> String? {
    var whole = EventStreamParser()
    var parts = EventStreamParser()
    let step = Int(bytes.first ?? 0) % 7 + 1
    let first = whole.push(bytes)
    let second = stride(from: 0, to: bytes.count, by: step).flatMap { at in
      parts.push(bytes[at..<min(bytes.count, at + step)])
    }
    return first == second ? nil : "one stream came to two lists of events"
  }

  /// A saved plan as it stands, and with the hash that goes with it: it is read again as the same, and has not moved.
  static func plan(_ bytes: [UInt8]) -> String? {
    _ = try? SavedPlan(bytes: bytes)
    guard case .object(var members) = try? JSONParser.parse(bytes) else { return nil }
    members["sha256"] = nil
    members["sha256"] = .string(Hexadecimal.text(SHA256.hash(data: JSONValue.object(members).canonicalBytes)))
    guard let saved = try? SavedPlan(bytes: JSONValue.object(members).canonicalBytes) else { return nil }
    guard let again = try? SavedPlan(bytes: saved.json.canonicalBytes) else { return "what it writes it does not read" }
    return saved == again && saved.moved(to: again).isEmpty ? nil : "a plan moved by being written"
  }

  static func checkpoint(_ bytes: [UInt8]) -> String? {
    for line in bytes.split(separator: 0x0A) {
      guard let checkpoint = Checkpoint(line: line) else { continue }
      if Checkpoint(line: checkpoint.line.utf8) != checkpoint { return "a checkpoint came back as another one" }
    }
    return nil
  }
}

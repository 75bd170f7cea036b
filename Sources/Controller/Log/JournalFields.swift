import CLibSystemd
import Glibc
import Logging

/// An entry as journald takes it: `journalctl -u mt4-controller AGENT=atlas`, `REASON=daily_loss`, `-p warning`.
enum JournalFields {
  static let identifier = "mt4-controller"

  /// The fields, `NAME=value` each. `AGENT` is the metadata name, `AGENT_ID` the id.
  static func of(_ line: LogLine, names: AgentNames) -> [String] {
    var fields = [
      "MESSAGE=\(line.message)", "PRIORITY=\(priority(line.level))", "SYSLOG_IDENTIFIER=\(identifier)",
    ]
    for (key, value) in line.values.sorted(by: { $0.key < $1.key }) {
      if key == LogKey.agent.rawValue {
        fields += ["AGENT=\(names.name(of: value) ?? value)", "AGENT_ID=\(value)"]
      } else {
        fields.append("\(name(key))=\(value)")
      }
    }
    return fields
  }

  /// Sends an entry; blocks while journald's queue is full.
  ///
  /// - Returns: whether journald took it.
  static func send(_ fields: [String]) -> Bool {
    var bytes = fields.flatMap { Array($0.utf8) }
    return unsafe bytes.withUnsafeMutableBytes { buffer in
      var vectors: [iovec] = unsafe []
      var offset = 0
      for field in fields {
        let count = field.utf8.count
        unsafe vectors.append(iovec(iov_base: buffer.baseAddress.map { unsafe $0 + offset }, iov_len: count))
        offset += count
      }
      return unsafe sd_journal_sendv(vectors, Int32(fields.count)) >= 0
    }
  }

  /// Capitals, digits and underscores; it may begin with neither a digit nor an underscore.
  private static func name(_ key: String) -> String {
    let letters = key.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    let name = String(letters.drop { $0 == "_" || $0.isNumber })
    return name.isEmpty ? "FIELD" : name
  }

  /// syslog's numbers.
  static func priority(_ level: Logger.Level) -> Int {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}

import FoundationEssentials
public import Reconciler

/// Where a terminal's prices come from, by canonical symbol: files of a folder, the sample that is built in, else a
/// random walk.
public struct PaperPrices: Sendable {
  private var files: [Symbol: PaperBarFile]

  /// The built-in sample: real bars of XAUUSD, EURUSD, GBPUSD and USDJPY.
  public static let sample = PaperPrices(files: PaperSamples.files)

  /// The sample, with the files of a folder before it. A file is for the symbol that its name begins with, in either
  /// case (`eurusd-m1-2014-05.csv`); of several for one symbol the last by name counts.
  public init(directory: String) throws(PaperError) {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: directory)
    } catch {
      throw PaperError(.data, "\(directory): cannot be read; expected a folder of SYMBOL*.csv")
    }
    var found: [Symbol: PaperBarFile] = [:]
    for name in names.sorted() where name.lowercased().hasSuffix(".csv") {
      let symbol = name.uppercased().prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }
      let path = "\(directory)/\(name)"
      guard let bytes = FileManager.default.contents(atPath: path),
        let text = String(validating: bytes, as: UTF8.self)
      else { throw PaperError(.data, "\(path): cannot be read as text") }
      found[Symbol(String(symbol))] = try PaperBarFile(parsing: text, name: path)
    }
    guard !found.isEmpty else { throw PaperError(.data, "\(directory): no file is named SYMBOL*.csv") }
    files = PaperSamples.files.merging(found) { _, file in file }
  }

  init(files: [Symbol: PaperBarFile]) { self.files = files }

  /// The feed of one instrument; `nil` when there are neither bars nor a price to start a walk from.
  public func feed(for instrument: PaperInstrument, canonical: Symbol, seed: UInt64) -> PaperFeed? {
    if let file = files[canonical] {
      return PaperFeed(instrument: instrument, bars: file.bars, minutesPerBar: file.minutesPerBar, seed: seed)
    }
    guard let start = Self.starts[canonical.text].flatMap({ FixedDecimal($0) }) else { return nil }
    return PaperFeed(instrument: instrument, bars: [], minutesPerBar: 1, start: start, seed: seed)
  }

  /// Where random walks begin: about the prices of March 2020.
  private static let starts: [String: String] = [
    "EURGBP": "0.8900", "EURJPY": "118.50", "GBPJPY": "133.40", "AUDUSD": "0.6130", "NZDUSD": "0.5950",
    "USDCAD": "1.4060", "USDCHF": "0.9620", "EURCHF": "1.0600", "XAGUSD": "13.970", "EURAUD": "1.7900",
    "AUDJPY": "65.90", "GBPCHF": "1.1940",
  ]
}

import CLibYAML

/// One event of libyaml. A scalar's text is not in it, but at the end of the text that it was read into.
struct YAMLEvent {
  enum Kind {
    case streamStart, streamEnd, documentStart, documentEnd
    case plain, quoted, block
    case sequenceStart, sequenceEnd, mappingStart, mappingEnd
    case alias
  }

  let kind: Kind
  let start: YAMLMark
  let end: YAMLMark
  let hasAnchor: Bool
  let hasTag: Bool
}

/// The owner of one libyaml parser and of the bytes it reads. The parser stores its own address, so it is allocated on
/// the heap once and never moved.
@safe final class YAMLEventReader {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>
  /// The event that is looked at; libyaml clears it before it fills it.
  private let event: UnsafeMutablePointer<yaml_event_t>

  /// `nil` when there is no memory for a parser. `bytes` are UTF-8.
  init?(_ bytes: [UInt8]) {
    unsafe parser = .allocate(capacity: 1)
    unsafe input = .allocate(capacity: max(bytes.count, 1))
    _ = unsafe input.initialize(fromContentsOf: bytes)
    unsafe event = .allocate(capacity: 1)
    unsafe event.initialize(to: yaml_event_t())
    guard unsafe yaml_parser_initialize(parser) == 1 else {
      unsafe parser.deallocate()
      unsafe input.deallocate()
      unsafe event.deallocate()
      return nil
    }
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe input.deallocate()
    unsafe event.deallocate()
  }

  /// The next event; a scalar's text goes to the end of `text`.
  func next(into text: inout [UInt8]) throws(YAMLProblem) -> YAMLEvent {
    guard unsafe yaml_parser_parse(parser, event) == 1 else { throw problem() }
    defer { unsafe yaml_event_delete(event) }
    return unsafe Self.read(event.pointee, into: &text)
  }

  private static func read(_ event: yaml_event_t, into text: inout [UInt8]) -> YAMLEvent {
    var anchor = false
    var tag = false
    let kind: YAMLEvent.Kind
    switch unsafe event.type {
    case YAML_SCALAR_EVENT:
      unsafe (anchor, tag) = (event.data.scalar.anchor != nil, event.data.scalar.tag != nil)
      kind = unsafe Self.kind(event.data.scalar.style)
      unsafe text.append(
        contentsOf: UnsafeBufferPointer(start: event.data.scalar.value, count: event.data.scalar.length))
    case YAML_SEQUENCE_START_EVENT:
      unsafe (anchor, tag) = (event.data.sequence_start.anchor != nil, event.data.sequence_start.tag != nil)
      kind = .sequenceStart
    case YAML_MAPPING_START_EVENT:
      unsafe (anchor, tag) = (event.data.mapping_start.anchor != nil, event.data.mapping_start.tag != nil)
      kind = .mappingStart
    case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
    case YAML_MAPPING_END_EVENT: kind = .mappingEnd
    case YAML_DOCUMENT_START_EVENT: kind = .documentStart
    case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
    case YAML_STREAM_START_EVENT: kind = .streamStart
    case YAML_ALIAS_EVENT: kind = .alias
    default: kind = .streamEnd
    }
    return unsafe YAMLEvent(
      kind: kind, start: Self.mark(event.start_mark), end: Self.mark(event.end_mark), hasAnchor: anchor, hasTag: tag)
  }

  private static func kind(_ style: yaml_scalar_style_t) -> YAMLEvent.Kind {
    switch style {
    case YAML_PLAIN_SCALAR_STYLE: .plain
    case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
    default: .quoted
    }
  }

  private static func mark(_ mark: yaml_mark_t) -> YAMLMark {
    YAMLMark(line: Int32(clamping: mark.line) + 1, column: Int32(clamping: mark.column) + 1)
  }

  /// libyaml's words, at the place where the thing began when its end is what is missing.
  private func problem() -> YAMLProblem {
    guard let words = unsafe parser.pointee.problem else {
      return YAMLProblem(mark: .start, message: "the YAML cannot be read: out of memory")
    }
    let what = unsafe String(cString: words)
    let at = unsafe Self.mark(parser.pointee.problem_mark)
    guard let contextWords = unsafe parser.pointee.context else {
      return YAMLProblem(mark: at, message: "this is not YAML: \(what)")
    }
    let context = unsafe String(cString: contextWords)
    let began = unsafe Self.mark(parser.pointee.context_mark)
    if context == "while scanning a quoted scalar" {
      return YAMLProblem(mark: began, message: "this quoted text has no end; was the file cut off?")
    }
    switch context {
    case "while parsing a flow sequence":
      return YAMLProblem(
        mark: began, message: "this list has no end before line \(at.line); is a `,` or a `]` missing?")
    case "while parsing a flow mapping":
      return YAMLProblem(
        mark: began, message: "this mapping has no end before line \(at.line); is a `,` or a `}` missing?")
    case "while parsing a flow node":
      return YAMLProblem(mark: at, message: "a list or a mapping is not closed here; was the file cut off?")
    default: break
    }
    return YAMLProblem(mark: at, message: "this is not YAML: \(what) (\(context) that began at line \(began.line))")
  }
}

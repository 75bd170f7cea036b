/// Something that lives as long as the program, such as a table of fields, so that nobody counts its users: all processors read
/// the same tables at once, and counts that all of them write to were a tenth of a load.
@safe struct Forever<Value: Sendable>: @unchecked Sendable {
  // Written once, before anybody else can see it, and never given back.
  private let kept: UnsafePointer<Value>

  init(_ value: Value) {
    let place = UnsafeMutablePointer<Value>.allocate(capacity: 1)
    unsafe place.initialize(to: value)
    unsafe kept = UnsafePointer(place)
  }

  var value: Value { unsafe kept.pointee }
}

/// A list of the same kind.
@safe struct ForeverList<Element: Sendable>: RandomAccessCollection, @unchecked Sendable {
  private let kept: UnsafeBufferPointer<Element>

  init(_ elements: [Element]) {
    let place = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
    _ = unsafe place.initialize(fromContentsOf: elements)
    unsafe kept = UnsafeBufferPointer(place)
  }

  var startIndex: Int { 0 }
  var endIndex: Int { unsafe kept.count }

  subscript(index: Int) -> Element {
    precondition(index >= 0 && index < endIndex, "a list of the table has no such place")
    return unsafe kept[index]
  }

  func withUnsafeBufferPointer<Result>(_ body: (UnsafeBufferPointer<Element>) -> Result) -> Result {
    unsafe body(kept)
  }
}

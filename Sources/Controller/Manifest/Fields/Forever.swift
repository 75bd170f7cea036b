/// Something that lives as long as the program, such as a table of fields, so that nobody has to count its users: all
/// processors read the same tables at once, and counts that all of them write to were a tenth of a load.
@safe struct Forever<Value: AnyObject & Sendable>: Sendable {
  private unowned(unsafe) let kept: Value

  /// Keeps the value for good.
  init(_ value: Value) {
    _ = unsafe Unmanaged.passRetained(value)
    unsafe kept = value
  }

  var value: Value { unsafe kept }
}

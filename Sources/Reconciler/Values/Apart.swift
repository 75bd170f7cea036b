/// An optional value that is seldom there and large, kept apart: while there is none, it takes eight bytes of its owner
/// instead of its own size, in every copy and in every cache line.
@propertyWrapper
struct Apart<Value: Hashable & Sendable>: Hashable, Sendable {
  /// None or one.
  private var kept: [Value] = []

  init(wrappedValue: Value?) {
    if let wrappedValue { kept = [wrappedValue] }
  }

  var isEmpty: Bool { kept.isEmpty }

  var wrappedValue: Value? {
    get { kept.isEmpty ? nil : kept[0] }
    set {
      guard let newValue else { return kept = [] }
      if kept.isEmpty { kept = [newValue] } else { kept[0] = newValue }
    }
  }
}

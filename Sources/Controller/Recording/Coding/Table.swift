import Reconciler

/// One stored property of a value, by its name in the recording.
struct Member<Root: Sendable>: Sendable {
  let name: String
  /// `nil` when it is what it is in the base.
  let write: @Sendable (_ root: Root, _ base: Root) -> JSONValue?
  let read: @Sendable (JSONValue, inout Root) throws(RecordingError) -> Void

  /// A property that always has a value.
  static func of<Value>(
    _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ coding: Coding<Value>
  ) -> Member {
    Member(
      name: name,
      write: { root, base in
        let value = root[keyPath: path]
        return coding.same(value, base[keyPath: path]) ? nil : coding.write(value)
      },
      read: { json, root throws(RecordingError) in root[keyPath: path] = try coding.read(json) })
  }

  /// A property that may have none: `null`.
  static func maybe<Value>(
    _ name: String, _ path: any WritableKeyPath<Root, Value?> & Sendable, _ coding: Coding<Value>
  ) -> Member {
    Member(
      name: name,
      write: { root, base in
        switch (root[keyPath: path], base[keyPath: path]) {
        case (nil, nil): nil
        case (nil, _?): .null
        case (let value?, nil): coding.write(value)
        case (let value?, let old?): coding.same(value, old) ? nil : coding.write(value)
        }
      },
      read: { json, root throws(RecordingError) in
        root[keyPath: path] = json.isNull ? nil : try coding.read(json)
      })
  }

  /// A property that is written by what differs in it.
  static func within<Value>(
    _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ table: Table<Value>
  ) -> Member {
    Member(
      name: name,
      write: { root, base in
        let members = table.write(root[keyPath: path], from: base[keyPath: path])
        return members.isEmpty ? nil : .object(members)
      },
      read: { json, root throws(RecordingError) in
        root[keyPath: path] = try table.read(json, from: root[keyPath: path])
      })
  }
}

/// The members of a value. Only those are written that differ from a base, which the reader has as well: the one before,
/// or a blank one. So nearly nothing is written of a look that shows what the last one showed.
struct Table<Root: Sendable>: Sendable {
  let members: [Member<Root>]
  private let places: [String: Int]

  init(_ members: [Member<Root>]) {
    self.members = members
    places = Dictionary(members.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// What differs.
  func write(_ root: Root, from base: Root) -> [String: JSONValue] {
    var out: [String: JSONValue] = [:]
    for member in members {
      if let json = member.write(root, base) { out[member.name] = json }
    }
    return out
  }

  func read(_ json: JSONValue, from base: Root) throws(RecordingError) -> Root {
    guard case .object(let given) = json else { throw .malformed(path: "", problem: "it must be an object") }
    var root = base
    for name in given.keys.sorted() {
      guard let place = places[name], let value = given[name] else {
        throw .malformed(path: name, problem: "this version knows no such member")
      }
      do throws(RecordingError) { try members[place].read(value, &root) } catch { throw error.within(name) }
    }
    return root
  }

  /// Whole values, by what differs from a blank one.
  func coding(blank: Root) -> Coding<Root> where Root: Equatable {
    Coding(
      write: { .object(write($0, from: blank)) }, same: { write($0, from: $1).isEmpty },
      read: { json throws(RecordingError) in try read(json, from: blank) })
  }
}

/// A list of things that have an id: each is written by what differs from the one of its id in the list before.
struct ListTable<Element: Sendable, ID: Hashable & Sendable>: Sendable {
  let table: Table<Element>
  let id: @Sendable (Element) -> ID
  let coding: Coding<ID>
  let blank: @Sendable (ID) -> Element

  private static var idName: String { "id" }

  /// `nil` when it is the list before.
  func write(_ list: [Element], from old: [Element]) -> JSONValue? {
    var bases = Bases(old, id)
    var changed = list.count != old.count
    var out: [JSONValue] = []
    out.reserveCapacity(list.count)
    for (k, element) in list.enumerated() {
      let id = id(element)
      let (base, isInPlace) = bases.base(of: id, at: k)
      var members = table.write(element, from: base ?? blank(id))
      if !isInPlace || !members.isEmpty { changed = true }
      if members.isEmpty {
        out.append(coding.write(id))
      } else {
        members[Self.idName] = coding.write(id)
        out.append(.object(members))
      }
    }
    return changed ? .array(out) : nil
  }

  func read(_ json: JSONValue, from old: [Element]) throws(RecordingError) -> [Element] {
    guard case .array(let items) = json else { throw .malformed(path: "", problem: "it must be a list") }
    var bases = Bases(old, id)
    var list: [Element] = []
    list.reserveCapacity(items.count)
    for (k, item) in items.enumerated() {
      do throws(RecordingError) { list.append(try read(item, at: k, &bases)) } catch { throw error.within("\(k)") }
    }
    return list
  }

  private func read(_ item: JSONValue, at k: Int, _ bases: inout Bases) throws(RecordingError) -> Element {
    guard case .object(var members) = item else {
      let id = try coding.read(item)
      return bases.base(of: id, at: k).base ?? blank(id)
    }
    guard let given = members.removeValue(forKey: Self.idName) else {
      throw .malformed(path: Self.idName, problem: "it is missing")
    }
    let id = try coding.read(given)
    return try table.read(.object(members), from: bases.base(of: id, at: k).base ?? blank(id))
  }

  /// The list before, by place and by id.
  private struct Bases {
    let old: [Element]
    let id: @Sendable (Element) -> ID
    var places: [ID: Int]?

    init(_ old: [Element], _ id: @escaping @Sendable (Element) -> ID) {
      self.old = old
      self.id = id
    }

    mutating func base(of wanted: ID, at k: Int) -> (base: Element?, isInPlace: Bool) {
      if k < old.count, id(old[k]) == wanted { return (old[k], true) }
      let places = self.places ?? Dictionary(old.enumerated().map { (id($1), $0) }, uniquingKeysWith: { a, _ in a })
      self.places = places
      return (places[wanted].map { old[$0] }, false)
    }
  }
}

/// What to say of a key that the table does not have.
enum UnknownKey {
  static func message(_ key: String, in type: ObjectType, named name: String, of kind: FieldTable.Kind) -> String {
    let head = "unknown key `\(key.forMessage)` in \(name)"
    if let near = NearestName.nearest(to: key, among: type.fields.map(\.name)) {
      return "\(head); did you mean `\(near)`?"
    }
    let places = FieldTable.paths.filter { $0.hasPrefix(kind.pathWord + ".") && $0.hasSuffix("." + key) }
    if let place = places.first, places.count == 1 {
      let home = place.split(separator: ".").dropFirst().dropLast().joined(separator: ".")
      return "\(head); it belongs in `\(home)`"
    }
    return "\(head); allowed are \(type.allowedNames)"
  }
}

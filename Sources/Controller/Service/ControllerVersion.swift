/// The program's version, as `mt4ctl version`, the record and REST say it.
public enum ControllerVersion {
  public static let text = "0.1.0"
}

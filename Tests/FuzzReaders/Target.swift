import Compute
import Doppel
import FileFormats
import Settings

/// One reader under test.
struct Target {
  let name: String
  let corpus: [[UInt8]]
  var tokens: [String] = []
  /// Text may be cut anywhere and still be text; everything else must be refused when it is cut.
  var mayBeCut = false
  /// Whether the config reader's own error is right here.
  var hasSettings = false
  /// Reads the bytes and uses what was read.
  let read: (_ bytes: [UInt8], _ random: inout RandomSource) throws -> Void

  /// The exit code the command would end with; `nil` for an error that should not come from here.
  func exitCode(of error: any Error) -> Int32? {
    switch error {
    case is DataError, is TrainingError: 65
    case is SettingsError where hasSettings: 64
    default: nil
    }
  }
}

public import Autoencoders
import FileFormats
public import InteractionData

extension ModelDirectory {
  /// How the training data were read and filtered; `nil` for a model that does not remember it.
  ///
  /// - Throws: `DataError` when `config.json` has something else there.
  public func dataRecord() throws -> DataRecord? {
    guard let json = record["data"] else { return nil }
    do {
      return try json.decoded(as: DataRecord.self)
    } catch is DecodingError {
      throw DataError(
        path: "config.json", message: "has data that do not say how the training data were read",
        accepted: "what train writes, or no data")
    }
  }
}

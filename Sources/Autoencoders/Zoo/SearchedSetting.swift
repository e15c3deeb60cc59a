import FileFormats

/// A searched setting, independent of the model's type.
public struct SearchedSetting: Sendable, Equatable {
  /// Its name in files.
  public let name: String
  /// Whether only whole numbers are accepted.
  public let isWhole: Bool
  /// The search range.
  public let range: SearchRange

  /// Describes one.
  public init(name: String, isWhole: Bool, range: SearchRange) {
    (self.name, self.isWhole, self.range) = (name, isWhole, range)
  }
}

extension ZooModel {
  /// The settings with a range to search, in the order of ``settings``.
  public var searchedSettings: [SearchedSetting] {
    Self.settings.compactMap { setting in
      setting.search.map { SearchedSetting(name: setting.name, isWhole: setting.form == .whole, range: $0) }
    }
  }

  /// A setting under another range, or `nil` if the model does not have the setting.
  public func searched(_ name: String, over range: SearchRange) -> SearchedSetting? {
    Self.settings.first { $0.name == name }.map {
      SearchedSetting(name: name, isWhole: $0.form == .whole, range: range)
    }
  }

  /// The accepted values of a setting, in words.
  public func accepted(for name: String) -> String? { Self.settings.first { $0.name == name }?.accepted }
}

extension Setting {
  /// The same setting with another search range.
  public func searched(_ range: SearchRange) -> Setting {
    var setting = self
    setting.search = range
    return setting
  }
}

extension Array {
  /// The same settings, one of them with another search range.
  func searching<Model>(_ name: String, _ range: SearchRange) -> [Setting<Model>] where Element == Setting<Model> {
    map { $0.name == name ? $0.searched(range) : $0 }
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A library opened at run time.
///
/// Never closed: its threads and tables live as long as the process.
@safe package struct SharedLibrary {
  private let handle: UnsafeMutableRawPointer

  /// Opens the first of some names that is there.
  package init?(candidates: [String]) {
    guard let opened = Self.opened(candidates: candidates, isVisible: false) else { return nil }
    self = opened.library
  }

  /// Opens the first of some names that is there, and says which it is.
  ///
  /// - Parameter isVisible: whether libraries that are opened later see its symbols, as plug-ins of its own need.
  package static func opened(candidates: [String], isVisible: Bool) -> (library: SharedLibrary, name: String)? {
    for name in candidates {
      if let handle = unsafe dlopen(name, RTLD_NOW | (isVisible ? RTLD_GLOBAL : RTLD_LOCAL)) {
        return unsafe (SharedLibrary(handle: handle), name)
      }
    }
    return nil
  }

  private init(handle: UnsafeMutableRawPointer) { unsafe self.handle = handle }

  /// Where a function is, or `nil` when the library has none of this name.
  package func symbol(_ name: String) -> UnsafeMutableRawPointer? { unsafe dlsym(handle, name) }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A library opened at run time.
///
/// It is never closed, because its threads and tables live as long as the process.
@safe package struct SharedLibrary {
  private let handle: UnsafeMutableRawPointer

  /// Opens the first of several names that exists.
  package init?(candidates: [String]) {
    guard let opened = Self.opened(candidates: candidates, isVisible: false) else { return nil }
    self = opened.library
  }

  /// Opens the first of several names that exists, and returns this name.
  ///
  /// - Parameter isVisible: whether libraries that are opened later see its symbols, as its plug-ins require.
  package static func opened(candidates: [String], isVisible: Bool) -> (library: SharedLibrary, name: String)? {
    for name in candidates {
      if let handle = unsafe dlopen(name, RTLD_NOW | (isVisible ? RTLD_GLOBAL : RTLD_LOCAL)) {
        return unsafe (SharedLibrary(handle: handle), name)
      }
    }
    return nil
  }

  /// The reason why an existing library cannot be opened, usually a missing dependency.
  ///
  /// - Returns: `nil` if one of the names can be opened, or none exists.
  package static func fault(candidates: [String]) -> String? {
    var fault: String?
    for name in candidates {
      if unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) != nil { return nil }
      guard let error = unsafe dlerror() else { continue }
      let reason = unsafe String(cString: error)
      // If the file itself is missing, the message begins with its name; on macOS it always begins with the call.
      if fault == nil, !reason.hasPrefix(name + ":"), !reason.hasPrefix("dlopen") {
        fault = "\(name) cannot be opened: \(reason)"
      }
    }
    return fault
  }

  private init(handle: UnsafeMutableRawPointer) { unsafe self.handle = handle }

  /// The address of a function, or `nil` when the library has none of this name.
  package func symbol(_ name: String) -> UnsafeMutableRawPointer? { unsafe dlsym(handle, name) }
}

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

  /// Why a library that is there cannot be opened, mostly for want of another one.
  ///
  /// - Returns: `nil` where one of the names can be opened, or none is there.
  package static func fault(candidates: [String]) -> String? {
    var fault: String?
    for name in candidates {
      if unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) != nil { return nil }
      guard let error = unsafe dlerror() else { continue }
      let reason = unsafe String(cString: error)
      // Of a file that is missing itself, the message begins with its name; macOS begins with the call, whatever is missing.
      if fault == nil, !reason.hasPrefix(name + ":"), !reason.hasPrefix("dlopen") {
        fault = "\(name) cannot be opened: \(reason)"
      }
    }
    return fault
  }

  private init(handle: UnsafeMutableRawPointer) { unsafe self.handle = handle }

  /// Where a function is, or `nil` when the library has none of this name.
  package func symbol(_ name: String) -> UnsafeMutableRawPointer? { unsafe dlsym(handle, name) }
}

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
    for name in candidates {
      if let handle = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) {
        unsafe self.handle = unsafe handle
        return
      }
    }
    return nil
  }

  /// Where a function is, or `nil` when the library has none of this name.
  package func symbol(_ name: String) -> UnsafeMutableRawPointer? { unsafe dlsym(handle, name) }
}

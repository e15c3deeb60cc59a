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
@safe struct SharedLibrary {
  private let handle: UnsafeMutableRawPointer

  init?(candidates: [String]) {
    for name in candidates {
      if let handle = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) {
        unsafe self.handle = unsafe handle
        return
      }
    }
    return nil
  }

  func symbol(_ name: String) -> UnsafeMutableRawPointer? { unsafe dlsym(handle, name) }
}

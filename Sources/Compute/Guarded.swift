#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A value that only one thread at a time may read or change.
///
/// It uses a POSIX mutex, not the standard library's `Mutex`: on Linux, the latter waits on a futex inside a library
/// that is built without the thread sanitizer, which therefore reports every guarded value as a race.
@safe package final class Guarded<Value: Sendable>: @unchecked Sendable {
  // @unchecked because `value` is accessed only between lock and unlock.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var value: Value

  /// Guards a value.
  package init(_ value: Value) {
    self.value = value
    unsafe mutex = .allocate(capacity: 1)
    let status = unsafe pthread_mutex_init(mutex, nil)
    precondition(status == 0, "no mutex: error \(status)")
  }

  deinit {
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  /// Gives `body` exclusive access to the value.
  ///
  /// `body` must not call this again, because the thread would wait for itself forever.
  package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    let status = unsafe pthread_mutex_lock(mutex)
    precondition(status == 0, "a mutex could not be locked: error \(status)")
    defer { _ = unsafe pthread_mutex_unlock(mutex) }
    return try body(&value)
  }
}

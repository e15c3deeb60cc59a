// System calls, each behind one small function, so that no other file uses a pointer.

import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Why the last system call failed.
func lastSystemError() -> String { unsafe String(cString: strerror(errno)) }

/// Whether the last system call failed because the other end of a pipe is closed.
func readerIsGone() -> Bool { errno == EPIPE }

/// An open file with one owner, closed once.
struct FileDescriptor: ~Copyable {
  let raw: Int32

  private init(raw: Int32) { self.raw = raw }

  deinit { close(raw) }

  /// Opens an existing file; `-` is a copy of standard input.
  static func reading(_ path: String) throws(InputError) -> FileDescriptor {
    let raw = path == "-" ? dup(0) : unsafe open(path, O_RDONLY | O_CLOEXEC)
    if raw < 0 { throw InputError(path: path, reason: lastSystemError()) }
    return FileDescriptor(raw: raw)
  }

  /// Creates a file that must not exist yet.
  static func creating(_ path: String) throws(OutputError) -> FileDescriptor {
    let raw = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    if raw < 0 { throw OutputError(path: path, reason: lastSystemError()) }
    return FileDescriptor(raw: raw)
  }

  /// Opens something that exists and cannot be replaced by a rename, such as a pipe or a terminal.
  static func writingDirectly(_ path: String) throws(OutputError) -> FileDescriptor {
    let raw = unsafe open(path, O_WRONLY | O_CLOEXEC)
    if raw < 0 { throw OutputError(path: path, reason: lastSystemError()) }
    return FileDescriptor(raw: raw)
  }

  /// Opens an existing file for appending.
  static func appending(_ path: String) throws(OutputError) -> FileDescriptor {
    let raw = unsafe open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    if raw < 0 { throw OutputError(path: path, reason: lastSystemError()) }
    return FileDescriptor(raw: raw)
  }

  /// Truncates the file to `size` bytes; `false` when that fails.
  func truncate(to size: Int) -> Bool { ftruncate(raw, off_t(size)) == 0 && synchronise() }

  /// The folder of `path`, or `nil`, with `errno` set, when it cannot be opened.
  ///
  /// It reaches a file even if the folder has been moved.
  static func folder(of path: String) -> FileDescriptor? {
    let folder = TemporaryNeighbour.split(path).folder
    let raw = unsafe open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    return raw < 0 ? nil : FileDescriptor(raw: raw)
  }

  /// Removes the file in this folder whose name is the last part of `path`, if it exists.
  func remove(_ path: String) { _ = unsafe unlinkat(raw, TemporaryNeighbour.split(path).name, 0) }

  /// A second descriptor of an open file, or `nil`, with `errno` set, when there is none.
  static func duplicating(_ raw: Int32) -> FileDescriptor? {
    let copy = dup(raw)
    return copy < 0 ? nil : FileDescriptor(raw: copy)
  }

  /// What kind of file this is and its size in bytes.
  func status() -> (kind: FileKind, size: Int) {
    var status = stat()
    guard unsafe fstat(raw, &status) == 0 else { return (.other, 0) }
    return (FileKind(mode: status.st_mode), Int(status.st_size))
  }

  /// Maps the first `size` bytes, or returns `nil` where that is impossible.
  func mapped(size: Int) -> MappedBytes? {
    guard let start = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, raw, 0),
      UInt(bitPattern: start) != UInt.max
    else { return nil }
    return unsafe MappedBytes(start: start, count: size)
  }

  /// Appends the next bytes to `bytes`; returns how many, 0 at the end.
  func read(into bytes: inout [UInt8], atMost count: Int) throws(InputError) -> Int {
    var chunk = [UInt8](repeating: 0, count: count)
    while true {
      let got = unsafe Self.systemRead(raw, &chunk, count)
      if got < 0 && errno == EINTR { continue }
      if got < 0 { throw InputError(path: "-", reason: lastSystemError()) }
      bytes.append(contentsOf: chunk[..<got])
      return got
    }
  }

  /// Writes the memory of all `elements`; returns `false`, with `errno` set, when that fails.
  func write<Element: BitwiseCopyable>(_ elements: Span<Element>) -> Bool {
    unsafe elements.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let put = unsafe Self.systemWrite(raw, buffer.baseAddress?.advanced(by: done), buffer.count - done)
        if put < 0 && errno == EINTR { continue }
        if put <= 0 { return false }
        done += put
      }
      return true
    }
  }

  /// Overwrites bytes from an offset on; returns `false`, with `errno` set, when that fails.
  func overwrite(_ bytes: Span<UInt8>, at offset: Int) -> Bool {
    unsafe bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let put = unsafe pwrite(
          raw, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset + done))
        if put < 0 && errno == EINTR { continue }
        if put <= 0 { return false }
        done += put
      }
      return true
    }
  }

  /// Waits until the bytes are on the disk; `false` when that fails.
  func synchronise() -> Bool { fsync(raw) == 0 }

  // Inside the type, `read` and `write` are its own methods.
  private static let systemRead =
    unsafe read(_:_:_:) as @Sendable (Int32, UnsafeMutableRawPointer?, Int) -> Int
  private static let systemWrite = unsafe write(_:_:_:) as @Sendable (Int32, UnsafeRawPointer?, Int) -> Int
}

/// The kind of a file.
enum FileKind: Equatable {
  case regular, directory, other, missing

  init(mode: mode_t) {
    switch mode & S_IFMT {
    case S_IFREG: self = .regular
    case S_IFDIR: self = .directory
    default: self = .other
    }
  }

  /// The kind of the file at `path`, with links followed.
  init(path: String) {
    var status = stat()
    self = unsafe stat(path, &status) == 0 ? FileKind(mode: status.st_mode) : .missing
  }
}

/// Renames a file or directory, replacing a file of the new name; `false`, with `errno` set, when that fails.
func renameFile(_ old: String, to new: String) -> Bool { unsafe rename(old, new) == 0 }

/// Exchanges two names in one step; `false` where system or disk cannot.
func exchangeFiles(_ one: String, _ other: String) -> Bool {
  #if canImport(Glibc)
    // Glibc has the function, but declares it for GNU C alone.
    typealias Rename =
      @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
    guard let symbol = unsafe dlsym(nil, "renameat2") else { return false }
    let rename = unsafe unsafeBitCast(symbol, to: Rename.self)
    let renameExchange: UInt32 = 2  // RENAME_EXCHANGE of linux/fs.h
    return unsafe rename(AT_FDCWD, one, AT_FDCWD, other, renameExchange) == 0
  #elseif canImport(Darwin)
    return unsafe renamex_np(one, other, UInt32(RENAME_SWAP)) == 0
  #else
    return false
  #endif
}

/// Removes a file, if it exists.
func removeFile(_ path: String) { _ = unsafe unlink(path) }

/// Removes a directory, if it is empty.
func removeEmptyDirectory(_ path: String) { _ = unsafe rmdir(path) }

/// Creates a directory that must not exist yet; `false`, with `errno` set, when that fails.
func makeDirectory(_ path: String) -> Bool { unsafe mkdir(path, 0o777) == 0 }

/// The path with every link resolved, even if the target does not exist yet; `nil`, with `errno` set, if links form a
/// cycle.
func resolvingLinks(_ path: String) -> String? {
  var path = path
  // The number of links that Linux follows.
  for _ in 0..<40 {
    if let resolved = unsafe realpath(path, nil) {
      defer { unsafe free(resolved) }
      return unsafe String(cString: resolved)
    }
    if errno == ELOOP { return nil }
    guard let target = linkTarget(path) else { return path }
    path = target.hasPrefix("/") ? target : TemporaryNeighbour.split(path).folder + target
    path = withoutSlashes(path)
  }
  errno = ELOOP
  return nil
}

/// The path without slashes at its end.
func withoutSlashes(_ path: String) -> String {
  var path = path
  while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
  return path
}

/// The target of a link, or `nil` for anything else.
private func linkTarget(_ path: String) -> String? {
  var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
  let count = unsafe readlink(path, &bytes, bytes.count)
  return count > 0 ? String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
}

/// Whether a process with this id is running.
func isAlive(process: Int32) -> Bool { kill(process, 0) == 0 || errno != ESRCH }

/// A mapped file, unmapped when its last owner releases it.
///
/// If another process shortens the file while it is being read, this process ends: the price of not copying it.
@safe final class MappedBytes: @unchecked Sendable {
  // @unchecked because the pointer is private, the memory read-only, and unmapped only in deinit.
  private let start: UnsafeMutableRawPointer
  let count: Int

  init(start: UnsafeMutableRawPointer, count: Int) {
    unsafe self.start = start
    self.count = count
  }

  deinit { unsafe munmap(start, count) }

  /// Releases the pages that are entirely in `range`; they can be read again from the file.
  func release(_ range: Range<Int>) {
    let page = Int(getpagesize())
    let first = (max(0, range.lowerBound) + page - 1) / page * page
    let last = range.upperBound >= count ? count : range.upperBound / page * page
    if first < last { unsafe madvise(start + first, last - first, MADV_DONTNEED) }
  }

  func withBytes<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
    let first = unsafe UnsafePointer(start.assumingMemoryBound(to: UInt8.self))
    let bytes = unsafe UnsafeBufferPointer(start: first, count: count)
    return try body(unsafe bytes.span)
  }
}

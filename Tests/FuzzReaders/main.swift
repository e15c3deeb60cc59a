// Feeds every reader with damaged input: `fuzz-readers [--inputs N] [--seed S] [--reader NAME] [--cut]`.
//
// Each reader runs in a process of its own, so that a crash is seen, told with the number of the input, and passed over.
// The same seed gives the same input; `--reader NAME --from I --inputs 1` repeats one.

import Foundation

func value(_ flag: String) -> String? {
  CommandLine.arguments.firstIndex(of: flag).flatMap { CommandLine.arguments.dropFirst($0 + 1).first }
}
let isCut = CommandLine.arguments.contains("--cut")
let seed = value("--seed").flatMap { UInt64($0) } ?? 1
let first = value("--from").flatMap { Int($0) } ?? 0
let count = isCut ? 5_096 : value("--inputs").flatMap { Int($0) } ?? 200_000

let folder =
  value("--folder")
  ?? (FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : FileManager.default.temporaryDirectory.path)
  + "/doppel-fuzz-\(UUID().uuidString)"
try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
let targets = try Targets(folder: folder).all(fileByFile: isCut)

if let child = value("--child"), let number = Int(child), let status = value("--status") {
  Limits.confine()
  let worker = Worker(target: targets[number], number: number, seed: seed, statusPath: status)
  let tally = try isCut ? worker.cut(first..<first + count) : worker.mutate(first..<first + count)
  try JSONEncoder().encode(tally).write(to: URL(fileURLWithPath: status + ".tally"))
  exit(0)
}

defer { try? FileManager.default.removeItem(atPath: folder) }
var failed = false
print("reader | inputs | understood | refused | slowest (ms) | peak memory (MB)")
for (number, target) in targets.enumerated() where value("--reader").map({ $0 == target.name }) ?? true {
  var (next, end) = (first, first + count)
  var total = Worker.Tally()
  while next < end {
    let status = folder + "/status"
    let place = folder + "/child"
    try? FileManager.default.removeItem(atPath: place)
    try? FileManager.default.removeItem(atPath: status + ".tally")
    try Data().write(to: URL(fileURLWithPath: status))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
    process.arguments =
      [
        "--child", "\(number)", "--status", status, "--folder", place, "--seed", "\(seed)", "--from", "\(next)",
        "--inputs", "\(end - next)",
      ] + (isCut ? ["--cut"] : [])
    try process.run()
    process.waitUntilExit()
    if let data = try? Data(contentsOf: URL(fileURLWithPath: status + ".tally")) {
      let tally = try JSONDecoder().decode(Worker.Tally.self, from: data)
      total.inputs += tally.inputs
      total.understood += tally.understood
      total.refused += tally.refused
      total.faults += tally.faults
      total.slowest = max(total.slowest, tally.slowest)
      total.memory = max(total.memory, tally.memory)
      break
    }
    let text = (try? String(contentsOfFile: status, encoding: .utf8)) ?? ""
    let at = Int(text.trimmingCharacters(in: .whitespaces)) ?? next
    let how = process.terminationReason == .uncaughtSignal ? "signal" : "status"
    total.faults.append("input \(at): the process ended with \(how) \(process.terminationStatus)")
    total.inputs += at + 1 - next
    if total.faults.count >= 20 { break }
    next = at + 1
  }
  print(
    "\(target.name) | \(total.inputs) | \(total.understood) | \(total.refused) | \(String(format: "%.1f", total.slowest * 1e3)) | \(total.memory >> 20)"
  )
  for fault in total.faults.prefix(20) { print("  FAILED, seed \(seed), \(fault)") }
  if !total.faults.isEmpty { failed = true }
  fflush(nil)
}
exit(failed ? 1 : 0)

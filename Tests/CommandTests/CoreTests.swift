import Foundation
import Testing

/// The cores that the command computes on.
@Suite("Cores that the command computes on")
struct CoreTests: CommandSuite {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  #if os(Linux)
    // The fastest engine of the machine. Where it is oneDNN, libgomp comes with it, and with this setting binds the
    // thread that loads it to one core, and so all that this thread starts.
    private static let bound: [String: String?] = ["DOPPEL_ENGINE": nil, "OMP_PROC_BIND": "true"]

    @Test("OMP_PROC_BIND changes neither the number of threads nor the cores that they may run on")
    func boundThreads() throws {
      try run("simulate --output p --users 120 --items 60 --tastes 3 --profile-length 12")
      func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }
      func threads(_ environment: [String: String?]) throws -> Substring {
        let line = words("compare p/interactions.tsv --models popularity --metrics ndcg@10 --quiet")
        let outcome = try doppel.run(line, in: folder, environment: environment)
        return try #require(outcome.output.firstMatch(of: /seed \d+, (\d+ threads?),/)?.output.1, "\(outcome)")
      }
      #expect(try threads(Self.bound) == threads(["DOPPEL_ENGINE": nil, "OMP_PROC_BIND": nil]))

      let endless = words(
        "train p/interactions.tsv --model mult-vae --hidden 8 --latent 2 --epochs 1000000 --patience 0 --verbose "
          + "--output m")
      let training = try doppel.start(endless, in: folder, environment: Self.bound)
      let deadline = Date(timeIntervalSinceNow: 300)
      while !training.errors.contains("epoch 2"), training.process.isRunning, Date() < deadline {
        Thread.sleep(forTimeInterval: 0.02)
      }
      let tasks = "/proc/\(training.process.processIdentifier)/task"
      // A thread may end before it is looked at.
      let found = try FileManager.default.contentsOfDirectory(atPath: tasks).compactMap { cores(of: "\(tasks)/\($0)") }
      training.process.interrupt()
      #expect(try training.outcome().status == 130)
      let own = try #require(cores(of: "/proc/self"))
      #expect(!found.isEmpty && found.allSatisfy { $0 == own }, "\(found), not \(own)")
    }

    /// The cores of a process or thread, as the system writes them.
    private func cores(of place: String) -> Substring? {
      let status = try? String(contentsOfFile: place + "/status", encoding: .utf8)
      return status?.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") }
    }
  #endif
}

import Foundation
import Testing

/// A shell with the completion script of the command loaded.
struct Shell {
  let folder: TemporaryFolder
  private let program: Executable

  /// Finds bash and writes the script; `nil` where there is no bash.
  init?(in folder: TemporaryFolder) throws {
    guard let bash = ["/bin/bash", "/usr/bin/bash"].first(where: FileManager.default.isExecutableFile) else {
      return nil
    }
    program = Executable(path: bash)
    self.folder = folder
    let script = try Executable.doppel().run(["--generate-completion-script", "bash"], in: folder)
    try #require(script.status == 0)
    try folder.write(script.output, to: "completion.bash")
  }

  /// What is offered for the last of the words.
  func completions(_ words: [String]) throws -> [String] {
    let doppel = try Executable.doppel().path
    let ask = """
      source ./completion.bash
      COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
      _doppel "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let outcome = try program.run(["-c", ask, "bash", doppel] + words, in: folder)
    return outcome.output.split(separator: "\n").map(String.init)
  }
}

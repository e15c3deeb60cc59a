#!/usr/bin/env python3
"""Writes the manual page of the command from its own description of itself. Standard library only.

Run:  manual.py PROGRAM > doppel.1      (make install does it)
"""

import json
import re
import subprocess
import sys


def escaped(text):
    """Text that roff takes as it is: no line a request, no backslash an escape, no hyphen a dash."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = re.sub(r"^(?=[.'])", r"\\&", text, flags=re.MULTILINE)
    # Not every roff reads UTF-8.
    return re.sub(r"[^\x00-\x7f]", lambda found: f"\\[u{ord(found[0]):04X}]", text)


def name_of(argument):
    """An argument's names, and what follows them."""
    names = [("-" if name["kind"] == "short" else "--") + name["name"] for name in argument.get("names") or []]
    value = argument.get("valueName", "value")
    if argument["kind"] == "positional":
        return f"\\fI{escaped(value)}\\fR" + (" ..." if argument.get("isRepeating") else "")
    text = ", ".join(f"\\fB{escaped(name)}\\fR" for name in names)
    return text + (f" \\fI{escaped(value)}\\fR" if argument["kind"] == "option" else "")


def explained(argument):
    text = argument.get("abstract") or argument.get("discussion") or ""
    # One sentence a line, as roff likes it.
    text = " ".join(text.split())
    values = argument.get("allValues")
    if values:
        text += f" (values: {', '.join(values)})"
    default = argument.get("defaultValue")
    if default and "default" not in text:
        text += f" (default: {default})"
    return escaped(text)


def paragraphs(text):
    return "\n.PP\n".join(escaped(" ".join(part.split())) for part in text.split("\n\n") if part.strip())


def page(tool, version):
    lines = [f'.TH DOPPEL 1 "" "Doppel {version}" "User Commands"', ".SH NAME",
             f"doppel \\- {escaped(tool['abstract'].rstrip('.').lower())}", ".SH SYNOPSIS",
             ".B doppel\n.I command\n.RI [ options ]", ".SH DESCRIPTION", paragraphs(tool.get("discussion", ""))]
    commands = [command for command in tool["subcommands"] if command["commandName"] != "help"]
    lines.append(".SH COMMANDS")
    for command in commands:
        lines += [".TP", f".B {command['commandName']}", escaped(command["abstract"])]
    for command in commands:
        lines.append(f".SH DOPPEL {command['commandName'].upper()}")
        shown = [argument for argument in command.get("arguments", []) if argument.get("shouldDisplay", True)]
        synopsis = " ".join(name_of(argument) if argument["isOptional"] is False else f"[{name_of(argument)}]"
                            for argument in shown if argument["kind"] == "positional" or not argument["isOptional"])
        lines += [f"\\fBdoppel {command['commandName']}\\fR {synopsis} [\\fIoptions\\fR]", ".PP", escaped(command["abstract"]),
                  ".PP", paragraphs(command.get("discussion", ""))]
        section = None
        for argument in shown:
            if argument.get("sectionTitle") != section:
                section = argument.get("sectionTitle")
                lines.append(f".SS {escaped(section or 'Options')}")
            lines += [".TP", name_of(argument), explained(argument)]
    lines += [".SH EXIT STATUS", ".TP", "0", "Done.", ".TP", "64", "The command line is wrong.", ".TP", "65", "The data are bad.",
              ".TP", "66", "An input is missing or cannot be read.", ".TP", "70", "An error of the program.", ".TP", "73",
              "An output cannot be written.", ".TP", "130, 143, 138, 140",
              "Stopped by Ctrl\\-C, SIGTERM, SIGUSR1, SIGUSR2; where checkpoints are kept, after one.",
              ".SH ENVIRONMENT", ".TP", ".B DOPPEL_ENGINE", "The library that computes products; \\fBdoppel doctor\\fR lists those that there are.",
              ".TP", ".B NO_COLOR", "No colours on terminals."]
    return "\n".join(line for line in lines if line) + "\n"


def main():
    program = sys.argv[1]
    description = json.loads(subprocess.run([program, "--experimental-dump-help"], capture_output=True, check=True).stdout)
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    sys.stdout.write(page(description["command"], version))


if __name__ == "__main__":
    main()

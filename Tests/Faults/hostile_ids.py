#!/usr/bin/env python3
"""Data whose ids are HTML, quotes, tabs, escapes and 10 kB long goes through every command and comes back unchanged.

A line feed inside an id cannot be written in any of the line formats, quoted or not; such a file is refused, and the
script checks that. Tabs are written in comma-separated columns. Commands that this version has not are passed over.
"""

import csv
import html.parser
import json
import os
import random
import re
import subprocess

import common

STRANGE = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</script><script>alert(2)</script>", "a&amp;b<br>", "<!--",
    "javascript:alert(1)", "'; DROP TABLE users; --", "{{7*7}}${7*7}", "=cmd|'/C calc'!A0", "quote\"in\"side", "'single'",
    "comma,inside", "semi;colon", "back\\slash\\n", "../../etc/passwd", "%s%n%x", "\u202eright-to-left\u202c", "\u2067isolate\u2069",
    "e\u0301 and \u00e9", "\U0001F600\U0001F468\u200D\U0001F469", "zero\u200bwidth", "\ufeffmark inside", " blanks ", "nan", "NULL", "-1", "0",
    "--help", "x" * 10_000, "<b>" * 3_000, "]]>", "`rm -rf /`", "$(reboot)", "item\u2028line\u2029paragraph", "\u0085next line",
    "C1 \u009b31m red",
]
CONTROL = ["\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "bell\x07", "nul\x00byte", "tab\tinside", "carriage\rreturn"]


class Tags(html.parser.HTMLParser):
    """Whether a page holds an element or attribute that came from an id."""

    def __init__(self):
        super().__init__()
        self.bad = []

    def handle_starttag(self, tag, attributes):
        if any(name in ("onerror", "onload") for name, _ in attributes):
            self.bad.append((tag, attributes))
        if tag == "img" and ("src", "x") in attributes:
            self.bad.append((tag, attributes))


def main():
    options = common.arguments(__doc__, seed=(1, "of the interactions"))
    random.seed(options.seed)
    folder, doppel, faults = common.folder(), options.doppel, []
    commands = [line.split()[0] for line in common.run(doppel, "--help", cwd=folder).stdout.splitlines()
                if re.match(r"  [a-z]+  ", line)]
    ran, refused = [], 0

    def write(path, items, users):
        rows = []
        for number, user in enumerate(users):
            taste = random.Random(number % 4).sample(items, len(items) * 2 // 3)
            for item in random.sample(taste, min(len(taste), 14)):
                rows.append((user, item, random.randint(1, 5), 1_000_000 + len(rows)))
        with open(os.path.join(folder, path), "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerow(["userId", "itemId", "rating", "timestamp"])
            writer.writerows(rows)

    # Ids with control characters cannot stand one a line in items.txt and are refused, each for itself.
    for control in [*CONTROL, "line\nfeed"]:
        write("control.csv", [control, "plain", *map(str, range(20))], [f"u{n}" for n in range(60)])
        done = common.run(doppel, "train", "control.csv", "--model", "popularity", "--output", "c", cwd=folder)
        if done.returncode == 65:
            refused += 1
            if any(ord(letter) < 32 and letter != "\n" for letter in done.stderr):
                faults.append(f"{control!r}: the message itself has control characters: {done.stderr!r}")
        elif done.returncode == 0:
            found = open(folder + "/c/items.txt", encoding="utf-8", newline="").read().split("\n")
            if control not in found:
                faults.append(f"{control!r} did not come back: exit 0")
        else:
            faults.append(f"{control!r}: ended with {done.returncode}: {done.stderr}")

    items = STRANGE + [f"film {n}" for n in range(20)]
    users = [f"<u{n}>\u202e\"'&" + ("y" * 10_000 if n == 3 else "") for n in range(150)] + STRANGE
    write("data.csv", items, users)

    def step(*words, code=0, save=None):
        if words[0] not in commands:
            return None
        done = common.run(doppel, *words, cwd=folder)
        ran.append(" ".join(map(str, words[:2])))
        if done.returncode != code:
            faults.append(f"{words[0]}: ended with {done.returncode}: {done.stderr[-300:]}")
            return None
        if save:
            open(os.path.join(folder, save), "w").write(done.stdout)
        return done

    def supports(command, flag):
        return flag in common.run(doppel, command, "--help", cwd=folder).stdout

    small = ["--hidden", 8, "--latent", 4, "--epochs", 3]
    for model in ("popularity", "ae", "cdae", "mult-vae", "user-autorec"):
        flags = [] if model == "popularity" else ["--latent", 4, "--epochs", 3]
        step("train", "data.csv", "--model", model, "--output", "m-" + model, "--checkpoint-every", 1, *flags)
        if os.path.exists(folder + f"/m-{model}/items.txt"):
            found = open(folder + f"/m-{model}/items.txt", encoding="utf-8", newline="").read().split("\n")[:-1]
            if set(found) != set(items):
                faults.append(f"{model}: items.txt has other ids: {set(found) ^ set(items)}")
        if os.path.exists(folder + f"/m-{model}/users.txt"):
            found = open(folder + f"/m-{model}/users.txt", encoding="utf-8", newline="").read().split("\n")[:-1]
            if set(found) != set(users):
                faults.append(f"{model}: users.txt has other ids")
    report = ["--report", "compare.html"] if supports("compare", "--report") else []
    done = step("compare", "data.csv", "--models", "popularity,ae,mult-vae", "--per-user", "users.tsv", "--log", "log.csv", *small, "--json", *report)
    if done:
        json.loads(done.stdout)
        found = {line.split("\t")[0] for line in open(folder + "/users.tsv", encoding="utf-8", newline="").read().split("\n")[1:-1]}
        if not found or not found <= set(users):
            faults.append(f"compare: users nobody has: {list(found - set(users))[:3]}")
    done = step("evaluate", "m-mult-vae", "data.csv", "--json")
    if done:
        json.loads(done.stdout)
    done = step("recommend", "m-mult-vae", "--users", "data.csv", "-k", 3)
    if done:
        for line in done.stdout.split("\n")[1:-1]:
            cells = line.split("\t")
            if len(cells) != 3 or cells[0] not in users or cells[1] not in items:
                faults.append(f"recommend: a line that is none: {line[:80]!r}")
    done = step("encode", "m-mult-vae", "data.csv", "--output", "codes.tsv")
    if done:
        found = [line.split("\t")[0] for line in open(folder + "/codes.tsv", encoding="utf-8", newline="").read().split("\n")[1:-1]]
        if set(found) != set(users):
            faults.append("encode: other users")
    done = step("sample", "m-mult-vae", "--from", "prior", "--users", 40, "--output", "synthetic.tsv")
    if done:
        found = {line.split("\t")[1] for line in open(folder + "/synthetic.tsv", encoding="utf-8", newline="").read().split("\n")[1:-1]}
        if not found <= set(items):
            faults.append("sample: items nobody has")
        step("audit", "--real", "data.csv", "--synthetic", "synthetic.tsv",
             *(["--report", "audit.html"] if supports("audit", "--report") else []))
    step("inspect", "m-mult-vae", "m-ae", "data.csv", "--report", "inspect.html")
    pages = [name for name in os.listdir(folder) if name.endswith(".html")]
    for page in pages:
        text = open(os.path.join(folder, page), encoding="utf-8").read()
        tags = Tags()
        tags.feed(text)
        if tags.bad or "<script>alert(" in text or "<b><b>" in text:
            faults.append(f"{page}: an id became markup: {tags.bad[:2]}")
    # On a terminal every control and bidirectional character is written as an escape.
    if os.path.exists("/usr/bin/script"):
        line = f"{doppel} recommend m-mult-vae --users data.csv -k 30"
        shown = subprocess.run(["script", "-qec", line, "/dev/null"], cwd=folder, capture_output=True).stdout.decode("utf-8", "replace")
        bad = {hex(ord(letter)) for letter in shown
               if (ord(letter) < 32 and letter not in "\r\n\t") or 0x7F <= ord(letter) <= 0x9F or letter in "\u202e\u202c\u2067\u2069"}
        ran.append("recommend on a terminal")
        if bad or "\\u{202e}" not in shown:
            faults.append(f"terminal: {bad}")
    print(f"{len(items)} items, {len(users)} users; {len(ran)} commands: {', '.join(ran)}; pages: {', '.join(pages) or 'none'}; "
          f"{refused} of {len(CONTROL) + 1} ids with control characters refused with 65")
    common.finish(faults)


main()

#!/usr/bin/env python3
"""Data whose ids are HTML, quotes, tabs, escapes and 10 kB long goes through every command and comes back unchanged.

Report pages must have elements of the same kinds, with the same attributes, as those of the same data under dull names. A line feed
inside an id cannot be written in any of the line formats, quoted or not; such a file is refused, and the script checks that.
Tabs are written in comma-separated columns.
"""

import csv
import html.parser
import json
import os
import pty
import random
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
    """The elements of a page with their attributes' names, and what may never be among them."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.bad = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, *(name for name, _ in attributes)))
        for name, value in attributes:
            if name.startswith("on") or name in ("href", "src") and (value or "").strip().lower().startswith("javascript:"):
                self.bad.append((tag, name, value))

    def handle_endtag(self, tag):
        self.elements.append("/" + tag)


class Session:
    """Every command on one data set, in a folder of its own."""

    def __init__(self, doppel, folder, rows):
        self.doppel, self.folder, self.ran, self.faults = doppel, folder, [], []
        os.mkdir(folder)
        write(self.path("data.csv"), rows)
        self.items, self.users = {row[1] for row in rows}, {row[0] for row in rows}
        for model in ("popularity", "ae", "cdae", "mult-vae", "user-autorec"):
            flags = [] if model == "popularity" else ["--latent", 4, "--epochs", 3, "--checkpoint-every", 1]
            self.step("train", "data.csv", "--model", model, "--output", model, *flags)
            self.expect(f"{model}: items.txt", self.lines(f"{model}/items.txt"), self.items)
            if model == "cdae":
                self.expect(f"{model}: users.txt", self.lines(f"{model}/users.txt"), self.users)
        small = ["--hidden", 8, "--latent", 4, "--epochs", 3]
        json.loads(self.step("compare", "data.csv", "--models", "popularity,ae,mult-vae", "--per-user", "users.tsv", "--log",
                             "log.csv", "--json", "--report", "compare.html", *small))
        self.expect("compare: users", self.cells("users.tsv", 0), self.users, all_of_them=False)
        json.loads(self.step("compare", "data.csv", "--generative", "--models", "ae,mult-vae", "--json", *small))
        json.loads(self.step("evaluate", "mult-vae", "data.csv", "--json"))
        lines = self.step("recommend", "mult-vae", "--users", "data.csv", "-k", 3).split("\n")[1:-1]
        if not lines or any(len(line.split("\t")) != 3 for line in lines):
            self.faults.append("recommend: a line that is none")
        self.expect("recommend: users", {line.split("\t")[0] for line in lines}, self.users)
        self.expect("recommend: items", {line.split("\t")[1] for line in lines}, self.items, all_of_them=False)
        self.step("encode", "mult-vae", "data.csv", "--output", "codes.tsv")
        self.expect("encode: users", self.cells("codes.tsv", 0), self.users)
        self.step("sample", "mult-vae", "--from", "prior", "--users", 40, "--output", "synthetic.tsv")
        self.expect("sample: items", self.cells("synthetic.tsv", 1), self.items, all_of_them=False)
        self.step("audit", "--real", "data.csv", "--synthetic", "synthetic.tsv", "--report", "audit.html")
        self.step("inspect", "mult-vae", "ae", "data.csv", "--report", "inspect.html")

    def path(self, name):
        return os.path.join(self.folder, name)

    def step(self, *words):
        done = common.run(self.doppel, *words, cwd=self.folder)
        self.ran.append(" ".join(map(str, words[:2])))
        if done.returncode != 0:
            self.faults.append(f"{words[0]}: ended with {done.returncode}: {done.stderr[-300:]}")
        return done.stdout

    def expect(self, what, found, known, all_of_them=True):
        if not found or not (found == known if all_of_them else found <= known):
            self.faults.append(f"{what}: other ids: {[id[:40] for id in found ^ known][:3]}")

    def lines(self, name):
        with open(self.path(name), encoding="utf-8", newline="") as file:
            return set(file.read().split("\n")[:-1])

    def cells(self, name, column):
        with open(self.path(name), encoding="utf-8", newline="") as file:
            return {line.split("\t")[column] for line in file.read().split("\n")[1:-1]}

    def page(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(["userId", "itemId", "rating", "timestamp"])
        writer.writerows(rows)


def interactions(items, users):
    rows = []
    for number, user in enumerate(users):
        taste = random.Random(number % 4).sample(items, len(items) * 2 // 3)
        for item in random.sample(taste, min(len(taste), 14)):
            rows.append((user, item, random.randint(1, 5), 1_000_000 + len(rows)))
    return rows


def on_terminal(words, folder):
    """What a program writes to a terminal."""
    terminal, device = pty.openpty()
    process = subprocess.Popen(words, cwd=folder, stdin=device, stdout=device, stderr=device)
    os.close(device)
    shown = b""
    while True:
        try:
            part = os.read(terminal, 65_536)
        except OSError:  # Linux says so when no one has the terminal open any more.
            part = b""
        if not part:
            break
        shown += part
    process.wait()
    os.close(terminal)
    return shown.decode("utf-8", "replace")


def main():
    options = common.arguments(__doc__, seed=(1, "of the interactions"))
    random.seed(options.seed)
    folder, doppel, faults, refused = common.folder(), options.doppel, [], 0

    # Ids with control characters cannot stand one a line in items.txt and are refused, each for itself.
    for control in [*CONTROL, "line\nfeed"]:
        write(folder + "/control.csv", interactions([control, "plain", *map(str, range(20))], [f"u{n}" for n in range(60)]))
        done = common.run(doppel, "train", "control.csv", "--model", "popularity", "--output", "c", cwd=folder)
        if done.returncode != 65:
            faults.append(f"{control!r}: ended with {done.returncode}: {done.stderr}")
        elif any(ord(letter) < 32 and letter != "\n" for letter in done.stderr):
            faults.append(f"{control!r}: the message itself has control characters: {done.stderr!r}")
        else:
            refused += 1

    items = STRANGE + [f"film {n}" for n in range(20)]
    users = [f"<u{n}>\u202e\"'&" + ("y" * 10_000 if n == 3 else "") for n in range(150)] + STRANGE
    rows = interactions(items, users)
    strange = Session(doppel, folder + "/strange", rows)
    # The same data under dull names of the same lengths: an id that became markup would bring elements of another kind, or
    # one more script. (How many elements there are also depends on the clock, by the axes of seconds.)
    films, people = ({id: f"{number}{kind}".ljust(len(id), "x") for number, id in enumerate(ids)}
                     for kind, ids in (("film", items), ("user", users)))
    dull = Session(doppel, folder + "/dull", [(people[row[0]], films[row[1]], *row[2:]) for row in rows])
    faults += strange.faults + [f"with dull ids, {fault}" for fault in dull.faults]
    elements = {}
    for page in ("compare.html", "audit.html", "inspect.html"):
        found, expected = Tags(strange.page(page)), Tags(dull.page(page))
        elements[page] = len(found.elements)
        if set(found.elements) != set(expected.elements):
            faults.append(f"{page}: elements of other kinds: {set(found.elements) ^ set(expected.elements)}")
        for tag in ("/script", "/style", "/table", "/section"):
            if found.elements.count(tag) != expected.elements.count(tag):
                faults.append(f"{page}: {found.elements.count(tag)} times {tag}, {expected.elements.count(tag)} with dull ids")
        if found.bad:
            faults.append(f"{page}: an id became an attribute: {found.bad[:2]}")

    # On a terminal every control and bidirectional character is written as an escape.
    shown = on_terminal([doppel, "recommend", "mult-vae", "--users", "data.csv", "-k", "30"], strange.folder)
    bad = {hex(ord(letter)) for letter in shown
           if (ord(letter) < 32 and letter not in "\r\n\t") or 0x7F <= ord(letter) <= 0x9F or letter in "\u202e\u202c\u2067\u2069"}
    if bad or "\\u{202e}" not in shown:
        faults.append(f"terminal: {bad}")
    print(f"{len(items)} items, {len(users)} users; {len(strange.ran)} commands, and one on a terminal: {', '.join(strange.ran)}; "
          f"elements of the pages, of the same kinds as with dull ids: {elements}; "
          f"{refused} of {len(CONTROL) + 1} ids with control characters refused with 65")
    common.finish(faults)


main()

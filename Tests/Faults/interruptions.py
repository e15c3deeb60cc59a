#!/usr/bin/env python3
"""Interrupts trainings, comparisons, samples and audits at random moments.

SIGINT, SIGTERM, SIGUSR1 and SIGUSR2 in turn, on one and two threads, trainings with and without checkpoints, on the fastest
engine there is. Every run must end with the code of its signal (or with 0, when nothing was left to interrupt), leave
nothing unfinished behind and nothing that differs from an undisturbed run's, and every training with checkpoints must
resume to the same bytes.
"""

import argparse
import collections
import glob
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import common

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGUSR1: 138, signal.SIGUSR2: 140}


class Case:
    """A command, what it writes, and whether it has checkpoints."""

    def __init__(self, name, words, outputs, checkpoints=False):
        self.name, self.words, self.outputs, self.checkpoints = name, words, outputs, checkpoints
        self.seconds, self.whole = {}, {}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("doppel", help="the command under test")
    parser.add_argument("--count", type=int, default=200, help="how many interruptions (default 200)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default 1)")
    parser.add_argument("--data", help="interactions to train on (default: a simulated population)")
    parser.add_argument("--min-rating", help="likes among them, where they have ratings")
    parser.add_argument("--epochs", type=int, default=12, help="of each training (default 12)")
    options = parser.parse_args()
    options.doppel = os.path.abspath(options.doppel)
    return options


def cases(data, reading, epochs):
    length = ["--epochs", str(epochs), "--patience", "0"]

    def train(model, *flags):
        return ["train", data, *reading, "--model", model, "--output", "OUT/m", *length, *flags]

    keeping = ["--checkpoint-every", "4", "--resume"]
    return [
        Case("train mult-vae, checkpoints", train("mult-vae", *keeping), ["m"], True),
        Case("train mult-vae", train("mult-vae"), ["m"]),
        Case("train cdae, checkpoints", train("cdae", "--no-refit", *keeping), ["m"], True),
        Case("train ae", train("ae", "--latent", "100"), ["m"]),
        Case("compare", ["compare", data, *reading, "--models", "popularity,dae,mult-vae", *length, "--per-user",
                         "OUT/users.tsv", "--report", "OUT/report.html", "--log", "OUT/log.csv"], ["users.tsv"]),
        Case("sample", ["sample", "model", "--from", "prior", "--users", "20000", "--output", "OUT/made-up.tsv"],
             ["made-up.tsv"]),
        Case("audit", ["audit", "--real", "real.tsv", "--holdout", "holdout.tsv", "--synthetic", "synthetic.tsv",
                       "--tstr-only", "--utility-epochs", str(epochs), "--report", "OUT/audit.html"], []),
    ]


def digest(path):
    if os.path.isdir(path):
        return common.digest(path)
    return hashlib.sha256(open(path, "rb").read()).hexdigest()


def start(options, case, threads, folder, out):
    words = [word.replace("OUT", out) for word in case.words]
    errors = open(os.path.join(folder, out + ".err"), "w+")
    process = subprocess.Popen([options.doppel, *words, "--threads", str(threads)], cwd=folder,
                               stdout=subprocess.DEVNULL, stderr=errors)
    return process, errors


def text(errors):
    errors.seek(0)
    return errors.read()


def whole(options, case, threads, folder):
    """An undisturbed run: its seconds, and on the first time its outputs."""
    out = f"whole{threads}"
    os.mkdir(os.path.join(folder, out))
    begun = time.monotonic()
    process, errors = start(options, case, threads, folder, out)
    if process.wait() != 0:
        sys.exit(f"{case.name} ended with {process.returncode}: {text(errors)}")
    case.seconds[threads] = time.monotonic() - begun
    for name in case.outputs:
        found = digest(os.path.join(folder, out, name))
        if case.whole.setdefault(name, found) != found:
            sys.exit(f"{case.name}: other bytes on {threads} threads")
    shutil.rmtree(os.path.join(folder, out))


def unfinished(folder):
    return [path for pattern in ("*", "*/*", "*/*/*")
            for path in glob.glob(os.path.join(folder, os.path.dirname(pattern), ".*"))]


def check(case, folder, out, code, wanted, said):
    """What is wrong after an interruption."""
    if code not in (wanted, 0):
        yield f"ended with {code} instead of {wanted}: {said[:200]}"
    left = unfinished(folder)
    if left:
        yield f"left behind {left}"
    for name in case.outputs:
        path = os.path.join(folder, out, name)
        if os.path.exists(path):
            partial = os.path.isdir(path) and os.listdir(path) == ["checkpoint.safetensors"]
            if not (partial and case.checkpoints) and digest(path) != case.whole[name]:
                yield f"{name} is not what an undisturbed run writes"
        elif code == 0:
            yield f"ended with 0 without {name}"
    kept = os.path.join(folder, out, "m", "checkpoint.safetensors")
    if case.checkpoints and "--resume continues" in said and not os.path.exists(kept):
        yield "names a checkpoint that is not there"


def prepare(options, folder):
    """Makes the data, a model to draw from and the three files of an audit; returns the data and how they are read."""
    data, reading = os.path.abspath(options.data) if options.data else None, []
    if not data:
        data = common.population(options.doppel, folder, users=3000, items=1500)
    if options.min_rating:
        reading = ["--min-rating", options.min_rating]

    def made(*words):
        done = common.run(options.doppel, *words, cwd=folder)
        if done.returncode != 0:
            sys.exit(f"{words[0]} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    made("train", data, *reading, "--model", "mult-vae", "--output", "model", "--epochs", "3", "--patience", "0", "--quiet")
    for name, seed in [("real", 1), ("holdout", 2), ("synthetic", 3)]:
        made("sample", "model", "--from", "prior", "--users", "600", "--seed", seed, "--output", name + ".tsv")
    engine = json.loads(made("compare", data, *reading, "--models", "popularity", "--json", "--quiet"))["engine"]
    return data, reading, engine


def main():
    options = arguments()
    # Who was started in the background has SIGINT ignored, and so would every child. A handler is not inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in CODES:
        if number != signal.SIGINT:
            signal.signal(number, signal.SIG_DFL)
    random.seed(options.seed)
    folder = common.folder()
    data, reading, engine = prepare(options, folder)
    table = cases(data, reading, options.epochs)
    for case in table:
        for threads in (1, 2):
            whole(options, case, threads, folder)

    faults, codes, done, early, resumed, tries = [], collections.Counter(), 0, 0, 0, 0
    by_case = collections.Counter()
    while done < options.count:
        case = table[done % len(table)]
        number = list(CODES)[random.randrange(len(CODES))]
        threads = 1 + random.randrange(2)
        out = f"run{tries}"
        tries += 1
        os.mkdir(os.path.join(folder, out))
        process, errors = start(options, case, threads, folder, out)
        time.sleep(random.uniform(0, case.seconds[threads]))
        if process.poll() is not None:
            # It was faster than the moment drawn: once more.
            shutil.rmtree(os.path.join(folder, out))
            if tries > 20 * options.count:
                sys.exit("the runs are too short to be interrupted")
            continue
        process.send_signal(number)
        try:
            code = process.wait(timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        # Until the process has blocked its signals the system ends it.
        early += code == -number
        # As a shell says it, with the numbers of Linux.
        code = code if code >= 0 else CODES[number] if code == -number else 128 - code
        wrong = list(check(case, folder, out, code, CODES[number], text(errors)))
        codes[code] += 1
        by_case[case.name] += 1
        if case.checkpoints and not wrong:
            process, errors = start(options, case, 3 - threads, folder, out)
            code = process.wait()
            if code != 0:
                wrong.append(f"resume ended with {code}: {text(errors)[-300:]}")
            elif digest(os.path.join(folder, out, "m")) != case.whole["m"]:
                wrong.append("resumed to other bytes than the undisturbed run's")
            else:
                resumed += 1
        if wrong:
            faults.append(f"interruption {done} ({case.name}, {threads} threads, {signal.Signals(number).name}): "
                          + "; ".join(wrong))
            for path in unfinished(folder):
                shutil.rmtree(path, True) if os.path.isdir(path) else os.remove(path)
        done += 1
        shutil.rmtree(os.path.join(folder, out))
    print(f"{engine}; {done} interruptions: " + ", ".join(f"{count} {name}" for name, count in by_case.items()) + ".")
    print("Codes: " + ", ".join(f"{count} × {code}" for code, count in sorted(codes.items()))
          + f"; {early} of them before the signals were blocked. {resumed} resumed to the same bytes.")
    print(f"{done - len(faults)} of {done} as they should be.")
    common.finish(faults)


main()

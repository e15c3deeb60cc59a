#!/usr/bin/env python3
"""Kills searches for settings with SIGKILL at random moments, resumes them, and compares every byte of the journal and of the file
of the best settings.

A search is killed one to three times before it is left to finish. At every third kill, half of a record is put behind the
journal as well, as a write that did not come through leaves it.
"""

import os
import random
import signal
import subprocess
import time

import common

FLAGS = ["--models", "ease,mult-dae,mult-vae", "--epochs", "24", "--latent", "16", "--trials", "12"]


def main():
    options = common.arguments(__doc__, searches=(50, "how many searches are killed"), seed=(1, "of the moments"))
    random.seed(options.seed)
    folder = common.folder()
    data = common.population(options.doppel, folder, users=150, items=100)

    def words(name):
        return [options.doppel, "tune", data, *FLAGS, "--journal", f"{name}.jsonl", "--output", f"{name}.yaml", "--quiet"]

    def content(name):
        return [open(os.path.join(folder, name + ending), "rb").read() for ending in (".jsonl", ".yaml")]

    start = time.monotonic()
    subprocess.run(words("whole"), cwd=folder, check=True, capture_output=True)
    seconds = time.monotonic() - start
    # The number of threads is nothing that a result depends on.
    subprocess.run(words("one") + ["--threads", "1"], cwd=folder, check=True, capture_output=True)
    undisturbed = content("whole")
    faults = [] if content("one") == undisturbed else ["other bytes with one thread"]

    kills, late = 0, 0
    for number in range(options.searches):
        name, wanted, killed = f"s{number}", random.choice([1, 1, 2, 3]), 0
        journal = os.path.join(folder, name + ".jsonl")
        while killed < wanted:
            process = subprocess.Popen(
                words(name) + ["--resume"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(random.uniform(0, seconds))
            if process.poll() is not None:
                late += 1
                break
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed += 1
            if (number + killed) % 3 == 0 and os.path.exists(journal):
                with open(journal, "ab") as file:
                    file.write(b'{"complete":true,"epochs":')
        kills += killed
        last = subprocess.run(words(name) + ["--resume"], cwd=folder, capture_output=True, text=True)
        if last.returncode != 0:
            faults.append(f"search {number}: resume ended with {last.returncode}: {last.stderr}")
        elif content(name) != undisturbed:
            faults.append(f"search {number}: other bytes than the undisturbed search")
    print(f"{options.searches} searches of {seconds:.1f} s, {kills} kills, {late} ended before their kill. "
          f"{options.searches - len(faults)} came to the same journal and settings.")
    common.finish(faults)


main()

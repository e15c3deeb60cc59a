"""What the fault scripts share. Standard library only."""

import argparse
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile

# How the contract ends: done, command line, data, input, output, interrupted by Ctrl-C, SIGUSR1, SIGUSR2, SIGTERM.
CODES = {0, 64, 65, 66, 73, 130, 138, 140, 143}


def arguments(text, **numbers):
    parser = argparse.ArgumentParser(description=text)
    parser.add_argument("doppel", help="the command under test")
    for name, (default, what) in numbers.items():
        parser.add_argument("--" + name, type=int, default=default, help=f"{what} (default {default})")
    options = parser.parse_args()
    options.doppel = os.path.abspath(options.doppel)
    return options


def folder():
    path = tempfile.mkdtemp(prefix="doppel-faults-")
    import atexit
    atexit.register(shutil.rmtree, path, True)
    return path


def run(doppel, *words, cwd, env=None, timeout=300):
    return subprocess.run(
        [doppel, *map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=timeout,
        errors="replace", env={**os.environ, **(env or {})})


def population(doppel, cwd, users=200, items=120, **more):
    words = ["simulate", "--output", "p", "--users", users, "--items", items, "--tastes", 3,
             "--profile-length", 12]
    done = run(doppel, *words, cwd=cwd)
    if done.returncode != 0:
        sys.exit(f"simulate ended with {done.returncode}: {done.stderr}")
    return "p/interactions.tsv"


def digest(path):
    """Every file of a directory with the hash of its bytes."""
    return {name: hashlib.sha256(open(os.path.join(path, name), "rb").read()).hexdigest()
            for name in sorted(os.listdir(path))}


def finish(faults):
    for fault in faults[:20]:
        print("FAILED:", fault)
    sys.exit(1 if faults else 0)

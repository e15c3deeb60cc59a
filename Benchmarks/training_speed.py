#!/usr/bin/env python3
"""Training speed of Mult-VAE: Doppel against PyTorch, in turn on one machine and the same synthetic data.

Set-up:  python3 -m venv .venv && .venv/bin/pip install -r requirements.txt, and build Doppel for release
Run:     .venv/bin/python training_speed.py --doppel PATH [--runs 5] [--bf16]  (leave the machine alone meanwhile)
Other shapes: --items 200000 --hidden 200 --batch 256, or --items 1682 --users 943

The data are those pytorch_multvae.py makes for itself: same NumPy generator, same seed. Doppel's item list is what
occurs in its training users, so each item the draw left out is given to one user, spread evenly over the users (a few
interactions in 350,000). An item seen only in the handful of users held out may still be missing.

One run is Doppel, PyTorch `common`, PyTorch `best`, with --bf16 also Doppel and `best` in bfloat16, and the runs follow one another, so that a slow spell of the machine
meets all three. Users a second are those of the last epoch. Ratios are taken within a run; their median is given.
Peak memory is the maximum resident set of the process as the system reports it (wait4); values near this script's own
size, which is printed, mean "no more than that".
"""
import argparse
import csv
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile

import numpy as np


def write_data(path, users, items, interactions):
    rng = np.random.default_rng(0)
    rows = [np.unique((items * rng.random(max(1, rng.poisson(interactions))) ** 2).astype(np.int64)) for _ in range(users)]
    missing = np.setdiff1d(np.arange(items), np.concatenate(rows))
    for n, item in enumerate(missing):
        user = n * users // len(missing)
        rows[user] = np.append(rows[user], item)
    with open(path, "w") as file:
        file.write("user\titem\n")
        for user, row in enumerate(rows):
            file.writelines(f"{user}\t{item}\n" for item in row)
    print(f"{users} users, {items} items, {sum(map(len, rows))} interactions, {len(missing)} of them added", flush=True)


def megabytes(usage):
    return usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def run(command):
    """What the command printed, and its peak memory in MB."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"exit code {process.returncode}: {' '.join(map(str, command))}\n{output}")
    return output, megabytes(usage)


def doppel(options, data, directory, bf16=False):
    directory = pathlib.Path(tempfile.mkdtemp(dir=directory))  # a fresh one: nothing to overwrite or resume
    log = directory / "log.csv"
    _, memory = run([
        options.doppel, "train", data, "--model", "mult-vae", "--epochs", str(options.epochs), "--batch-size", str(options.batch),
        "--hidden", str(options.hidden), "--latent", str(options.latent), "--precision", "bf16" if bf16 else "f32", "--beta", "0.2", "--annealing-steps", "0", "--no-refit",
        "--held-out", "0.001", "--threads", str(options.threads), "--output", directory / "model", "--log", log, "--quiet"])
    with open(log, newline="") as file:
        last = list(csv.DictReader(file))[-1]
    return float(last["users"]) / float(last["seconds"]), memory


def pytorch(options, variant, bf16=False):
    output, memory = run([
        sys.executable, options.bench, "--variant", variant, *(["--bf16"] if bf16 else []), "--batch", str(options.batch),
        "--hidden", str(options.hidden), "--latent", str(options.latent), "--epochs", str(options.epochs), "--threads", str(options.threads),
        "--users", str(options.users), "--items", str(options.items), "--interactions", str(options.interactions)])
    return float(re.search(r"([\d.]+) users/s", output)[1]), memory


def compare(options, sides):
    """Runs the sides in turn on the same data; prints users a second, peaks, and how many times as fast Doppel is, run by run."""
    speed, memory = ({name: [] for name in sides} for _ in range(2))
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        data = directory / "interactions.tsv"
        write_data(data, options.users, options.items, options.interactions)
        print(f"this script: {megabytes(resource.getrusage(resource.RUSAGE_SELF)):.0f} MB", flush=True)
        for number in range(options.runs):
            for name in sides:
                users, peak = sides[name](data, directory)
                speed[name].append(users)
                memory[name].append(peak)
                print(f"run {number + 1}  {name:12}{users:8.0f} users/s{peak:8.0f} MB", flush=True)

    print()
    for name in sides:
        line = f"{name:12} median {statistics.median(speed[name]):6.0f} users/s, peak {max(memory[name]):5.0f} MB"
        ours = "doppel bf16" if name.endswith("bf16") else "doppel"
        if name != ours:
            ratios = [mine / theirs for mine, theirs in zip(speed[ours], speed[name])]
            line += f", {ours} is {statistics.median(ratios):.2f} times as fast ({min(ratios):.2f} to {max(ratios):.2f})"
        print(line)


def add_shape(parser):
    """The flags for threads, data and layers; the defaults are the width of MovieLens 20M."""
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    for name, size in [
            ("users", 5000), ("items", 20108), ("interactions", 70), ("batch", 500), ("hidden", 600), ("latent", 200)]:
        parser.add_argument(f"--{name}", type=int, default=size)


def main():
    p = argparse.ArgumentParser(description="Training speed of Mult-VAE: Doppel against PyTorch on the same data.")
    p.add_argument("--doppel", type=pathlib.Path, required=True, help="the executable, built for release")
    p.add_argument("--bench", type=pathlib.Path, default=pathlib.Path(__file__).with_name("pytorch_multvae.py"))
    p.add_argument("--runs", type=int, default=3)
    p.add_argument("--epochs", type=int, default=3)
    add_shape(p)
    p.add_argument("--bf16", action="store_true", help="also Doppel and `best` with products in bfloat16")
    options = p.parse_args()
    options.doppel = options.doppel.resolve()

    sides = {
        "doppel": lambda data, folder: doppel(options, data, folder),
        "common": lambda data, folder: pytorch(options, "common"),
        "best": lambda data, folder: pytorch(options, "best"),
    }
    if options.bf16:
        sides["doppel bf16"] = lambda data, folder: doppel(options, data, folder, bf16=True)
        sides["best bf16"] = lambda data, folder: pytorch(options, "best", bf16=True)
    compare(options, sides)


if __name__ == "__main__":
    main()

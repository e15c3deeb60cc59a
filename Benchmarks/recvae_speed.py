#!/usr/bin/env python3
"""Training speed of RecVAE: Doppel against PyTorch, in turn on one machine and the same synthetic data.

Set-up:  python3 -m venv .venv && .venv/bin/pip install -r requirements.txt, and build Doppel for release
Run:     .venv/bin/python recvae_speed.py --doppel PATH [--runs 5]  (leave the machine alone meanwhile)

The data and the way of measuring are those of training_speed.py. One run is Doppel, PyTorch `common`, PyTorch `best`
(pytorch_recvae.py), one after the other. Users a second are those of the last three encoder epochs and the decoder epoch
after them; ratios are taken within a run, and their median is given.
"""
import argparse
import csv
import pathlib
import re
import sys
import tempfile

from training_speed import add_shape, compare, run


def doppel(options, data, directory):
    directory = pathlib.Path(tempfile.mkdtemp(dir=directory))  # a fresh one: nothing to overwrite or resume
    log = directory / "log.csv"
    _, memory = run([
        options.doppel, "train", data, "--model", "rec-vae", "--epochs", str(4 * options.cycles), "--batch-size", str(options.batch),
        "--latent", str(options.latent), "--hidden", str(options.hidden), "--gamma", "0.005", "--no-refit",
        "--held-out", "0.001", "--threads", str(options.threads), "--output", directory / "model", "--log", log, "--quiet"])
    with open(log, newline="") as file:
        last = list(csv.DictReader(file))[-4:]
    return sum(float(row["users"]) for row in last) / sum(float(row["seconds"]) for row in last), memory


def pytorch(options, variant):
    output, memory = run([
        sys.executable, pathlib.Path(__file__).with_name("pytorch_recvae.py"), "--variant", variant,
        *(f"--{name}={getattr(options, name)}"
          for name in ("batch", "hidden", "latent", "cycles", "threads", "users", "items", "interactions"))])
    return float(re.search(r"([\d.]+) users/s", output)[1]), memory


def main():
    p = argparse.ArgumentParser(description="Training speed of RecVAE: Doppel against PyTorch on the same data.")
    p.add_argument("--doppel", type=pathlib.Path, required=True, help="the executable, built for release")
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--cycles", type=int, default=2, help="of three encoder epochs and one decoder epoch")
    add_shape(p)
    options = p.parse_args()
    options.doppel = options.doppel.resolve()

    sides = {"doppel": lambda data, folder: doppel(options, data, folder),
             "common": lambda data, folder: pytorch(options, "common"),
             "best": lambda data, folder: pytorch(options, "best")}
    compare(options, sides)


if __name__ == "__main__":
    main()

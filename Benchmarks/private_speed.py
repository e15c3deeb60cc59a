#!/usr/bin/env python3
"""Speed of private training: Doppel's own plain training, its private one, and Opacus on the same model, in turn on one machine.

Set-up:  python3 -m venv .venv && .venv/bin/pip install -r requirements.txt opacus, and build Doppel for release
Run:     .venv/bin/python private_speed.py --doppel PATH [--runs 5] [--sides plain,private,opacus]

An epoch's seconds are the difference between a training of four epochs and one of one epoch, divided by three: `train --private` tells of
no epoch, and what comes before the first is the same in both. Opacus (`pytorch_private.py`) clips without forming gradients of users
(its ghost clipping), with the wide layers as nn.Linear, which is what it takes.
"""
import argparse
import pathlib
import re
import sys
import tempfile

import measured
from training_speed import add_shape, write_data


def doppel(options, data, directory, private):
    def train(epochs):
        flags = ["--private", "8", "--delta", "1e-6", "--noise-seed", "1"] if private else [
            "--no-refit", "--held-out", "0.001", "--patience", "0"]
        return measured.run([
            options.doppel, "train", data, "--model", "mult-vae", "--epochs", epochs, "--batch-size", options.batch, "--hidden",
            options.hidden, "--latent", options.latent, "--beta", "0.2", "--annealing-steps", "0", "--threads", options.threads,
            "--output", tempfile.mkdtemp(dir=directory) + "/model", "--quiet", *flags])[1:]

    short, _ = train(1)
    long, memory = train(4)
    return (long - short) / 3, memory


def opacus(options):
    output, _, memory = measured.run([
        sys.executable, pathlib.Path(__file__).with_name("pytorch_private.py"), "--users", options.users, "--items", options.items,
        "--interactions", options.interactions, "--batch", options.batch, "--hidden", options.hidden, "--latent", options.latent,
        "--threads", options.threads])
    return float(re.search(r"([\d.]+) s an epoch", output)[1]), memory


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--doppel", type=pathlib.Path, required=True, help="the executable, built for release")
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--sides", default="plain,private,opacus")
    add_shape(p)
    options = p.parse_args()
    options.doppel = options.doppel.resolve()
    sides = {
        "plain": lambda data, folder: doppel(options, data, folder, False),
        "private": lambda data, folder: doppel(options, data, folder, True),
        "opacus": lambda data, folder: opacus(options),
    }
    sides = {name: sides[name] for name in options.sides.split(",")}
    seconds, memory = ({name: [] for name in sides} for _ in range(2))
    with tempfile.TemporaryDirectory() as directory:
        data = pathlib.Path(directory) / "interactions.tsv"
        write_data(data, options.users, options.items, options.interactions)
        for number in range(options.runs):
            for name, side in sides.items():
                epoch, peak = side(data, directory)
                seconds[name].append(epoch)
                memory[name].append(peak)
                print(f"run {number + 1}  {name:12}{epoch:8.2f} s an epoch{peak:8.0f} MB", flush=True)
    measured.report(seconds, memory, ours="private")


if __name__ == "__main__":
    main()

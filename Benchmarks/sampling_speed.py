#!/usr/bin/env python3
"""Throughput and memory of `doppel sample`: many profiles over many items.

Run:  python3 sampling_speed.py --doppel PATH [--users 1000000]        (leave the machine alone meanwhile)

A Mult-VAE items-600-200-600-items is trained for one epoch on synthetic users (5,000 of about 70 items, as in
training_speed.py): what it has learnt does not matter for speed, except that flat probabilities give profiles few repeated
draws. Then `doppel sample` writes --users profiles, from the prior and from the aggregate posterior, with all
threads, and a tenth of them again with one thread: their bytes must be the beginning of the first file's.

The product with the last weight matrix alone is 2 x 600 x items floating-point operations a user, 24 million at 20,108
items; the speed is also given as the rate of these. Processor time is what the run itself used, whatever else a machine did. Peak
memory is the maximum resident set of the process as the system reports it (wait4).
"""
import argparse
import json
import os
import pathlib
import resource
import sys
import tempfile
import time

from training_speed import run, write_data


def sample(options, directory, name, users, threads, extra):
    output = directory / f"{name}.tsv"
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    text, memory = run([
        options.doppel, "sample", directory / "model", "--users", str(users), "--threads", str(threads), "--output", output,
        "--json", "--quiet", *extra])
    seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    summary = json.loads(text)
    rate = summary["usersPerSecond"]
    print(f"{name:22}{users:9} users{threads:3} threads{rate:8.0f} users/s"
          f"{rate * 2 * 600 * options.items / 1e9:7.0f} GFLOP/s{memory:7.0f} MB{seconds:8.1f} s in all, "
          f"{processor:.1f} s of processor time ({users / processor:.0f} users/s of one core), "
          f"{summary['interactions']} interactions, {output.stat().st_size / 1e6:.0f} MB written, {summary['engine']}", flush=True)
    return output


def begins_with(whole, part):
    with open(whole, "rb") as a, open(part, "rb") as b:
        while block := b.read(1 << 20):
            if a.read(len(block)) != block:
                return False
    return True


def main():
    p = argparse.ArgumentParser(description="Throughput and memory of doppel sample.")
    p.add_argument("--doppel", type=pathlib.Path, required=True, help="the executable, built for release")
    p.add_argument("--users", type=int, default=1_000_000)
    p.add_argument("--items", type=int, default=20108)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--from", dest="origins", default="prior,population")
    options = p.parse_args()
    options.doppel = options.doppel.resolve()
    good = True
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        data = directory / "interactions.tsv"
        write_data(data, 5000, options.items, 70)
        run([options.doppel, "train", data, "--model", "mult-vae", "--hidden", "600", "--epochs", "1", "--no-refit", "--held-out",
             "0.001", "--output", directory / "model", "--quiet"])
        for origin in options.origins.split(","):
            extra = ["--from", origin] + (["--data", data] if origin == "population" else [])
            whole = sample(options, directory, origin, options.users, options.threads, extra)
            part = sample(options, directory, f"{origin}, one thread", options.users // 10, 1, extra)
            same = begins_with(whole, part)
            good &= same
            print(f"{origin}: one thread gives {'the same bytes' if same else 'OTHER BYTES'}", flush=True)
            whole.unlink()
            part.unlink()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()

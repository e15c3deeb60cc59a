#!/usr/bin/env python3
"""EASE from sparse rows to weights: Doppel against SciPy with OpenBLAS, in turn, on the same rows, in single precision.

Set-up:  python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
         swift build -c release --product doppel-benchmark
Run:     .venv/bin/python ease_speed.py --doppel-benchmark .build/release/doppel-benchmark   (leave the machine alone meanwhile)

10 million interactions of 140,000 users with 20,108 items: profile lengths are log-normal with a median of 50, an item's chance to be
had falls with its rank as (rank + 30)^-1, as popularity does in MovieLens 20M. What is timed: from rows in memory to the matrix
of weights. Reading the rows is not.

doppel   `doppel-benchmark ease`.
common   the Gram matrix as a product of sparse matrices, made dense; cho_factor, cho_solve with the identity.
careful  the same Gram matrix; LAPACK's spotrf and spotri in place, which need no identity and half the operations.

All sides must agree on some of the weights to 1e-4. At full size this takes minutes a run and up to 7 GB.
"""
import argparse
import json
import os
import pathlib
import sys
import tempfile

from measured import report, run

SCIPY = """
import json, os, sys, time
path, items, l2, threads, variant = sys.argv[1:]
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = threads
import numpy as np, scipy.linalg as la, scipy.sparse as sp
items, l2 = int(items), float(l2)

words, starts, position = np.fromfile(path, np.int32), [], 0
while position < len(words):
    starts.append(position)
    position += 1 + words[position]
starts = np.array(starts)
indptr = np.concatenate([[0], np.cumsum(words[starts])])
x = sp.csr_matrix((np.ones(indptr[-1], np.float32), np.delete(words, starts), indptr), shape=(len(starts), items))
del words

start = time.perf_counter()
gram = (x.T @ x).toarray(order="F")
gram[np.diag_indices(items)] += np.float32(l2)
if variant == "common":
    factor = la.cho_factor(gram, overwrite_a=True, check_finite=False)
    inverse = la.cho_solve(factor, np.eye(items, dtype=np.float32, order="F"), overwrite_b=True, check_finite=False)
else:
    factor, info = la.lapack.spotrf(gram, lower=1, overwrite_a=1)
    assert info == 0
    inverse, info = la.lapack.spotri(factor, lower=1, overwrite_c=1)
    assert info == 0
    # Columns of the lower half are rows of the upper.
    for first in range(0, items, 256):
        last = min(first + 256, items)
        inverse[first:last, last:] = inverse[last:, first:last].T
        block = inverse[first:last, first:last]
        block[...] = np.tril(block) + np.tril(block, -1).T
diagonal = np.diag(inverse).copy()
inverse /= -diagonal
inverse[np.diag_indices(items)] = 0
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "weights": inverse[:8, :8].ravel().tolist()}))
"""


def write_rows(path, users, items, interactions):
    import numpy as np
    rng = np.random.default_rng(3)
    chances = 1 / (np.arange(items) + 30.0)
    ladder = np.cumsum(rng.permutation(chances / chances.sum()))
    lengths = np.exp(rng.normal(np.log(50), 0.9, users))
    lengths = np.clip(lengths * (interactions / lengths.sum()), 1, items / 4)
    with open(path, "wb") as file:
        for length in lengths:
            # Twice as many draws as wanted: most repeats are of the same few items.
            drawn = np.unique(np.searchsorted(ladder, rng.random(int(2 * length) + 2)))
            drawn = np.sort(rng.permutation(drawn)[: max(1, round(length))]).clip(max=items - 1).astype(np.int32)
            np.int32(len(drawn)).tofile(file)
            drawn.tofile(file)


def main():
    p = argparse.ArgumentParser(description="EASE from rows to weights: Doppel against SciPy.")
    p.add_argument("--doppel-benchmark", type=pathlib.Path, required=True, help="the executable, built for release")
    p.add_argument("--runs", type=int, default=1)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--users", type=int, default=140_000)
    p.add_argument("--items", type=int, default=20_108)
    p.add_argument("--interactions", type=int, default=10_000_000)
    p.add_argument("--l2", type=float, default=500)
    p.add_argument("--sides", default="doppel,common,careful")
    options = p.parse_args()

    with tempfile.TemporaryDirectory() as directory:
        rows = pathlib.Path(directory) / "rows"
        # In a process of its own, so that its memory does not become the floor of what wait4 reports.
        if os.fork() == 0:
            write_rows(rows, options.users, options.items, options.interactions)
            os._exit(0)
        if os.wait()[1] != 0:
            sys.exit("the data could not be made")
        print(f"{rows.stat().st_size // 4 - options.users} interactions; the weights take {options.items**2 * 4 / 2**20:.0f} MB", flush=True)
        sides = {
            "doppel": [options.doppel_benchmark.resolve(), "ease", rows, options.items, options.l2, options.threads],
            "common": [sys.executable, "-c", SCIPY, rows, options.items, options.l2, options.threads, "common"],
            "careful": [sys.executable, "-c", SCIPY, rows, options.items, options.l2, options.threads, "careful"],
        }
        sides = {name: sides[name] for name in options.sides.split(",")}
        seconds, memory = ({name: [] for name in sides} for _ in range(2))
        for number in range(options.runs):
            weights = {}
            for name, command in sides.items():
                output, _, peak = run(command)
                result = json.loads(output)
                weights[name] = result["weights"]
                seconds[name].append(result["seconds"])
                memory[name].append(peak)
                print(f"run {number + 1}  {name:8}{result['seconds']:8.1f} s{peak:8.0f} MB", flush=True)
            first = next(iter(weights.values()))
            worst = max(abs(a - b) for other in weights.values() for a, b in zip(first, other))
            if worst > 1e-4:
                sys.exit(f"weights differ by {worst}")
        if "doppel" in sides:
            report(seconds, memory)


if __name__ == "__main__":
    main()

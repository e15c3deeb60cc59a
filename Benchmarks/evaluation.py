#!/usr/bin/env python3
"""Ranking metrics of 10,000 users over 20,108 items: Doppel against NumPy, in turn, on the same given scores.

Set-up:  python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
         swift build -c release --product doppel-benchmark
Run:     .venv/bin/python evaluation.py --doppel-benchmark .build/release/doppel-benchmark   (leave the machine alone meanwhile)

Scores are single precision, normally distributed. Each user has about 70 known items, which are masked, and about 17 to be found.
What is timed: from scores in memory to the mean of each metric, masking included, blocks of users included. Reading the scores
is not.

doppel   its 40 default metrics (10 kinds at 10, 20, 50 and 100) with their standard errors.
authors  recall-min and ndcg at 10, 20, 50 and 100 the way the Mult-VAE authors' code does it: batches of 500 users, one
         argpartition for each metric and cut-off, sorting of the best k for ndcg, dense rows of what is held out.
careful  the same 8 metrics with one argpartition and one sort for all of them, and hits looked up in sparse rows.

NumPy's argpartition runs on one thread with vector instructions; nothing here is in double precision that need not be. All
sides must agree on the metrics to six digits.
"""
import argparse
import json
import os
import pathlib
import sys
import tempfile

from measured import report, run

NUMPY = """
import json, sys, time
import numpy as np, scipy.sparse as sp

scores_path, known_path, held_out_path, users, items, variant = sys.argv[1:]
users, items = int(users), int(items)
scores = np.fromfile(scores_path, np.float32).reshape(users, items)

def rows(path):
    words = np.fromfile(path, np.int32)
    indptr, indices, position = [0], [], 0
    while position < len(words):
        end = position + 1 + words[position]
        indices.append(words[position + 1:end])
        indptr.append(indptr[-1] + len(indices[-1]))
        position = end
    return sp.csr_matrix((np.ones(indptr[-1], np.float32), np.concatenate(indices), indptr), shape=(users, items))

known, held_out = rows(known_path), rows(held_out_path)
cutoffs = (10, 20, 50, 100)

def recall_at(block, truth, k):
    best = np.argpartition(-block, k, axis=1)[:, :k]
    chosen = np.zeros(block.shape, dtype=bool)
    chosen[np.arange(len(block))[:, None], best] = True
    relevant = (truth > 0).toarray()
    hits = np.logical_and(relevant, chosen).sum(axis=1).astype(np.float32)
    return hits / np.minimum(k, relevant.sum(axis=1))

def ndcg_at(block, truth, k):
    user = np.arange(len(block))[:, None]
    best = np.argpartition(-block, k, axis=1)[:, :k]
    best = best[user, np.argsort(-block[user, best], axis=1)]
    discounts = 1 / np.log2(np.arange(2, k + 2))
    gains = (truth[user, best].toarray() * discounts).sum(axis=1)
    ideal = np.array([discounts[:min(n, k)].sum() for n in truth.getnnz(axis=1)])
    return gains / ideal

def authors(block, truth):
    for k in cutoffs:
        yield f"recall-min@{k}", recall_at(block, truth, k)
        yield f"ndcg@{k}", ndcg_at(block, truth, k)

def careful(block, truth):
    most = max(cutoffs)
    user = np.arange(len(block))[:, None]
    np.negative(block, out=block)
    best = np.argpartition(block, most, axis=1)[:, :most]
    best = best[user, np.argsort(block[user, best], axis=1)]
    hits = np.asarray(truth[user, best].todense(), dtype=np.float32)
    discounts = (1 / np.log2(np.arange(2, most + 2))).astype(np.float32)
    ideals = np.concatenate([[0], np.cumsum(discounts)])
    held = truth.getnnz(axis=1)
    found, gains = np.cumsum(hits, axis=1), np.cumsum(hits * discounts, axis=1)
    for k in cutoffs:
        yield f"recall-min@{k}", found[:, k - 1] / np.minimum(k, held)
        yield f"ndcg@{k}", gains[:, k - 1] / ideals[np.minimum(k, held)]

values = {}
start = time.perf_counter()
for first in range(0, users, 500):
    block = scores[first:first + 500].copy()
    block[known[first:first + 500].nonzero()] = -np.inf
    for name, of_users in globals()[variant](block, held_out[first:first + 500]):
        values.setdefault(name, []).append(of_users)
metrics = {name: float(np.concatenate(parts).mean(dtype=np.float64)) for name, parts in values.items()}
print(json.dumps({"seconds": time.perf_counter() - start, "metrics": metrics}))
"""


def write_data(directory, users, items):
    import numpy as np
    rng = np.random.default_rng(2)
    with open(directory / "scores", "wb") as file:
        for first in range(0, users, 1000):
            rng.standard_normal((min(1000, users - first), items), dtype=np.float32).tofile(file)
    with open(directory / "known", "wb") as known, open(directory / "held-out", "wb") as held_out:
        for _ in range(users):
            counts = 1 + rng.poisson(69), 1 + rng.poisson(16)
            drawn = rng.choice(items, sum(counts), replace=False).astype(np.int32)
            for file, row in (known, drawn[:counts[0]]), (held_out, drawn[counts[0]:]):
                np.int32(len(row)).tofile(file)
                np.sort(row).tofile(file)


def main():
    p = argparse.ArgumentParser(description="Ranking metrics of given scores: Doppel against NumPy.")
    p.add_argument("--doppel-benchmark", type=pathlib.Path, required=True, help="the executable, built for release")
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--users", type=int, default=10000)
    p.add_argument("--items", type=int, default=20108)
    options = p.parse_args()

    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        # In a process of its own, so that its memory does not become the floor of what wait4 reports.
        if os.fork() == 0:
            write_data(directory, options.users, options.items)
            os._exit(0)
        if os.wait()[1] != 0:
            sys.exit("the data could not be made")
        files = [directory / "scores", directory / "known", directory / "held-out", options.users, options.items]
        sides = {
            "doppel": [options.doppel_benchmark.resolve(), "evaluate", *files, options.threads],
            "authors": [sys.executable, "-c", NUMPY, *files, "authors"],
            "careful": [sys.executable, "-c", NUMPY, *files, "careful"],
        }
        print(f"the scores take {options.users * options.items * 4 / 2**20:.0f} MB on every side", flush=True)
        seconds, memory = ({name: [] for name in sides} for _ in range(2))
        for number in range(options.runs):
            metrics = {}
            for name, command in sides.items():
                output, _, peak = run(command)
                result = json.loads(output)
                metrics[name] = result["metrics"]
                seconds[name].append(result["seconds"])
                memory[name].append(peak)
                print(f"run {number + 1}  {name:8}{result['seconds']:8.3f} s{peak:8.0f} MB", flush=True)
            for name in "authors", "careful":
                for metric, value in metrics[name].items():
                    if abs(value - metrics["doppel"][metric]) > 1e-6:
                        sys.exit(f"{metric}: doppel {metrics['doppel'][metric]}, {name} {value}")
        report(seconds, memory)


if __name__ == "__main__":
    main()

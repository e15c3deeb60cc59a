#!/usr/bin/env python3
"""Reading 20 million ratings into a sparse matrix: Doppel against pandas with SciPy, in turn, on one made-up file.

Set-up:  python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
         swift build -c release --product doppel-benchmark
Run:     .venv/bin/python loading.py --doppel-benchmark .build/release/doppel-benchmark      (leave the machine alone meanwhile)

The file has MovieLens 20M's shape: a CSV with header, users' lines together, items ascending within a user, ids with
gaps, halves from 0.5 to 5.0, ten-digit times. --shuffled writes the lines in random order instead.

One run is Doppel, then pandas; both read the file from the system's cache. What is timed on either side: from the path to a
CSR matrix of single-precision ratings, columns sorted within rows, repeated cells dealt with, users and items numbered by
first appearance, and a table of the ids. Python's start and imports are not counted, nor is Doppel's start. pandas reads only
the three columns it needs (its usecols spares it a quarter of its time); Doppel checks the times as well.

Both sides must find the same numbers of users, items and cells and the same sum of ratings. Peak memory is the maximum resident
set of the process (wait4). The bound for Doppel's is 1.5 x (matrix + id tables) + 64 MB: 8 bytes a cell, 8 a row, and the
ids' bytes with 8 bytes each to find them.
"""
import argparse
import json
import os
import pathlib
import sys
import tempfile

from measured import report, run

PANDAS = """
import json, sys, time
import numpy as np, pandas as pd, scipy.sparse as sp
start = time.perf_counter()
table = pd.read_csv(sys.argv[1], usecols=[0, 1, 2], dtype={"userId": np.int32, "movieId": np.int32, "rating": np.float32})
users, user_ids = pd.factorize(table["userId"])
items, item_ids = pd.factorize(table["movieId"])
matrix = sp.csr_matrix((table["rating"].to_numpy(), (users, items)), shape=(len(user_ids), len(item_ids)))
matrix.sum_duplicates()
seconds = time.perf_counter() - start
assert matrix.has_canonical_format and matrix.dtype == np.float32
print(json.dumps({"seconds": seconds, "users": matrix.shape[0], "items": matrix.shape[1], "interactions": int(matrix.nnz),
                  "sum": float(matrix.data.sum(dtype=np.float64))}))
"""


def write_ratings(path, users, items, ratings, shuffled):
    import numpy as np
    rng = np.random.default_rng(1)
    item_ids = np.sort(rng.choice(5 * items, items, replace=False)) + 1
    popularity = rng.permutation(1 / (np.arange(items) + 30.0))
    cumulative = np.cumsum(popularity) / popularity.sum()
    lengths = np.exp(rng.normal(0, 1.1, users))
    lengths = np.clip(lengths * ratings / lengths.sum(), 20, items // 3).astype(np.int64)
    scores = [str(half / 2) for half in range(11)]
    parts = []
    for user, length in enumerate(lengths, start=1):
        row = np.empty(0, np.int64)
        while len(row) < length:
            row = np.union1d(row, np.searchsorted(cumulative, rng.random(2 * (length - len(row)) + 5)))
        row = item_ids[np.sort(rng.choice(row, length, replace=False))]
        times = rng.integers(789652009, 1427684002) + rng.integers(0, 100000, length)
        parts.append("".join(f"{user},{item},{scores[score]},{time}\n" for item, score, time in zip(
            row.tolist(), rng.integers(1, 11, length).tolist(), times.tolist())))
    if shuffled:
        lines = "".join(parts).splitlines(keepends=True)
        parts = (lines[i] for i in rng.permutation(len(lines)).tolist())
    with open(path, "w") as file:
        file.write("userId,movieId,rating,timestamp\n")
        file.writelines(parts)
    return sum(len(str(i)) for i in item_ids) + sum(len(str(i + 1)) for i in range(users))


def main():
    p = argparse.ArgumentParser(description="Reading ratings into a sparse matrix: Doppel against pandas with SciPy.")
    p.add_argument("--doppel-benchmark", type=pathlib.Path, required=True, help="the executable, built for release")
    p.add_argument("--file", type=pathlib.Path, help="read this CSV (made at first use) instead of a temporary one")
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--users", type=int, default=138493)
    p.add_argument("--items", type=int, default=26744)
    p.add_argument("--ratings", type=int, default=20000000)
    p.add_argument("--shuffled", action="store_true", help="write the lines in random order")
    options = p.parse_args()

    with tempfile.TemporaryDirectory() as directory:
        path = options.file or pathlib.Path(directory) / "ratings.csv"
        if not path.exists():
            # In a process of its own, so that its memory does not become the floor of what wait4 reports.
            if os.fork() == 0:
                write_ratings(path, options.users, options.items, options.ratings, options.shuffled)
                os._exit(0)
            if os.wait()[1] != 0:
                sys.exit("the file could not be made")
        print(f"{path.stat().st_size / 1e6:.0f} MB of CSV", flush=True)
        sides = {
            "doppel": [options.doppel_benchmark.resolve(), "load", path, "rows", options.threads],
            "pandas": [sys.executable, "-c", PANDAS, path],
        }
        seconds, memory = ({name: [] for name in sides} for _ in range(2))
        for number in range(options.runs):
            found = {}
            for name, command in sides.items():
                output, _, peak = run(command)
                found[name] = json.loads(output)
                seconds[name].append(found[name].pop("seconds"))
                memory[name].append(peak)
                print(f"run {number + 1}  {name:8}{seconds[name][-1]:8.3f} s{peak:8.0f} MB", flush=True)
            if found["doppel"] != found["pandas"]:
                sys.exit(f"the two disagree: {found}")
        found = found["doppel"]
        print(f"\n{found['users']} users, {found['items']} items, {found['interactions']} interactions")
        ids = found["users"] + found["items"]
        result = 8 * found["interactions"] + 8 * found["users"] + 16 * ids
        report(seconds, memory)
        print(f"matrix and id tables {result / 2**20:.0f} MB; bound for the peak {1.5 * result / 2**20 + 64:.0f} MB")


if __name__ == "__main__":
    main()

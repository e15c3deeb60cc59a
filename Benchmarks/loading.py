#!/usr/bin/env python3
"""Reading 20 million ratings: `doppel compare` against pandas with SciPy, in turn, on one made-up file.

Set-up:  python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
         swift build -c release --product doppel
Run:     .venv/bin/python loading.py --doppel .build/release/doppel      (leave the machine alone meanwhile)

The file has MovieLens 20M's shape: a CSV with header, users' lines together, items ascending within a user, ids with
gaps, halves from 0.5 to 5.0, ten-digit times. --shuffled writes the lines in random order instead.

One run is Doppel, then pandas; both read the file from the system's cache. Doppel's side is `compare --models popularity`: its
time is `seconds.load` of the JSON, from the path to rows of users, repeated pairs looked for, with test users held out and
the split's fingerprint made. The other side is timed from the path to the same matrix of ones, columns sorted within
rows, users and items numbered by first appearance, and a table of the ids; it does not split. Neither side counts the start of
the program. pandas reads only the two columns it needs; Doppel checks ratings and times as well. With --min-rating both read
the ratings and leave out what is below.

Before the runs the data are read once by each side and compared: the numbers of users, items and interactions, and a
fingerprint of all pairs, which `doppel train` writes into config.json and NumPy computes again. In every run the
numbers have to agree. Peak memory is the maximum resident set of the whole process (wait4), which for Doppel includes fitting
and measuring the model, and for pandas its imports.
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
least = float(sys.argv[2]) if len(sys.argv) > 2 else None
start = time.perf_counter()
table = pd.read_csv(sys.argv[1], usecols=[0, 1] if least is None else [0, 1, 2],
                    dtype={"userId": np.int32, "movieId": np.int32, "rating": np.float32})
if least is not None: table = table[table["rating"] >= least]
users, user_ids = pd.factorize(table["userId"])
items, item_ids = pd.factorize(table["movieId"])
matrix = sp.csr_matrix((np.ones(len(table), np.float32), (users, items)), shape=(len(user_ids), len(item_ids)))
matrix.sum_duplicates()
seconds = time.perf_counter() - start
assert matrix.has_canonical_format and matrix.dtype == np.float32
found = {"seconds": seconds, "users": matrix.shape[0], "items": matrix.shape[1], "interactions": int(matrix.nnz)}
if len(sys.argv) > 3: found["hash"] = pair_hash(matrix, user_ids, item_ids)
print(json.dumps(found))
"""

# Doppel's fingerprint of who has what, in any order: see PairFingerprint.swift.
PAIR_HASH = """
import numpy as np
def add(state, word):
    with np.errstate(over="ignore"):
        state = (state ^ word) * np.uint64(0x100000001B3)
        state ^= state >> np.uint64(32)
        state = state * np.uint64(0x9E3779B97F4A7C15)
        return state ^ (state >> np.uint64(29))
START = np.uint64(0xCBF29CE484222325)
def words(ids):
    def word(text):
        state = add(START, np.uint64(len(text)))
        for byte in text: state = add(state, np.uint64(byte))
        return state
    return np.array([word(str(i).encode()) for i in ids.tolist()], np.uint64)
def pair_hash(matrix, user_ids, item_ids):
    users, items = words(user_ids), words(item_ids)
    total = np.uint64(0)
    for start in range(0, matrix.shape[0], 4096):
        part = matrix[start:start + 4096].tocoo()
        with np.errstate(over="ignore"):
            total += add(add(np.full(part.nnz, START), users[start + part.row]), items[part.col]).sum(dtype=np.uint64)
    return format(int(add(add(START, total), np.uint64(matrix.nnz))), "016x")
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


def check(doppel, path, filters):
    """Stops unless both sides find the same pairs."""
    with tempfile.TemporaryDirectory() as directory:
        model = pathlib.Path(directory) / "model"
        run([*doppel, "train", path, "--model", "popularity", "--output", model, "--json", "--quiet", *filters])
        ours = json.loads((model / "config.json").read_text())
    theirs = json.loads(run([sys.executable, "-c", PAIR_HASH + PANDAS, path, *(filters[1:] or ["-inf"]), "hash"])[0])
    if ours["data"]["hash"] != theirs["hash"]:
        sys.exit(f"the two read different pairs: {ours['data']['hash']} and {theirs['hash']}")


def main():
    p = argparse.ArgumentParser(description="Reading ratings into a sparse matrix: Doppel against pandas with SciPy.")
    p.add_argument("--doppel", type=pathlib.Path, required=True, help="the command, built for release")
    p.add_argument("--file", type=pathlib.Path, help="read this CSV (made at first use) instead of a temporary one")
    p.add_argument("--runs", type=int, default=5)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--users", type=int, default=138493)
    p.add_argument("--items", type=int, default=26744)
    p.add_argument("--ratings", type=int, default=20000000)
    p.add_argument("--shuffled", action="store_true", help="write the lines in random order")
    p.add_argument("--min-rating", type=float, help="leave out lower ratings, on both sides")
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
        doppel = [options.doppel.resolve()]
        filters = [] if options.min_rating is None else ["--min-rating", options.min_rating]
        check(doppel, path, filters)
        sides = {
            "doppel": [*doppel, "compare", path, "--models", "popularity", "--json", "--quiet", "--threads", options.threads,
                       *filters],
            "pandas": [sys.executable, "-c", PANDAS, path, *filters[1:]],
        }
        seconds, memory = ({name: [] for name in sides} for _ in range(2))
        for number in range(options.runs):
            found = {}
            for name, command in sides.items():
                output, _, peak = run(command)
                result = json.loads(output)
                seconds[name].append(result["seconds"]["load"] if name == "doppel" else result["seconds"])
                counts = result["dataset"] if name == "doppel" else result
                found[name] = [counts[key] for key in ("users", "items", "interactions")]
                memory[name].append(peak)
                print(f"run {number + 1}  {name:8}{seconds[name][-1]:8.3f} s{peak:8.0f} MB", flush=True)
            if found["doppel"] != found["pandas"]:
                sys.exit(f"the two disagree: {found}")
        users, items, interactions = found["doppel"]
        print(f"\n{users} users, {items} items, {interactions} interactions, the same pairs on both sides")
        report(seconds, memory)
        print(f"peak memory: {max(memory['doppel']) / min(memory['pandas']):.2f} of pandas'")


if __name__ == "__main__":
    main()

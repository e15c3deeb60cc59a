#!/usr/bin/env python3
"""Lists for a file of users: `doppel recommend --users` against products and top-k of an equally wide factor model, in turn.

Set-up:  python3 -m venv .venv && .venv/bin/pip install -r requirements.txt      (implicit, too, for --sides …,implicit)
         swift build -c release
Run:     .venv/bin/python recommend_speed.py --doppel .build/release/doppel   (leave the machine alone meanwhile)

138,000 users with 70 items each of 20,108, lists of 100. Doppel's model is a Mult-DAE with a hidden layer of 600, trained for one epoch:
the time does not depend on what it has learned. The others multiply 600 random factors of every user with those of every item.

doppel    the whole command: it reads the file of users, encodes them, ranks, and writes every list as text. The table also says how long
          the same command takes with -k 1: reading, encoding and products, with next to nothing to rank or to write.
torch     PyTorch: matmul, what a user has set to −∞, topk, 1,000 users at a time. In memory: nothing is read or written.
implicit  `recommend` of implicit's AlternatingLeastSquares with the same factors, 1,000 users at a time, seen items filtered. In memory.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from measured import report, run

OTHERS = """
import json, os, sys, time
side, users, items, per_user, width, k, threads, rows = sys.argv[1:]
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = threads
import numpy as np
users, items, per_user, width, k, threads = map(int, (users, items, per_user, width, k, threads))
have = np.fromfile(rows, np.int32).reshape(users, per_user)
rng = np.random.default_rng(1)
p = rng.standard_normal((users, width), np.float32)
q = rng.standard_normal((items, width), np.float32)
if side == "torch":
    import torch
    torch.set_num_threads(threads)
    p, q, have = torch.from_numpy(p), torch.from_numpy(q), torch.from_numpy(have).long()
    start = time.perf_counter()
    lists = []
    with torch.inference_mode():
        for first in range(0, users, 1000):
            scores = p[first:first + 1000] @ q.T
            scores.scatter_(1, have[first:first + 1000], float("-inf"))
            lists.append(torch.topk(scores, k).indices)
else:
    import implicit, scipy.sparse as sp
    from threadpoolctl import threadpool_limits
    model = implicit.als.AlternatingLeastSquares(factors=width, num_threads=threads)
    model.user_factors, model.item_factors = p, q
    matrix = sp.csr_matrix((np.ones(have.size, np.float32), have.ravel(), np.arange(users + 1) * per_user), shape=(users, items))
    lists = []
    start = time.perf_counter()
    for first in range(0, users, 1000):
        ids = np.arange(first, min(users, first + 1000))
        lists.append(model.recommend(ids, matrix[ids], N=k, filter_already_liked_items=True)[0])
print(json.dumps({"seconds": time.perf_counter() - start, "lists": len(lists)}))
"""


def write_rows(path, users, items, per_user):
    """Every user's items, ascending: the more frequent the smaller their number, density ~ 1/√rank."""
    import numpy as np
    rng = np.random.default_rng(3)
    with open(path, "wb") as file:
        for first in range(0, users, 10_000):
            count = min(10_000, users - first)
            rows = np.sort((rng.random((count, 4 * per_user)) ** 2 * items).astype(np.int32), axis=1)
            for row in rows:
                one = np.unique(row)
                np.sort(rng.permutation(one)[:per_user]).astype(np.int32).tofile(file)


def write_text(rows, path, users, items, per_user, everything):
    import numpy as np
    have = np.fromfile(rows, np.int32).reshape(-1, per_user)[:users]
    with open(path, "w") as file:
        if everything:
            # Every item occurs, so that the model knows them all.
            file.writelines(f"all{item // per_user}\t{item}\n" for item in range(items))
        for user, row in enumerate(have):
            file.write("".join(f"{user}\t{item}\n" for item in row))


def main():
    p = argparse.ArgumentParser(description="Lists for a file of users: Doppel against PyTorch and implicit.")
    p.add_argument("--doppel", type=pathlib.Path, required=True, help="the executable, built for release")
    p.add_argument("--runs", type=int, default=1)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--users", type=int, default=138_000)
    p.add_argument("--items", type=int, default=20_108)
    p.add_argument("--per-user", type=int, default=70)
    p.add_argument("--width", type=int, default=600)
    p.add_argument("-k", type=int, default=100)
    p.add_argument("--sides", default="doppel,torch")
    o = p.parse_args()

    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        rows, users, some, model = (directory / name for name in ("rows", "users.tsv", "some.tsv", "model"))
        if os.fork() == 0:
            write_rows(rows, o.users, o.items, o.per_user)
            write_text(rows, some, 2000, o.items, o.per_user, everything=True)
            write_text(rows, users, o.users, o.items, o.per_user, everything=False)
            os._exit(0)
        if os.wait()[1] != 0:
            sys.exit("the data could not be made")
        subprocess.run(
            [o.doppel, "train", some, "--model", "mult-dae", "--hidden", str(o.width), "--latent", "200", "--epochs", "1",
             "--no-refit", "--quiet", "--output", model], check=True, stdout=subprocess.DEVNULL)
        command = [o.doppel.resolve(), "recommend", model, "--users", users, "--threads", o.threads]
        other = [o.users, o.items, o.per_user, o.width, o.k, o.threads, rows]
        sides = {name: None for name in o.sides.split(",")}
        seconds, memory = ({name: [] for name in sides} for _ in range(2))
        for number in range(o.runs):
            for name in sides:
                if name == "doppel":
                    times = {}
                    for k in (1, o.k):
                        lists = directory / "lists"
                        words = " ".join(f"'{word}'" for word in [*command, "-k", k])
                        _, times[k], peak = run(["/bin/sh", "-c", f"exec {words} > '{lists}'"])
                    lines = sum(block.count(b"\n") for block in iter(lambda f=open(lists, "rb"): f.read(1 << 24), b""))
                    if lines != 1 + o.users * o.k:
                        sys.exit(f"{lines} lines")
                    took, note = times[o.k], f"  ({times[1]:.1f} s with -k 1)"
                else:
                    output, _, peak = run([sys.executable, "-c", OTHERS, name, *other])
                    took, note = json.loads(output)["seconds"], ""
                seconds[name].append(took)
                memory[name].append(peak)
                print(f"run {number + 1}  {name:9}{took:8.1f} s{peak:8.0f} MB{note}", flush=True)
        if "doppel" in sides:
            report(seconds, memory)


if __name__ == "__main__":
    main()

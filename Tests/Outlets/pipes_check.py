#!/usr/bin/env python3
"""Every block of Docs/outlets.md, run as it is printed, one after the other, in a folder with the files that the page speaks of.

Run:  .venv/bin/python pipes_check.py DOPPEL       (set-up: as for onnx_check.py)
"""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../Docs/outlets.md")
# What would not end by itself.
LEFT_OUT = ["tensorboard --logdir curves\n"]
# What a block leaves behind, looked at after the last one: a program, and what it prints.
AFTERWARDS = """
import numpy as np, pandas as pd
lists = pd.read_parquet("lists.parquet")
assert list(lists.columns) == ["user", "item", "score"] and lists.groupby("user").size().max() == 20, lists
users = pd.read_parquet("synthetic.parquet")
assert users.user.nunique() == 500 and len(users) == sum(1 for line in open("synthetic.tsv")) - 1, users
assert np.load("codes.npy").shape[1] % 2 == 0
"""


def main():
    doppel, folder = os.path.abspath(sys.argv[1]), tempfile.mkdtemp(prefix="doppel-pipes-")
    programs = os.path.join(folder, "programs")
    os.makedirs(programs)
    os.symlink(doppel, os.path.join(programs, "doppel"))
    environment = {**os.environ, "PATH": os.pathsep.join([programs, os.path.dirname(sys.executable), os.environ["PATH"]])}

    def run(kind, text):
        words = {"sh": ["bash", "-euo", "pipefail", "-c", text], "python": [sys.executable, "-c", text]}[kind]
        return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)

    try:
        prepared = run("sh", """
doppel simulate --ratings --output people --quiet
sed 's/\\t/,/g; 1s/.*/user_id,item_id,rating/' people/interactions.tsv > ratings.csv
cut -d, -f1,2 ratings.csv > sales.csv
duckdb -c "COPY (FROM 'ratings.csv') TO 'ratings.parquet'"
doppel train ratings.csv --min-rating 4 --model mult-vae --epochs 10 --output model --quiet
""")
        if prepared.returncode:
            sys.exit(f"FAILED: {prepared.stderr}")
        with sqlite3.connect(os.path.join(folder, "shop.db")) as shop, open(os.path.join(folder, "sales.csv")) as lines:
            next(lines)
            shop.execute("CREATE TABLE sales (user_id TEXT, item_id TEXT)")
            shop.executemany("INSERT INTO sales VALUES (?, ?)", (line.strip().split(",") for line in lines))
        shop.close()
        blocks = re.findall(r"^```(sh|python)\n(.*?)^```", open(PAGE, encoding="utf-8").read(), flags=re.DOTALL | re.MULTILINE)
        faults = 0
        for number, (kind, text) in enumerate(blocks + [("python", AFTERWARDS)], 1):
            for part in LEFT_OUT:
                text = text.replace(part, "")
            if kind == "sh":
                # The page trains the same model again.
                text = re.sub(r"(doppel train --model mult-vae) --output model", r"\1 --epochs 3 --force --output model", text)
            done = run(kind, text)
            if done.returncode:
                faults += 1
                print(f"FAILED: block {number}:\n{text}{done.stderr}")
    finally:
        shutil.rmtree(folder, True)
    print(f"Docs/outlets.md: {len(blocks)} blocks run: " + (f"{faults} faults" if faults else "all did"))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()

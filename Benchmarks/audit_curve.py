"""Fidelity, utility and privacy of Mult-VAE samples against β and temperature.

    python audit_curve.py doppel ratings.tsv [--betas 0.05,0.2,1] [--temperatures 0.5,1,1.25]

Half of the users train the generator, the others are the holdout; as many users are sampled as were trained on, from the
aggregate posterior. `ratings.tsv` begins with user and item, tab-separated, under one header line. Prints one line a setting.
"""

import argparse
import json
import os
import random
import subprocess
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("doppel")
parser.add_argument("data")
parser.add_argument("--betas", default="0.05,0.2,1")
parser.add_argument("--temperatures", default="0.5,1,1.25")
parser.add_argument("--epochs", default="100")
parser.add_argument("--utility-epochs", default="60")
given = parser.parse_args()
doppel = os.path.abspath(given.doppel)

with open(given.data) as file:
    rows = [line.rstrip("\n").split("\t")[:2] for line in file][1:]
users = sorted({user for user, _ in rows})
random.seed(1)
random.shuffle(users)
half = set(users[: len(users) // 2])
keys = ["popularity", "profile-length", "co-occurrence", "c2st-auc", "tstr-mult-vae", "exact-copies", "dcr-share",
        "membership-auc", "membership-tpr", "membership-density-auc"]


def run(*words):
    return subprocess.run([doppel, *words], check=True, capture_output=True, text=True).stdout


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for name, wanted in (("train.tsv", True), ("holdout.tsv", False)):
        with open(name, "w") as file:
            file.write("user\titem\n")
            file.writelines(f"{user}\t{item}\n" for user, item in rows if (user in half) == wanted)
    print("| β | temperature | " + " | ".join(keys) + " |")
    print("|--:|--:|" + "--:|" * len(keys))
    ceilings = {}
    for beta in given.betas.split(","):
        model = f"model-{beta}"
        run("train", "train.tsv", "--model", "mult-vae", "--beta", beta, "--epochs", given.epochs, "--output", model,
            "--quiet")
        for temperature in given.temperatures.split(","):
            run("sample", model, "--data", "train.tsv", "--users", str(len(half)), "--temperature", temperature,
                "--output", "synthetic.tsv", "--quiet")
            result = json.loads(run("audit", "--real", "train.tsv", "--synthetic", "synthetic.tsv", "--holdout",
                                    "holdout.tsv", "--utility-epochs", given.utility_epochs, "--json", "--quiet"))
            found = {entry["measure"]: entry for group in ("fidelity", "utility", "privacy") for entry in result[group]}
            ceilings = {key: found[key]["ceiling"] for key in keys}
            cells = " | ".join(f"{found[key]['value']:.3f}" for key in keys)
            print(f"| {beta} | {temperature} | {cells} |", flush=True)
    print("| real | | " + " | ".join(f"{ceilings[key]:.3f}" for key in keys) + " |")

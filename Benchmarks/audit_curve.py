"""Fidelity, utility and privacy of Mult-VAE samples against β and temperature.

    python audit_curve.py doppel ratings.tsv [--betas 0.05,0.2,1] [--temperatures 0.5,0.75,1,1.25] [--seeds 42]
        [--utility all|none|1:1,0.2:0.75] [--train "--epochs 100 --latent 64"] [--precision bf16] [--keep DIR]

Half of the users train the generator, the others are the holdout; as many users are sampled as were trained on, from the
aggregate posterior. `ratings.tsv` begins with user and item, tab-separated, under one header line.

Prints a Markdown table: a line for each setting, the line of real users, and under it which settings meet the bar: popularity
at least 0.9 of what real users reach, profile lengths within a Kolmogorov-Smirnov distance of 0.05, mult-vae trained on
synthetic users at least 0.85 of trained on real ones (where utility was asked for), no more exact copies than among real users
(a standard error of theirs allowed), membership AUC of the attacker by distance at most 0.6.

Models, samples and audits go to --keep, and what is there already is not made again: a run that was interrupted goes on.
"""

import argparse
import json
import os
import random
import shlex
import subprocess
import sys
import tempfile

COLUMNS = [
    ("popularity", "popularity"), ("length", "profile-length"), ("pairs", "co-occurrence"), ("C2ST AUC", "c2st-auc"),
    ("precision", "precision"), ("recall", "recall"), ("coverage", "coverage"), ("copies", "exact-copies"),
    ("nearer to train", "dcr-share"), ("membership AUC", "membership-auc"), ("TPR at 1 %", "membership-tpr"),
    ("density AUC", "membership-density-auc"), ("likelihood AUC", "membership-likelihood-auc"),
    ("likelihood TPR", "membership-likelihood-tpr"),
]


def arguments():
    p = argparse.ArgumentParser(description="Fidelity, utility and privacy against β and temperature.")
    p.add_argument("doppel", type=os.path.abspath)
    p.add_argument("data", type=os.path.abspath)
    p.add_argument("--betas", default="0.05,0.2,1", type=lambda text: text.split(","))
    p.add_argument("--temperatures", default="0.5,0.75,1,1.25", type=lambda text: text.split(","))
    p.add_argument("--seeds", default="42", type=lambda text: text.split(","))
    p.add_argument("--utility", default="all", help="all, none, or pairs of β and temperature such as 1:1,0.2:0.75")
    p.add_argument("--utility-epochs", default="60")
    p.add_argument("--train", default="--epochs 100", help="flags for doppel train")
    p.add_argument("--precision", default="f32")
    p.add_argument("--keep", type=os.path.abspath, help="a directory for models, samples and audits (default: temporary)")
    return p.parse_args()


def run(*words):
    process = subprocess.run(words, capture_output=True, text=True)
    if process.returncode != 0:
        sys.exit(f"exit code {process.returncode}: {' '.join(words)}\n{process.stderr}")
    return process.stdout


def divide(data):
    """Writes train.tsv and holdout.tsv; returns how many users train."""
    with open(data) as file:
        rows = [line.rstrip("\n").split("\t")[:2] for line in file][1:]
    users = sorted({user for user, _ in rows})
    random.seed(1)
    random.shuffle(users)
    half = set(users[: len(users) // 2])
    for name, wanted in (("train.tsv", True), ("holdout.tsv", False)):
        with open(name, "w") as file:
            file.write("user\titem\n")
            file.writelines(f"{user}\t{item}\n" for user, item in rows if (user in half) == wanted)
    return len(half)


def audit(options, users, beta, temperature, seed):
    """The document of one audit, made if it is not there."""
    model, wants = f"model-{beta}-{seed}", options.utility
    utility = wants == "all" or f"{beta}:{temperature}" in wants.split(",")
    path = f"audit-{beta}-{temperature}-{seed}-{'utility' if utility else 'plain'}.json"
    if not os.path.exists(path):
        if not os.path.exists(model):
            run(options.doppel, "train", "train.tsv", "--model", "mult-vae", "--beta", beta, "--precision", options.precision,
                "--seed", seed, "--output", model, "--quiet", *shlex.split(options.train))
        run(options.doppel, "sample", model, "--data", "train.tsv", "--users", str(users), "--temperature", temperature,
            "--seed", seed, "--output", "synthetic.tsv", "--quiet")
        # The audit's own seed stays, so that every setting is held against the same models of real users.
        extra = ["--no-utility"]
        if utility:
            extra = ["--tstr-only", "--real-scores", "real-scores.json", "--utility-epochs", options.utility_epochs,
                     "--precision", options.precision]
        text = run(options.doppel, "audit", "--real", "train.tsv", "--synthetic", "synthetic.tsv", "--holdout", "holdout.tsv",
                   "--json", "--quiet", *extra)
        with open(path + ".part", "w") as file:
            file.write(text)
        os.rename(path + ".part", path)
    with open(path) as file:
        document = json.load(file)
    return {entry["measure"]: entry for group in ("fidelity", "utility", "privacy") for entry in document[group] or []}


def falls_short(found):
    """The parts of the bar that a setting does not meet."""
    value = {key: entry["value"] for key, entry in found.items()}
    ceiling = {key: entry["ceiling"] for key, entry in found.items()}
    copies = ceiling["exact-copies"] + (found["exact-copies"]["ceilingStandardError"] or 0)
    checks = [
        ("popularity", value["popularity"] >= 0.9 * ceiling["popularity"]),
        ("length", value["profile-length"] >= 0.95),
        ("copies", value["exact-copies"] <= copies),
        ("membership", value["membership-auc"] <= 0.6),
    ]
    if "tstr-mult-vae" in found:
        checks.append(("utility", value["tstr-mult-vae"] >= 0.85 * ceiling["tstr-mult-vae"]))
    return [name for name, met in checks if not met]


def table(options, users):
    names = ["β", "temperature"] + (["seed"] if len(options.seeds) > 1 else [])
    print("| " + " | ".join(names + [title for title, _ in COLUMNS] + ["trained on synthetic", "of real"]) + " |")
    print("|" + "--:|" * (len(names) + len(COLUMNS) + 2))

    def line(cells, found, side):
        scores = found.get("tstr-mult-vae")
        utility = ["", ""]
        if scores and scores[side] is not None:
            utility = [f"{scores[side]:.3f}", f"{100 * scores[side] / scores['ceiling']:.0f} %"]
        cells = cells + [f"{found[key][side]:.3f}" for _, key in COLUMNS] + utility
        print("| " + " | ".join(cells) + " |", flush=True)

    verdicts, last = [], None
    for beta in options.betas:
        for temperature in options.temperatures:
            for seed in options.seeds:
                found = audit(options, users, beta, temperature, seed)
                line([beta, temperature] + ([seed] if len(options.seeds) > 1 else []), found, "value")
                short = falls_short(found)
                untested = "" if "tstr-mult-vae" in found else ", utility not measured"
                verdicts.append(f"β {beta}, temperature {temperature}, seed {seed}: "
                                f"{'short of it on ' + ', '.join(short) if short else 'meets the bar'}{untested}")
                if last is None or "tstr-mult-vae" in found:
                    last = found
    line(["real"] + [""] * (len(names) - 1), last, "ceiling")
    print("\n" + "\n".join(verdicts))


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        folder = options.keep or folder
        os.makedirs(folder, exist_ok=True)
        os.chdir(folder)
        table(options, divide(options.data))


if __name__ == "__main__":
    main()

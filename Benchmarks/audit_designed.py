"""Answers an audit must give: synthetic users about whom everything is known beforehand.

    python audit_designed.py doppel [--users 9000] [--real ratings.tsv]

A population of `doppel simulate --plain` is cut into three equal parts: training, holdout, and a third from which the synthetic users of
five designs are made:

    another part    the third part itself: other draws of the true generator. Nothing fails, no more than two are open
    two halves      training users cut into two, one half held against the other. The same
    shuffled        the third part, items exchanged between users so often that who has what is random, every user with as many
                    items and every item with as many users as before. Popularity and length pass, pairs and classifier fail
    noise           users with 80 to 140 items, every item as likely. Every measure of fidelity fails
    copies          the training users. All are copies, who was in the training data is known

With --real, training users and holdout of the two halves come from that file (user and item, tab-separated, under one header
line): half of the users train, a quarter is held out, a quarter stands for synthetic users.

Prints a table in Markdown and what is not as it should be; exit code 1 if anything is.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

from interactions import read

COLUMNS = [
    ("popularity", "popularity"), ("length", "profile-length"), ("pairs", "co-occurrence"), ("trends", "pair-trends"),
    ("lift", "lift-correlation"), ("C2ST AUC", "c2st-auc"), ("precision", "precision"), ("coverage", "coverage"),
    ("copies", "exact-copies"), ("nearer to train", "dcr-share"), ("membership AUC", "membership-auc"),
    ("density AUC", "membership-density-auc"), ("likelihood AUC", "membership-likelihood-auc"),
]


def shuffled(profiles):
    """Two users exchange one item each where neither has the other's, ten times as often as there are interactions."""
    profiles = [set(profile) for profile in profiles]
    cells = [[user, item] for user, profile in enumerate(profiles) for item in sorted(profile)]
    for _ in range(10 * len(cells)):
        a, b = random.choice(cells), random.choice(cells)
        if b[1] in profiles[a[0]] or a[1] in profiles[b[0]]:
            continue
        profiles[a[0]].remove(a[1])
        profiles[b[0]].remove(b[1])
        a[1], b[1] = b[1], a[1]
        profiles[a[0]].add(a[1])
        profiles[b[0]].add(b[1])
    return profiles


def audit(doppel, **parts):
    words = [doppel, "audit", "--no-utility", "--json", "--quiet"]
    for name, profiles in parts.items():
        with open(name, "w") as file:
            file.write("user\titem\n")
            file.writelines(f"{name}{user}\t{item}\n" for user, profile in enumerate(profiles) for item in sorted(profile))
        words += ["--" + name, name]
    process = subprocess.run(words, capture_output=True, text=True)
    if process.returncode != 0:
        sys.exit(process.stderr)
    document = json.loads(process.stdout)
    return {entry["measure"]: entry for group in ("fidelity", "privacy") for entry in document[group]}, document


def passes(found):
    """Nothing fails, and the classifier and nearness to training users are within 0.03 of one half."""
    verdicts = {key: entry["verdict"] for key, entry in found.items()}
    wrong = [f"{key} is {verdict}" for key, verdict in verdicts.items() if verdict in ("fails", "not judged")]
    if list(verdicts.values()).count("open") > 2:
        wrong.append("more than two measures are open")
    return wrong + near(found, "c2st-auc", 0.5, 0.03) + near(found, "dcr-share", 0.5, 0.03)


def fails(found, keys):
    return [f"{key} is {found[key]['verdict']}" for key in keys if found[key]["verdict"] != "fails"]


def near(found, key, value, reach):
    return [] if abs(found[key]["value"] - value) <= reach else [f"{key} is {found[key]['value']:.3f}, not {value} ± {reach}"]


def main():
    p = argparse.ArgumentParser(description="Answers an audit must give.")
    p.add_argument("doppel", type=os.path.abspath)
    p.add_argument("--users", type=int, default=9000)
    p.add_argument("--real", type=os.path.abspath)
    options = p.parse_args()
    random.seed(1)
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        subprocess.run([options.doppel, "simulate", "--plain", "--users", str(options.users), "--output", "population", "--quiet"],
                       check=True, capture_output=True)
        profiles = [set(items) for items in read("population/interactions.tsv").values()]
        train, third, holdout = (profiles[part::3] for part in range(3))
        items = sorted(set().union(*profiles))
        if options.real:
            own = read(options.real)
            names = sorted(own)
            random.shuffle(names)
            own = [set(own[name]) for name in names]
            half, quarter = len(own) // 2, len(own) // 4
            halves = {"real": own[:half], "synthetic": own[half:half + quarter], "holdout": own[half + quarter:]}
        else:
            halves = {"real": train[::2], "synthetic": train[1::2], "holdout": holdout[::2]}

        print("| synthetic users | " + " | ".join(title for title, _ in COLUMNS) + " | fail | open |")
        print("|---|" + "--:|" * len(COLUMNS) + "--:|--:|")
        ceilings = []

        def run(name, expected, **parts):
            found, document = audit(options.doppel, **parts)
            verdicts = [entry["verdict"] for entry in found.values()]
            cells = [f"{found[key]['value']:.3f}" for _, key in COLUMNS]
            print(f"| {name} | {' | '.join(cells)} | {verdicts.count('fails')} | {verdicts.count('open')} |", flush=True)
            ceilings.append(found)
            wrong.extend(f"{name}: {finding}" for finding in expected(found, document))

        common = {"real": train, "holdout": holdout}
        run("another part", lambda found, _: passes(found), synthetic=third, **common)
        run("two halves", lambda found, _: passes(found), **halves)
        run("shuffled", lambda found, _: fails(found, ["co-occurrence", "lift-correlation", "c2st-auc", "precision"])
            + [f"{key} is {found[key]['verdict']}" for key in ("popularity", "popularity-gini", "profile-length", "exact-copies")
               if found[key]["verdict"] not in ("at the ceiling", "near the ceiling")],
            synthetic=shuffled(third), **common)
        fidelity = ["popularity", "popularity-rank", "popularity-gini", "profile-length", "co-occurrence", "pair-trends",
                    "lift-correlation", "mmd", "c2st-auc", "precision", "recall", "density", "coverage"]
        noise = [set(random.sample(items, random.randint(80, 140))) for _ in third]
        run("noise", lambda found, _: fails(found, fidelity), synthetic=noise, **common)
        run("copies", lambda found, document: near(found, "exact-copies", 1, 0) + near(found, "membership-auc", 1, 0.001)
            + near(found, "membership-likelihood-auc", 1, 0.02)
            + fails(found, ["exact-copies", "dcr-share", "membership-auc", "membership-likelihood-auc"])
            + ([] if any("copies of real users" in sentence for sentence in document["conclusions"]) else ["no word of copies"]),
            synthetic=train, **common)
        cells = [f"{ceilings[0][key]['ceiling']:.3f}" for _, key in COLUMNS]
        print(f"| *ceiling (of all but two halves)* | {' | '.join(cells)} | | |")
    print("\n" + ("\n".join(wrong) if wrong else "All as designed."))
    sys.exit(int(bool(wrong)))


if __name__ == "__main__":
    main()

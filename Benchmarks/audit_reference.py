"""Holds `doppel audit` against SDMetrics, SciPy, scikit-learn and prdc on the same three files.

    doppel simulate --output population --users 1500 --items 300
    python audit_reference.py doppel population/interactions.tsv

Users are cut into three equal parts (training, holdout, synthetic: the synthetic users have a fifth of their items replaced
at random, so that values differ from the ceiling). Prints one line a measure and fails on a difference above 1e-3.
Needs numpy, pandas, scipy, scikit-learn, sdmetrics and prdc.
"""

import itertools
import json
import os
import random
import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd
import prdc
from scipy import stats
from scipy.spatial.distance import cdist
from sdmetrics.column_pairs import ContingencySimilarity
from sdmetrics.single_column import KSComplement, TVComplement
from sklearn.metrics import roc_auc_score

doppel, path = sys.argv[1:3]
users = {}
with open(path) as lines:
    next(lines)
    for line in lines:
        user, item = line.rstrip("\n").split("\t")[:2]
        users.setdefault(user, set()).add(item)
names = list(users)
items = sorted(set().union(*users.values()))
third = len(names) // 3
random.seed(1)
parts = {}
for part, name in enumerate(["train", "holdout", "synthetic"]):
    chosen = names[part * third : (part + 1) * third]
    parts[name] = [set(users[user]) for user in chosen]
for profile in parts["synthetic"][20:]:
    for item in random.sample(sorted(profile), len(profile) // 5):
        profile.remove(item)
        profile.add(random.choice([other for other in items if other not in profile]))
# Twenty copies, so that copying and distances have something to find.
parts["synthetic"][:20] = [set(profile) for profile in parts["train"][:20]]

with tempfile.TemporaryDirectory() as folder:
    for name, profiles in parts.items():
        with open(os.path.join(folder, name), "w") as file:
            file.write("user\titem\n")
            for number, profile in enumerate(profiles):
                for item in sorted(profile):
                    file.write(f"{name}{number}\t{item}\n")
    run = subprocess.run(
        [doppel, "audit", "--real", "train", "--synthetic", "synthetic", "--holdout", "holdout", "--no-utility", "--json"],
        cwd=folder, check=True, capture_output=True, text=True)
found = {entry["measure"]: entry for group in ("fidelity", "privacy") for entry in json.loads(run.stdout)[group]}

used = sorted(set().union(*itertools.chain(*parts.values())))
place = {item: number for number, item in enumerate(used)}
dense = {}
for name, profiles in parts.items():
    dense[name] = np.zeros((len(profiles), len(used)), bool)
    for row, profile in enumerate(profiles):
        dense[name][row, [place[item] for item in profile]] = True


def column(name):
    return pd.Series([item for profile in parts[name] for item in sorted(profile)])


def lengths(name):
    return pd.Series([len(profile) for profile in parts[name]])


def gini(counts):
    """Mean absolute difference over twice the mean: another form than Doppel's."""
    return np.abs(counts[:, None] - counts[None, :]).mean() / (2 * counts.mean())


def unbiased_mmd(a, b):
    def inner(k):
        return (k.sum() - np.trace(k)) / (len(k) * (len(k) - 1))

    return inner(1 - cdist(a, a, "jaccard")) + inner(1 - cdist(b, b, "jaccard")) - 2 * (1 - cdist(a, b, "jaccard")).mean()


train_counts = dense["train"].sum(0)
# Doppel breaks ties by the order of first appearance in the training file.
order = list(dict.fromkeys(item for profile in parts["train"] for item in sorted(profile)))
top = sorted(order, key=lambda item: (-train_counts[place[item]], order.index(item)))[:50]
columns = [place[item] for item in top]
pairs = list(itertools.combinations(columns, 2))


def co_counts(name):
    part = dense[name].astype(float)
    together = part.T @ part
    return np.array([together[a, b] for a, b in pairs])


def lift(name):
    counts, n = dense[name].sum(0), len(dense[name])
    return np.log2([(c + 0.5) * n / ((counts[a] + 0.5) * (counts[b] + 0.5)) for c, (a, b) in zip(co_counts(name), pairs)])


def trends(name):
    values = []
    for a, b in pairs:
        frames = [pd.DataFrame({"a": dense[part][:, a], "b": dense[part][:, b]}) for part in ("train", name)]
        values.append(ContingencySimilarity.compute(*frames))
    return np.mean(values)


distances = {
    (a, b): cdist(dense[a], dense[b], "jaccard")
    for a, b in [("synthetic", "train"), ("synthetic", "holdout"), ("holdout", "train")]
}
members = -distances["synthetic", "train"].min(0)
others = -distances["synthetic", "holdout"].min(0)
nearest = {key: np.sort(value, 1) for key, value in distances.items()}
labels = [1] * len(members) + [0] * len(others)
profiles = {name: {frozenset(profile) for profile in part} for name, part in parts.items()}


def neighbours(name):
    """prdc measures Euclidean distances; for rows of 0 and 1 it is handed Jaccard distances instead."""
    prdc.prdc.compute_pairwise_distance = lambda x, y=None: cdist(x, x if y is None else y, "jaccard")
    return prdc.compute_prdc(dense["train"], dense[name], nearest_k=5)


def ratio(name):
    first, second = nearest[name, "train"][:, 0], nearest[name, "train"][:, 1]
    return np.mean(np.where(second > 0, first / np.maximum(second, 1e-12), 1))


rows = []
for side, name in (("value", "synthetic"), ("ceiling", "holdout")):
    counts = dense[name].sum(0)
    either = (counts + train_counts) > 0
    shares = [co_counts(part) / co_counts(part).sum() for part in ("train", name)]
    four = neighbours(name)
    rows += [
        ("popularity", side, "SDMetrics TVComplement", TVComplement.compute(column("train"), column(name))),
        ("popularity-rank", side, "SciPy spearmanr", stats.spearmanr(train_counts[either], counts[either])[0]),
        ("popularity-gini", side, "mean difference", gini(counts.astype(float))),
        ("profile-length", side, "SDMetrics KSComplement", KSComplement.compute(lengths("train"), lengths(name))),
        ("profile-length", side, "SciPy ks_2samp", 1 - stats.ks_2samp(lengths("train"), lengths(name))[0]),
        ("co-occurrence", side, "NumPy", 1 - 0.5 * np.abs(shares[0] - shares[1]).sum()),
        ("pair-trends", side, "SDMetrics ContingencySimilarity", trends(name)),
        ("lift-correlation", side, "SciPy pearsonr", stats.pearsonr(lift("train"), lift(name))[0]),
        ("mmd", side, "SciPy cdist, unbiased", unbiased_mmd(dense["train"], dense[name])),
        ("precision", side, "prdc", four["precision"]),
        ("recall", side, "prdc", four["recall"]),
        ("density", side, "prdc", four["density"]),
        ("coverage", side, "prdc", four["coverage"]),
        ("nndr", side, "SciPy cdist", ratio(name)),
        ("exact-copies", side, "Python sets", np.mean([frozenset(p) in profiles["train"] for p in parts[name]])),
    ]
near, far = nearest["synthetic", "train"][:, 0], nearest["synthetic", "holdout"][:, 0]
threshold = np.sort(others)[::-1][int(0.01 * len(others))]
rows += [
    ("dcr-share", "value", "SciPy cdist", np.mean(near < far) + 0.5 * np.mean(near == far)),
    ("membership-auc", "value", "scikit-learn roc_auc_score", roc_auc_score(labels, np.concatenate([members, others]))),
    ("membership-tpr", "value", "NumPy", np.mean(members > threshold)),
]
worst = 0
print(f"{'measure':18} {'side':8} {'against':32} {'doppel':>10} {'reference':>10} {'difference':>11}")
for key, side, against, reference in rows:
    value = found[key][side]
    worst = max(worst, abs(value - reference))
    print(f"{key:18} {side:8} {against:32} {value:10.6f} {reference:10.6f} {abs(value - reference):11.2e}")
print(f"largest difference {worst:.2e}")
sys.exit(int(worst > 1e-3))

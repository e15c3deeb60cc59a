"""Holds `doppel audit` against SDMetrics, SciPy, scikit-learn and prdc on the same three files.

    doppel simulate --plain --output population --users 1500 --items 300
    python audit_reference.py doppel population/interactions.tsv

Users are cut into three equal parts (training, holdout, synthetic: the synthetic users have a fifth of their items replaced
at random, so that values differ from the ceiling). Prints one line a measure and fails on a difference above 1e-3.

Everything is computed from the files again. Where the audit draws lots (which users describe, fit and are judged for the
classifier; which half of the holdout the attackers have, and which users each of their reference models is fitted to), the
random streams are written here a second time, from Philox' paper and GSL's manual, so that both sides look at the same users.
Kendall's tau is that of the scores in the document: training the models is not repeated.
Needs numpy, pandas, scipy, scikit-learn, sdmetrics and prdc.
"""

import contextlib
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile

import interactions
import numpy as np
import pandas as pd
import prdc
from scipy import stats
from scipy.spatial.distance import cdist
from sdmetrics.column_pairs import ContingencySimilarity
from sdmetrics.single_column import KSComplement, TVComplement
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

doppel, path = sys.argv[1:3]
users = {user: set(items) for user, items in interactions.read(path).items()}
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
        [doppel, "audit", "--real", "train", "--synthetic", "synthetic", "--holdout", "holdout", "--utility-epochs", "3", "--json"],
        cwd=folder, check=True, capture_output=True, text=True)
document = json.loads(run.stdout)
found = {entry["measure"]: entry for group in ("fidelity", "utility", "privacy") for entry in document[group]}

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
# The measures that compare both kinds of real users look only at items that the catalogue would have without the user.
known = dense["train"].sum(0)
kept = {"train": dense["train"] & (known > 1), "holdout": dense["holdout"] & (known > 0)}
kept = {name: rows[rows.any(1)] for name, rows in kept.items()}
to_kept = {name: cdist(dense["synthetic"], rows, "jaccard") for name, rows in kept.items()}
members, others = -to_kept["train"].min(0), -to_kept["holdout"].min(0)
nearest = {key: np.sort(value, 1) for key, value in distances.items()}
profiles = {name: {frozenset(profile) for profile in part} for name, part in parts.items()}


def neighbours(name):
    """prdc measures Euclidean distances; for rows of 0 and 1 it is handed Jaccard distances instead."""
    prdc.prdc.compute_pairwise_distance = lambda x, y=None: cdist(x, x if y is None else y, "jaccard")
    with contextlib.redirect_stdout(None):
        return prdc.compute_prdc(dense["train"], dense[name], nearest_k=5)


def ratio(name):
    first, second = nearest[name, "train"][:, 0], nearest[name, "train"][:, 1]
    return np.mean(np.where(second > 0, first / np.maximum(second, 1e-12), 1))


class Stream:
    """Doppel's random numbers: Philox4x32-10 (Salmon et al., SC 2011) keyed by seed, purpose and numbers, as GSL hands them out."""

    mask = 2**64 - 1

    def __init__(self, *numbers, seed=42, purpose="resampling"):
        key = self.mix(seed ^ 0x9E3779B97F4A7C15)
        for byte in purpose.encode():
            key = self.mix(key ^ byte)
        for number in numbers:
            key = self.mix((key + number + 1) & self.mask)
        self.key, self.counter, self.left = key, 0, []

    def mix(self, value):
        """SplitMix64."""
        z = (value + 0x9E3779B97F4A7C15) & self.mask
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & self.mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & self.mask
        return z ^ (z >> 31)

    def bits(self):
        if not self.left:
            low = 2**32 - 1
            x = [self.counter & low, self.counter >> 32, 0, 0]
            k = [self.key & low, self.key >> 32]
            for _ in range(10):
                p, q = 0xD2511F53 * x[0], 0xCD9E8D57 * x[2]
                x = [(q >> 32) ^ x[1] ^ k[0], q & low, (p >> 32) ^ x[3] ^ k[1], p & low]
                k = [(k[0] + 0x9E3779B9) & low, (k[1] + 0xBB67AE85) & low]
            self.counter += 1
            self.left = x
        return self.left.pop(0)

    def below(self, bound):
        """gsl_rng_uniform_int."""
        scale = (2**32 - 1) // bound
        while (number := self.bits() // scale) >= bound:
            pass
        return number

    def permutation(self, count):
        order = list(range(count))
        for last in range(count - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order


def classifier_area(name):
    """The classifier test: quarters by Doppel's lots, everything else by SciPy and scikit-learn."""
    both = np.concatenate([dense["train"], dense[name]])
    half = len(dense["train"])
    lots, quarter, known = Stream(30), np.zeros(2 * half, int), {}
    for start in (0, half):
        for place, offset in enumerate(lots.permutation(half)):
            quarter[start + offset] = known.setdefault(both[start + offset].tobytes(), place % 4)
    similar, lengths = 1 - cdist(both, both, "jaccard"), both.sum(1)
    together = both.astype(float) @ both.T.astype(float)
    synthetic = np.arange(2 * half) >= half
    areas = []
    for judged in range(4):
        fitted = (judged + 1) % 4
        describes = (quarter != judged) & (quarter != fitted)
        columns, popularity = [np.log(1 + lengths)], []
        for kind in (False, True):
            members = describes & (synthetic == kind)
            counts, size = both[members].sum(0), members.sum()
            popularity.append(both @ np.log((counts + 0.5) / size) / lengths)
            pairs = (together[:, members] * (together[:, members] - 1) / 2).sum(1)
            chance = ((both @ counts) ** 2 - both @ counts**2) / (2 * size)
            columns += [similar[:, members].mean(1), np.sort(similar[:, members], 1)[:, -10:].mean(1),
                        np.log((pairs + 0.5) / (chance + 0.5))]
        features = np.column_stack(columns + [popularity[0], popularity[1] - popularity[0]])
        fits, judges = quarter == fitted, quarter == judged
        features = (features - features[fits].mean(0)) / features[fits].std(0, ddof=1)
        # The ridge of 1 holds the constant as well.
        features = np.column_stack([np.ones(len(features)), features])
        model = LogisticRegression(C=1, fit_intercept=False, tol=1e-10, max_iter=100000)
        model.fit(features[fits], synthetic[fits])
        areas.append(roc_auc_score(synthetic[judges], model.decision_function(features[judges])))
    return np.mean(areas)


def accepted(positives, negatives):
    """True positives where at most 1 % of the negatives are accepted."""
    return np.mean(positives > np.sort(negatives)[::-1][int(0.01 * len(negatives))])


def cut(name, part, tag):
    order = Stream(tag).permutation(len(kept[name]))
    return kept[name][np.sort(order[: len(order) // 2] if part == 0 else order[len(order) // 2 :])]


mine, others_half = cut("holdout", 0, 53), cut("holdout", 1, 53)


def density(profiles):
    nearest_five = [np.sort(1 - cdist(profiles, side, "jaccard"), 1)[:, -5:].mean(1) for side in (dense["synthetic"], mine)]
    return np.log((nearest_five[0] + 1e-3) / (nearest_five[1] + 1e-3))


def log_likelihood(fitted, profiles):
    """Each item predicted from the others by EASE, against its own value and those of all items that the user does not have."""
    inverse = np.linalg.inv(fitted.T.astype(float) @ fitted + 100 * np.eye(len(used)))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    values = np.maximum(profiles @ weights, 1e-3)
    others = (values * ~profiles).sum(1, keepdims=True)
    return (np.log(values / (values + others)) * profiles).sum(1) / profiles.sum(1)


def likelihood(profiles):
    score = log_likelihood(dense["synthetic"], profiles)
    for reference in range(4):
        chosen = np.sort(Stream(54, reference).permutation(len(mine))[: len(mine) * 3 // 4])
        score = score - log_likelihood(mine[chosen], profiles) / 4
    return score


def share_of_half():
    """What dcr-share's ceiling is: half of the holdout in place of synthetic users, the training users in two groups."""
    groups = len(kept["train"]) // len(others_half)
    order = Stream(40).permutation(len(kept["train"]))[: groups * len(others_half)]
    far = cdist(mine, others_half, "jaccard").min(1)
    shares = []
    for group in range(groups):
        near = cdist(mine, kept["train"][order[group::groups]], "jaccard").min(1)
        shares.append(np.mean(near < far) + 0.5 * np.mean(near == far))
    return np.mean(shares)


def tau():
    scores = {(entry["trainedOn"], entry["model"]): entry["ndcg@100"] for entry in document["scores"]}
    models = [model for source, model in scores if source == "real"]
    return stats.kendalltau([scores["real", model] for model in models], [scores["synthetic", model] for model in models])[0]


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
        ("c2st-auc", side, "scikit-learn LogisticRegression", classifier_area(name)),
        ("exact-copies", side, "Python sets", np.mean([frozenset(p) in profiles["train"] for p in parts[name]])),
    ]
near, far = to_kept["train"].min(1), to_kept["holdout"].min(1)
to_half = [-cdist(side, mine, "jaccard").min(1) for side in (kept["train"], others_half)]
ratios = [density(kept["train"]), density(others_half)]
likelihoods = [likelihood(kept["train"]), likelihood(others_half)]


def area(positives, negatives):
    return roc_auc_score([1] * len(positives) + [0] * len(negatives), np.concatenate([positives, negatives]))


rows += [
    ("dcr-share", "value", "SciPy cdist", np.mean(near < far) + 0.5 * np.mean(near == far)),
    ("dcr-share", "ceiling", "SciPy cdist", share_of_half()),
    ("membership-auc", "value", "scikit-learn roc_auc_score", area(members, others)),
    ("membership-auc", "ceiling", "scikit-learn roc_auc_score", area(*to_half)),
    ("membership-tpr", "value", "NumPy", accepted(members, others)),
    ("membership-tpr", "ceiling", "NumPy", accepted(*to_half)),
    ("membership-density-auc", "value", "scikit-learn roc_auc_score", area(*ratios)),
    ("membership-density-tpr", "value", "NumPy", accepted(*ratios)),
    ("membership-likelihood-auc", "value", "scikit-learn roc_auc_score", area(*likelihoods)),
    ("membership-likelihood-tpr", "value", "NumPy", accepted(*likelihoods)),
    ("ranking-tau", "value", "SciPy kendalltau", tau()),
]
worst = 0
print(f"{'measure':25} {'side':8} {'against':32} {'doppel':>10} {'reference':>10} {'difference':>11}")
for key, side, against, reference in rows:
    value = found[key][side]
    worst = max(worst, abs(value - reference))
    print(f"{key:25} {side:8} {against:32} {value:10.6f} {reference:10.6f} {abs(value - reference):11.2e}")
print(f"largest difference {worst:.2e}")
sys.exit(int(worst > 1e-3))

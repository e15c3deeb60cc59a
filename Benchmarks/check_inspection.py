#!/usr/bin/env python3
"""Checks `doppel inspect` against NumPy, SciPy and scikit-learn, on the codes that `doppel encode` writes.

Set-up:  python3 -m venv .venv && .venv/bin/pip install -r requirements.txt scipy scikit-learn
Run:     .venv/bin/python check_inspection.py --doppel PATH --data POPULATION_DIR VAE_DIR AE_DIR AE_DIR

POPULATION_DIR is written by `doppel simulate` with at most 1,000 users, so that no sample is drawn; the models are
trained on its interactions.tsv (mult-vae once, ae twice). Means, variances, divergences, spectra, correlations, probes and
alignments are computed from the same numbers and must agree to 1e-3, relative. Bounds are computed from the saved weights
with other random draws: they agree as well as two runs of any Monte-Carlo estimate, and both kinds of difference are shown.
Exit code 1 if anything differs by more than it may.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from check_model_file import layers
from safetensors.numpy import load_file
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import procrustes
from scipy.special import logsumexp, rel_entr
from scipy.stats import norm
from sklearn.decomposition import PCA
from sklearn.linear_model import ElasticNet, Ridge
from sklearn.metrics import mutual_info_score, r2_score
from sklearn.model_selection import PredefinedSplit, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

rows, failed = [], False


def check(what, found, other, allowed=1e-3, by="relative"):
    global failed
    found, other = np.atleast_1d(np.asarray(found, float)), np.atleast_1d(np.asarray(other, float))
    difference = np.max(np.abs(found - other)) / (max(np.max(np.abs(other)), 1e-12) if by == "relative" else 1)
    good = bool(found.shape == other.shape and difference <= allowed)
    failed |= not good
    rows.append((what, f"{other.mean():.6g}", f"{difference:.1e}", f"{allowed:g}", "" if good else "differs"))


def run(doppel, *words):
    return subprocess.run([doppel, *map(str, words)], check=True, stdout=subprocess.PIPE).stdout


def encode(doppel, model, data, folder):
    run(doppel, "encode", model, data, "--output", folder / "codes.npy", "--format", "npy", "--quiet")
    return np.load(folder / "codes.npy").astype(np.float64)


def binned(values):
    low, high = values.min(), values.max()
    return np.zeros(len(values), int) if high <= low else np.minimum(19, (20 * (values - low) / (high - low)).astype(int))


def recovery(codes, truth):
    """Probe R², information gap, disentanglement, completeness."""
    split = PredefinedSplit(np.arange(len(codes)) % 5)
    predicted = cross_val_predict(make_pipeline(StandardScaler(), Ridge(alpha=1)), codes, truth, cv=split)
    probe = r2_score(truth, predicted, multioutput="raw_values").mean()
    bins = [binned(column) for column in codes.T]
    gaps = []
    for taste in truth.T:
        taste = binned(taste)
        best = sorted((mutual_info_score(column, taste) for column in bins), reverse=True)
        gaps.append((best[0] - (best[1] if len(best) > 1 else 0)) / mutual_info_score(taste, taste))
    x, y = StandardScaler().fit_transform(codes), StandardScaler().fit_transform(truth)
    weights = np.array([
        np.abs(ElasticNet(alpha=0.02, l1_ratio=0.5, fit_intercept=False, tol=1e-9, max_iter=100_000).fit(x, t).coef_)
        for t in y.T]).T

    def concentration(w):
        p = w / max(w.sum(), 1e-300)
        return 0 if w.sum() == 0 else 1 + np.sum(p[p > 0] * np.log(p[p > 0])) / np.log(len(w))

    d = sum(row.sum() / weights.sum() * concentration(row) for row in weights)
    c = np.mean([concentration(column) for column in weights.T])
    return probe, np.mean(gaps), d, c


def decode(tensors, z):
    decoder = layers(tensors, "decoder")
    for n, (weight, bias) in enumerate(decoder):
        z = (np.tanh(z) if n > 0 else z) @ weight.T + bias
    return z


def main():
    p = argparse.ArgumentParser(description="`doppel inspect` against NumPy, SciPy and scikit-learn.")
    p.add_argument("models", type=pathlib.Path, nargs=3, metavar="MODEL", help="a mult-vae and two ae")
    p.add_argument("--doppel", type=pathlib.Path, required=True)
    p.add_argument("--data", type=pathlib.Path, required=True)
    options = p.parse_args()
    doppel, data = options.doppel.resolve(), options.data / "interactions.tsv"

    found = json.loads(run(doppel, "inspect", *options.models, data, "--truth", options.data / "truth_users.tsv",
                           "--json", "--quiet"))
    vae, ae, _ = found["models"]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        both = encode(doppel, options.models[0], data, folder)
        points = [encode(doppel, model, data, folder) for model in options.models[1:]]
    users, latent = len(both), both.shape[1] // 2
    mean, logvar = both[:, :latent], both[:, latent:]
    variance = np.exp(logvar)

    # NumPy and SciPy: moments and divergences.
    of = lambda key: [d[key] for d in vae["dimensions"]]
    check("mean by dimension (NumPy)", of("mean"), mean.mean(0))
    check("variance by dimension (NumPy)", of("variance"), mean.var(0))
    check("posterior variance (NumPy)", of("posteriorVariance"), variance.mean(0))
    check("active units (NumPy)", vae["activeUnits"], np.sum(mean.var(0) > 0.01), 0)
    # The divergence of each posterior by SciPy's densities: relative entropy on a grid of z.
    grid = np.linspace(-12, 12, 4001)
    prior = norm.pdf(grid)
    chosen = range(0, users, max(1, users // 40))
    kl = [[np.trapezoid(rel_entr(norm.pdf(grid, mean[u, k], np.sqrt(variance[u, k])), prior), grid) for k in range(latent)]
          for u in chosen]
    closed = 0.5 * (variance + mean**2 - 1 - logvar)
    check("divergence of a posterior, closed form (SciPy)", closed[list(chosen)], kl)
    check("divergence by dimension (NumPy)", of("kl"), closed.mean(0))
    check("divergence in all (NumPy)", vae["distribution"]["kl"], closed.sum(1).mean())
    total = mean.var(0) + variance.mean(0)
    check("aggregate divergence (NumPy)", of("aggregateKL"), 0.5 * (total + mean.mean(0)**2 - 1 - np.log(total)))

    # scikit-learn: principal components of the codes.
    for name, model, codes in [("mult-vae", vae, mean), ("ae", ae, points[0])]:
        pca = PCA().fit(codes)
        check(f"singular values, {name} (scikit-learn PCA)", model["singularValues"],
              np.sqrt(pca.explained_variance_ * (users - 1) / users))
        eigen = pca.explained_variance_
        check(f"effective rank, {name} (scikit-learn PCA)", model["effectiveRank"], eigen.sum()**2 / (eigen**2).sum())
        check(f"total correlation, {name} (NumPy)", model["totalCorrelation"],
              -0.5 * np.linalg.slogdet(np.corrcoef(codes.T))[1])
        check(f"rank, {name} (NumPy)", model["rank"],
              np.linalg.matrix_rank((codes - codes.mean(0)).astype(np.float32)), 0)
    covariance = np.cov(mean.T, bias=True) + np.diag(variance.mean(0))
    scale = np.sqrt(np.diag(covariance))
    check("total correlation of q(z) (NumPy)", vae["distribution"]["aggregate"]["totalCorrelation"],
          -0.5 * np.linalg.slogdet(covariance / np.outer(scale, scale))[1])

    # scikit-learn: what the codes know of the truth.
    lines = [line.split("\t") for line in (options.data / "truth_users.tsv").read_text().splitlines()]
    truth = np.array([line[1:] for line in lines[1:]], float)
    for name, row, codes in zip(["mult-vae", "ae"], found["recovery"]["rows"], [mean, points[0]]):
        probe, gap, d, c = recovery(codes, truth)
        check(f"linear probe R², {name} (scikit-learn Ridge)", row["probeR2"], probe)
        check(f"information gap, {name} (scikit-learn)", row["informationGap"], gap)
        check(f"disentanglement, {name} (scikit-learn ElasticNet)", row["disentanglement"], d)
        check(f"completeness, {name} (scikit-learn ElasticNet)", row["completeness"], c)

    # SciPy: two runs of the autoencoder.
    pair = found["agreements"][0]
    check("Procrustes, two ae (SciPy)", pair["procrustes"], procrustes(*points)[2])
    a, b = (x - x.mean(0) for x in points)
    check("Procrustes, nuclear norm (SciPy)", pair["procrustes"],
          1 - (orthogonal_procrustes(a, b)[1] / np.linalg.norm(a) / np.linalg.norm(b))**2)
    check("CKA, two ae (NumPy)", pair["cka"], np.linalg.norm(a.T @ b)**2 / np.linalg.norm(a.T @ a) / np.linalg.norm(b.T @ b))

    # NumPy: bounds from the saved weights, with draws of its own.
    tensors = {k: v.astype(np.float64) for k, v in load_file(options.models[0] / "model.safetensors").items()}
    items = {item: i for i, item in enumerate((options.models[0] / "items.txt").read_text().splitlines())}
    profiles = {}
    for user, item in (line.split("\t") for line in data.read_text().splitlines()[1:]):
        profiles.setdefault(user, []).append(items[item])
    rng = np.random.default_rng(0)
    elbo, likelihood, weighted, information = [], [], {1: [], 5: [], 50: []}, []
    half = 0.5 * logvar.sum(1)
    for u, profile in enumerate(profiles.values()):
        epsilon = rng.standard_normal((50, latent))
        z = mean[u] + np.sqrt(variance[u]) * epsilon
        logits = decode(tensors, z)
        log_x = logits[:, profile].sum(1) - len(profile) * logsumexp(logits, axis=1)
        ratio = 0.5 * (epsilon**2 - z**2 + logvar[u]).sum(1)
        likelihood.append(log_x.mean())
        elbo.append(log_x.mean() - closed[u].sum())
        for size in weighted:
            weighted[size].append((logsumexp((log_x + ratio).reshape(-1, size), axis=1) - np.log(size)).mean())
        density = -0.5 * ((z[0] - mean)**2 / variance).sum(1) - half
        information.append(density[u] - logsumexp(density) + np.log(users))
    bounds = vae["distribution"]["bounds"]
    check("log-likelihood of z drawn (NumPy)", bounds["logLikelihood"]["value"], np.mean(likelihood))
    check("ELBO (NumPy)", bounds["elbo"]["value"], np.mean(elbo))
    for bound in bounds["importanceWeighted"]:
        check(f"L_{bound['draws']} (NumPy)", bound["bound"]["value"], np.mean(weighted[bound["draws"]]))
    mi = vae["distribution"]["aggregate"]["mutualInformation"]
    check("mutual information, in standard errors (NumPy)",
          (mi["value"] - np.mean(information)) / (np.sqrt(2) * mi["standardError"]), 0, 3, by="absolute")

    print(f"{users} users, {latent} dimensions\n")
    print("| what | other's value (mean) | largest difference | allowed | |\n|---|--:|--:|--:|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

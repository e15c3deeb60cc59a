#!/usr/bin/env python3
"""Quality yardstick for `spectral` and `elsa`: the authors' methods in NumPy and PyTorch on the files of `doppel split`.

Set-up:  python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
Run:     .venv/bin/python linear_reference.py DIR --model cheby-cf [--order 8 --flatness 1.5 --rank 512 --weight 0.2 --exponent 0.4]
         .venv/bin/python linear_reference.py DIR --model elsa [--latent 256 --epochs 10 --batch-size 256]

DIR has train.tsv, validation_input.tsv, validation.tsv, test_input.tsv and test.tsv with a header, user and item first.

  ease      B = I - P / diag(P), P = (X'X + l2)^-1, single precision
  gf-cf     R'R x + weight D^1/2 V V' D^-1/2 x with the normalised matrix R and V its `rank` first right singular vectors
  cheby-cf  D^b [sum_k c_k T_k(1 - 2 R'R) + weight V V'] D^-b x. As in the authors' code the filter's target is taken at
            cos((K - j) pi / K), rounded to three decimals, and used as if at the zeros of T_(K+1); --mended takes it at those zeros
  elsa      x A A' - x, rows of A of norm 1; the mean squared difference of normalised rows; NAdam, rate 0.1; the epoch with
            the best ndcg@100 on the validation users is the one tested

--search chooses the settings of cheby-cf (flatness, rank, weight, exponent) by ndcg@100 on the validation users over a grid.
Prints one line of JSON. A standard error is the deviation over users / sqrt(users).
"""
import argparse
import json
import pathlib
import time

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg


def read(path):
    with open(path, encoding="utf-8") as file:
        next(file)
        return [tuple(line.rstrip("\n").split("\t")[:2]) for line in file]


def read_split(directory):
    """Training rows, and fold-in and held-out rows of the validation and of the test users."""
    pairs = read(directory / "train.tsv")
    items = {item: place for place, item in enumerate(dict.fromkeys(i for _, i in pairs))}

    def rows(pairs, users):
        known = np.array([(users[u], items[i]) for u, i in pairs if u in users and i in items]).reshape(-1, 2)
        matrix = sp.csr_matrix((np.ones(len(known), np.float32), known.T), shape=(len(users), len(items)))
        matrix.data[:] = 1
        return matrix

    def part(name):
        held_out = [(u, i) for u, i in read(directory / f"{name}.tsv") if i in items]
        users = {user: row for row, user in enumerate(dict.fromkeys(u for u, _ in held_out))}
        return rows(read(directory / f"{name}_input.tsv"), users), rows(held_out, users)

    users = {user: row for row, user in enumerate(dict.fromkeys(u for u, _ in pairs))}
    return rows(pairs, users), part("validation"), part("test")


def measure(score, part, block=500):
    """ndcg@100, ndcg@10 and recall@20 of every user."""
    known, held_out = part
    discount = 1 / np.log2(np.arange(2, 102))
    ideal = np.cumsum(discount)
    values = {"ndcg@100": [], "ndcg@10": [], "recall@20": []}
    for first in range(0, known.shape[0], block):
        rows, truth = known[first : first + block], held_out[first : first + block].toarray() > 0
        scores = np.array(score(rows), dtype=np.float64)
        scores[rows.nonzero()] = -np.inf
        user = np.arange(len(scores))[:, None]
        best = np.argpartition(-scores, 100, axis=1)[:, :100]
        best = best[user, np.argsort(-scores[user, best], axis=1, kind="stable")]
        hits, count = truth[user, best], truth.sum(axis=1)
        values["ndcg@100"] += ((hits * discount).sum(1) / ideal[np.minimum(count, 100) - 1]).tolist()
        values["ndcg@10"] += ((hits[:, :10] * discount[:10]).sum(1) / ideal[np.minimum(count, 10) - 1]).tolist()
        values["recall@20"] += (hits[:, :20].sum(1) / count).tolist()
    return {key: np.array(value) for key, value in values.items()}


def ease(train, l2):
    gram = (train.T @ train).toarray().astype(np.float32)
    gram[np.diag_indices_from(gram)] += l2
    inverse = np.linalg.inv(gram)
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return lambda rows: rows @ weights


class Graph:
    """The normalised matrix with its right singular vectors."""

    def __init__(self, train, rank):
        users, self.items = (np.asarray(train.sum(axis=axis)).ravel() for axis in (1, 0))
        inverse = [np.where(n > 0, np.maximum(n, 1) ** -0.5, 0) for n in (users, self.items)]
        self.rows = sp.csr_matrix(sp.diags(inverse[0]) @ train @ sp.diags(inverse[1])).astype(np.float32)
        self.columns = self.rows.T.tocsr()
        rank = min(rank, min(train.shape) - 1)
        _, values, vectors = sp.linalg.svds(self.rows, k=rank, random_state=0)
        self.vectors = vectors[np.argsort(-values)].T

    def smooth(self, signals):
        return self.columns @ (self.rows @ signals)

    def signals(self, rows, exponent):
        before = np.where(self.items > 0, np.maximum(self.items, 1) ** -exponent, 0).astype(np.float32)
        return np.asarray(rows.multiply(before).toarray().T, dtype=np.float32)

    def terms(self, signals, order):
        """T_0 ... T_order of 1 - 2 R'R, applied."""
        terms = [signals, signals - 2 * self.smooth(signals)]
        for _ in range(2, order + 1):
            terms.append(2 * terms[-1] - 4 * self.smooth(terms[-1]) - terms[-2])
        return terms

    def after(self, scores, exponent):
        return scores.T * np.where(self.items > 0, np.maximum(self.items, 1) ** exponent, 0)


def coefficients(order, flatness, mended):
    j = np.arange(order + 1)
    zeros = np.cos((order + 0.5 - j) / (order + 1) * np.pi)
    places = zeros if mended else np.cos((order - j) / order * np.pi).round(3)
    target = 0.5 - 0.5 * np.sign(places) * np.abs(places) ** flatness
    if not mended:
        target = target.round(3)
    result = np.array([(np.cos(k * np.arccos(zeros)) * target).sum() * 2 / (order + 1) for k in j])
    result[0] /= 2
    return result


def cheby_cf(graph, order, flatness, rank, weight, exponent, mended):
    vectors, c = graph.vectors[:, :rank], coefficients(order, flatness, mended)

    def score(rows):
        signals = graph.signals(rows, exponent)
        filtered = sum(ck * term for ck, term in zip(c, graph.terms(signals, order)))
        return graph.after(filtered + weight * (vectors @ (vectors.T @ signals)), exponent)

    return score


def gf_cf(graph, rank, weight):
    vectors = graph.vectors[:, :rank]

    def score(rows):
        ideal = vectors @ (vectors.T @ graph.signals(rows, 0.5))
        return graph.smooth(rows.toarray().T).T + weight * graph.after(ideal, 0.5)

    return score


def search(graph, order, mended, validation):
    """The best of a grid on the validation users."""
    best = (-1, None)
    for exponent in (0, 0.1, 0.2, 0.3, 0.4):
        signals = graph.signals(validation[0], exponent)
        terms = graph.terms(signals, order)
        for rank in (64, 128, 256, 512):
            vectors = graph.vectors[:, :rank]
            ideal = vectors @ (vectors.T @ signals)
            for flatness in (1, 1.5, 4, 10, 25):
                filtered = sum(ck * term for ck, term in zip(coefficients(order, flatness, mended), terms))
                for weight in (0, 0.1, 0.3, 0.6):
                    scores = graph.after(filtered + weight * ideal, exponent)
                    value = measure(lambda _: scores, validation, block=validation[0].shape[0])["ndcg@100"].mean()
                    best = max(best, (value, (flatness, rank, weight, exponent)))
    return best[1]


def elsa(train, options, validation):
    import torch
    import torch.nn.functional as F

    torch.manual_seed(options.seed)
    items = train.shape[1]
    w = torch.nn.Parameter(torch.nn.init.xavier_uniform_(torch.empty(items, options.latent)))
    optimiser = torch.optim.NAdam([w], lr=options.learning_rate)
    best, rng = (-1.0, None, 0), np.random.default_rng(options.seed)

    def scorer(a):
        return lambda rows: (rows @ a) @ a.T - rows.toarray()

    for epoch in range(options.epochs):
        order = rng.permutation(train.shape[0])
        for first in range(0, len(order), options.batch_size):
            x = torch.from_numpy(train[order[first : first + options.batch_size]].toarray())
            a = F.normalize(w, dim=-1)
            loss = F.mse_loss(F.normalize(x @ a @ a.T - x, dim=-1), F.normalize(x, dim=-1))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        a = F.normalize(w, dim=-1).detach().numpy().copy()
        value = measure(scorer(a), validation)["ndcg@100"].mean()
        if value > best[0]:
            best = (value, a, epoch + 1)
    return scorer(best[1]), best[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--model", choices=["ease", "gf-cf", "cheby-cf", "elsa"], required=True)
    parser.add_argument("--l2", type=float, default=250)
    parser.add_argument("--order", type=int, default=8)
    parser.add_argument("--flatness", type=float, default=1.5)
    parser.add_argument("--rank", type=int, default=512)
    parser.add_argument("--weight", type=float, default=0.2)
    parser.add_argument("--exponent", type=float, default=0.4)
    parser.add_argument("--mended", action="store_true")
    parser.add_argument("--search", action="store_true")
    parser.add_argument("--latent", type=int, default=256)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--learning-rate", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=42)
    options = parser.parse_args()

    train, validation, test = read_split(options.directory)
    begun = time.perf_counter()
    facts = {"model": options.model, "users": train.shape[0], "items": train.shape[1], "interactions": int(train.nnz)}
    if options.model == "ease":
        score = ease(train, options.l2)
    elif options.model == "elsa":
        score, facts["epoch"] = elsa(train, options, validation)
        facts.update(latent=options.latent, batchSize=options.batch_size)
    else:
        graph = Graph(train, 512 if options.search else options.rank)
        if options.model == "gf-cf":
            score = gf_cf(graph, options.rank, options.weight)
        else:
            chosen = (options.flatness, options.rank, options.weight, options.exponent)
            if options.search:
                chosen = search(graph, options.order, options.mended, validation)
            facts.update(zip(("flatness", "rank", "weight", "exponent"), chosen), order=options.order, mended=options.mended)
            score = cheby_cf(graph, options.order, *chosen, options.mended)
    facts["seconds"] = round(time.perf_counter() - begun, 1)
    for name, part in (("validation", validation), ("test", test)):
        facts[name] = {
            key: [round(v.mean(), 4), round(v.std(ddof=1) / len(v) ** 0.5, 4)] for key, v in measure(score, part).items()
        }
    print(json.dumps(facts))


if __name__ == "__main__":
    main()

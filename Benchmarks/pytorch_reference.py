#!/usr/bin/env python3
"""Quality yardstick: Mult-DAE and Mult-VAE (Liang et al., WWW 2018) in PyTorch on the CPU, trained and tested on a fixed split.

Set-up:  python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
Run:     .venv/bin/python pytorch_reference.py DIR --model mult-vae [--epochs 100] [--seed 42]

DIR has the layout of the Mult-VAE authors: unique_sid.txt (one item id a line), train.csv, validation_tr.csv,
validation_te.csv, test_tr.csv and test_te.csv with the header `uid,sid`. If every sid of train.csv stands in
unique_sid.txt the sids are item ids, otherwise they are line numbers of that file, counted from 0.

  mult-vae   items -> 600 tanh -> 2 x 200 linear (mean, log-variance), 200 -> 600 tanh -> items; beta rises linearly from 0
             and reaches its cap after 80 % of the planned updates (--annealing-steps N for another slope, 0 for the cap at once)
  mult-dae   items -> 200 tanh -> items, with 2e-5 * (sum of squared weights) in the loss

Both: rows divided by their L2 norm, then dropout; multinomial likelihood of the clean row; Xavier-uniform weights (the
two heads of Mult-VAE are one matrix), biases from a truncated normal of deviation 0.001; Adam, dense moments.
The epoch with the best ndcg@100 on the validation users is the one tested.

Prints one line of JSON. A standard error is the deviation over users / sqrt(users). Users with nothing held out are
left out and counted. Scores are float logits, among which ties are too rare to matter; they fall in any order.
"""
import argparse
import copy
import csv
import json
import pathlib
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

WEIGHT_DECAY = {"mult-vae": 0.0, "mult-dae": 2e-5}
SELECTED_BY = "ndcg@100"


class Rows:
    """Sparse 0/1 rows: the items of user u are items[start[u]:start[u + 1]], ascending."""

    def __init__(self, pairs, users):
        pairs = np.unique(pairs.reshape(-1, 2), axis=0)
        self.items = pairs[:, 1]
        self.start = np.searchsorted(pairs[:, 0], np.arange(users + 1))

    def __len__(self):
        return len(self.start) - 1

    def batch(self, users):
        """The items of these users one after the other, and how many each has."""
        counts = self.start[users + 1] - self.start[users]
        items = np.concatenate([self.items[self.start[u] : self.start[u + 1]] for u in users])
        return torch.from_numpy(items), torch.from_numpy(counts)


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        header = next(reader)
        uid, sid = header.index("uid"), header.index("sid")
        return [(line[uid], line[sid]) for line in reader if line]


def read_split(directory):
    """The number of items, the training rows, and (fold-in rows, held-out rows, users left out) of each test part."""
    ids = (directory / "unique_sid.txt").read_text(encoding="utf-8").split("\n")
    index = {item: i for i, item in enumerate(filter(None, (item.strip() for item in ids)))}
    items = len(index)
    train = read_csv(directory / "train.csv")
    if not all(sid in index for _, sid in train):
        index = {str(i): i for i in range(items)}
        unknown = next((sid for _, sid in train if sid not in index), None)
        if unknown is not None:
            sys.exit(f"train.csv: sid {unknown!r} is neither in unique_sid.txt nor one of its line numbers 0...{items - 1}")

    def rows(pairs, users):
        known = [(users[uid], index[sid]) for uid, sid in pairs if uid in users and sid in index]
        return Rows(np.array(known, dtype=np.int64), len(users))

    def held_out_users(part):
        fold_in, held_out = (read_csv(directory / f"{part}_{suffix}.csv") for suffix in ("tr", "te"))
        with_items = dict.fromkeys(uid for uid, sid in held_out if sid in index)
        users = {uid: row for row, uid in enumerate(with_items)}
        skipped = len({uid for uid, _ in fold_in + held_out}) - len(users)
        return rows(fold_in, users), rows(held_out, users), skipped

    train_users = {uid: row for row, uid in enumerate(dict.fromkeys(uid for uid, _ in train))}
    return items, rows(train, train_users), held_out_users("validation"), held_out_users("test")


class Autoencoder(nn.Module):
    """Mult-VAE if `hidden` is a width, Mult-DAE if it is None."""

    def __init__(self, items, hidden, latent, dropout):
        super().__init__()
        self.variational, self.dropout = hidden is not None, dropout
        first = hidden if self.variational else latent
        self.first = nn.EmbeddingBag(items, first, mode="sum")  # a linear layer over the non-zeros only
        self.first_bias = nn.Parameter(torch.empty(first))
        if self.variational:
            self.heads = nn.Linear(hidden, 2 * latent)
            self.widen = nn.Linear(latent, hidden)
        self.out = nn.Linear(first, items)
        for parameter in self.parameters():
            if parameter.ndim == 2:
                nn.init.xavier_uniform_(parameter)
            else:
                nn.init.trunc_normal_(parameter, std=0.001, a=-0.002, b=0.002)

    def forward(self, items, counts):
        """Logits, and the mean KL divergence of the users (0 for Mult-DAE). Without `train()` neither noise nor sampling."""
        norm = counts.clamp(min=1).float().rsqrt()
        weights = F.dropout(norm.repeat_interleave(counts), self.dropout, self.training)
        starts = counts.cumsum(0) - counts
        h = torch.tanh(self.first(items, starts, per_sample_weights=weights) + self.first_bias)
        kl = torch.zeros(())
        if self.variational:
            mean, log_variance = self.heads(h).chunk(2, dim=1)
            z = mean
            if self.training:
                z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
            kl = 0.5 * (log_variance.exp() + mean**2 - 1 - log_variance).sum(1).mean()
            h = torch.tanh(self.widen(z))
        return self.out(h), kl

    def squared_weights(self):
        return sum((p**2).sum() for p in self.parameters() if p.ndim == 2)


def negative_log_likelihood(logits, items, counts):
    """Multinomial: N * logsumexp(f) - sum of f over the user's items, averaged over users."""
    user = torch.arange(len(counts)).repeat_interleave(counts)
    return ((counts * logits.logsumexp(1)).sum() - logits[user, items].sum()) / len(counts)


@torch.no_grad()
def evaluate(model, fold_in, held_out, batch_size):
    """Each metric's value for every user, as arrays."""
    model.eval()
    discount = 1 / np.log2(np.arange(2, 102))
    ideal = np.cumsum(discount)
    values = {key: [] for key in ("recall-min@20", "recall-min@50", "recall@20", "ndcg@10", "ndcg@100")}
    for begin in range(0, len(fold_in), batch_size):
        users = np.arange(begin, min(begin + batch_size, len(fold_in)))
        items, counts = fold_in.batch(users)
        scores, _ = model(items, counts)
        scores[torch.arange(len(users)).repeat_interleave(counts), items] = -torch.inf
        ranked = scores.topk(min(100, scores.shape[1])).indices
        items, counts = held_out.batch(users)
        relevant = torch.zeros(scores.shape, dtype=torch.bool)
        relevant[torch.arange(len(users)).repeat_interleave(counts), items] = True
        hits, n = relevant.gather(1, ranked).numpy(), counts.numpy()
        for key, parts in values.items():
            name, k = key.split("@")
            k = int(k)
            if name == "ndcg":
                gain = hits[:, :k] @ discount[: hits[:, :k].shape[1]]
                parts.append(gain / ideal[np.minimum(k, n) - 1])
            else:
                parts.append(hits[:, :k].sum(1) / (np.minimum(k, n) if name == "recall-min" else n))
    return {key: np.concatenate(parts) for key, parts in values.items()}


def train(model, rows, validation, options):
    """Trains in place and leaves the best epoch's weights in the model. Returns that epoch, its metric, seconds of training."""
    adam = torch.optim.Adam(model.parameters(), options.learning_rate, fused=True)
    updates = -(-len(rows) // options.batch_size)
    slope = options.annealing_steps
    if slope is None:
        slope = 0.8 * options.epochs * updates / options.beta if options.beta > 0 else 0
    step, seconds, best = 0, 0.0, (0, -1.0, None)
    for epoch in range(1, options.epochs + 1):
        model.train()
        start, total = time.perf_counter(), 0.0
        order = torch.randperm(len(rows)).numpy()
        for begin in range(0, len(rows), options.batch_size):
            items, counts = rows.batch(order[begin : begin + options.batch_size])
            beta = min(options.beta, step / slope) if slope else options.beta
            logits, kl = model(items, counts)
            loss = negative_log_likelihood(logits, items, counts) + beta * kl
            if options.weight_decay > 0:
                loss = loss + options.weight_decay * model.squared_weights()
            adam.zero_grad()
            loss.backward()
            adam.step()
            step, total = step + 1, total + loss.item()
        seconds += time.perf_counter() - start
        score = evaluate(model, *validation, options.batch_size)[SELECTED_BY].mean().item()
        if score > best[1]:
            best = epoch, score, copy.deepcopy(model.state_dict())
        if not options.quiet:
            print(f"epoch {epoch:3}  loss {total / updates:.3f}  validation {SELECTED_BY} {score:.5f}", file=sys.stderr)
    model.load_state_dict(best[2])
    return best[0], best[1], seconds


def main():
    p = argparse.ArgumentParser(description="Mult-DAE and Mult-VAE in PyTorch on a fixed split; prints one line of JSON.")
    p.add_argument("directory", type=pathlib.Path)
    p.add_argument("--model", choices=sorted(WEIGHT_DECAY), required=True)
    p.add_argument("--epochs", type=int, default=100)
    p.add_argument("--batch-size", type=int, default=500)
    p.add_argument("--hidden", type=int, default=600, help="hidden width of mult-vae")
    p.add_argument("--latent", type=int, default=200, help="width of the code")
    p.add_argument("--dropout", type=float, default=0.5)
    p.add_argument("--beta", type=float, default=0.2, help="cap of beta")
    p.add_argument("--annealing-steps", type=int, help="updates in which beta would rise from 0 to 1")
    p.add_argument("--learning-rate", type=float, default=1e-3)
    p.add_argument("--weight-decay", type=float, help="default 0 for mult-vae, 2e-5 for mult-dae")
    p.add_argument("--seed", type=int, default=42)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--quiet", action="store_true", help="no line per epoch on stderr")
    options = p.parse_args()
    if options.weight_decay is None:
        options.weight_decay = WEIGHT_DECAY[options.model]

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    items, rows, (*validation, _), (*test, skipped) = read_split(options.directory)
    model = Autoencoder(items, options.hidden if options.model == "mult-vae" else None, options.latent, options.dropout)
    best_epoch, best_score, seconds = train(model, rows, validation, options)
    values = evaluate(model, *test, options.batch_size)
    print(json.dumps({
        "name": options.model, "seed": options.seed, "items": items, "trainUsers": len(rows),
        "testUsers": len(test[0]), "skippedUsers": skipped,
        "metrics": {key: v.mean().item() for key, v in values.items()},
        "standardErrors": {key: v.std().item() / len(v) ** 0.5 for key, v in values.items()},
        "epochs": options.epochs, "bestEpoch": best_epoch, "validation": {SELECTED_BY: best_score},
        "seconds": {"train": round(seconds, 2), "epoch": round(seconds / options.epochs, 3)},
        "usersPerSecond": round(len(rows) * options.epochs / seconds),
        "torch": torch.__version__}))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""One epoch of Mult-VAE trained privately by Opacus, with ghost clipping.

Set-up:  python3 -m venv .venv && .venv/bin/pip install torch numpy opacus
Run:     .venv/bin/python pytorch_private.py [--items 20108] [--batch 500]

The model and the data are those of pytorch_multvae.py's `common` variant. Opacus samples users by Poisson's rule, clips the gradient of each
to a norm of 1 and adds noise; a loss is wrapped so that its backward pass is gone twice. Prints the seconds of an epoch, the second of two.
"""
import argparse
import time
import warnings

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from opacus import PrivacyEngine

p = argparse.ArgumentParser()
p.add_argument("--users", type=int, default=5000)
p.add_argument("--items", type=int, default=20108)
p.add_argument("--interactions", type=int, default=70)
p.add_argument("--batch", type=int, default=500)
p.add_argument("--hidden", type=int, default=600)
p.add_argument("--latent", type=int, default=200)
p.add_argument("--threads", type=int, default=2)
a = p.parse_args()
warnings.simplefilter("ignore")
torch.set_num_threads(a.threads)
torch.manual_seed(0)
rng = np.random.default_rng(0)
rows = [np.unique((a.items * rng.random(max(1, rng.poisson(a.interactions))) ** 2).astype(np.int64)) for _ in range(a.users)]


class Rows(torch.utils.data.Dataset):
    def __len__(self):
        return len(rows)

    def __getitem__(self, user):
        x = torch.zeros(a.items)
        x[torch.from_numpy(rows[user])] = 1
        return x, x


class MultVAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(a.items, a.hidden)
        self.heads = nn.Linear(a.hidden, 2 * a.latent)
        self.widen = nn.Linear(a.latent, a.hidden)
        self.out = nn.Linear(a.hidden, a.items)

    def forward(self, x):
        q = self.heads(torch.tanh(self.first(F.dropout(F.normalize(x), 0.5))))
        mean, logvar = q[:, : a.latent], q[:, a.latent :]
        z = mean + torch.exp(0.5 * logvar) * torch.randn_like(mean)
        kl = -0.5 * (1 + logvar - mean**2 - logvar.exp()).sum(1, keepdim=True)
        # The loss is a function of one output here, so the divergence travels as one more column.
        return torch.cat([self.out(torch.tanh(self.widen(z))), kl], 1)


class Loss(nn.Module):
    """The negative evidence bound of every user, or its mean."""

    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, outputs, x):
        logits, kl = outputs[:, :-1], outputs[:, -1]
        losses = -(F.log_softmax(logits, 1) * x).sum(1) + 0.2 * kl
        return losses.mean() if self.reduction == "mean" else losses


model = MultVAE()
optimizer = torch.optim.Adam(model.parameters(), 1e-3)
loader = torch.utils.data.DataLoader(Rows(), batch_size=a.batch)
model, optimizer, criterion, loader = PrivacyEngine().make_private(
    module=model, optimizer=optimizer, data_loader=loader, criterion=Loss(), noise_multiplier=1.0, max_grad_norm=1.0,
    poisson_sampling=True, grad_sample_mode="ghost")
for epoch in range(2):
    start = time.perf_counter()
    for x, target in loader:
        if len(x) == 0:
            continue
        optimizer.zero_grad()
        criterion(model(x), target).backward()
        optimizer.step()
    seconds = time.perf_counter() - start
print(f"{seconds:.2f} s an epoch")

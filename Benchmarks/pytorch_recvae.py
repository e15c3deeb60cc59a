#!/usr/bin/env python3
"""Speed yardstick: training RecVAE (Shenbin et al., WSDM 2020) in PyTorch on the CPU, three encoder epochs and one decoder epoch.

Set-up:  python3 -m venv .venv && .venv/bin/pip install "torch==2.13.0+cpu" numpy
         (or plain `torch`, which is larger)
Run:     .venv/bin/python pytorch_recvae.py --variant common|best

Variants
  common  as the authors' program does it: densified rows, nn.Linear for the first layer, all gradients in both phases, the
          kept encoder asked in both, plain Adam
  best    a careful PyTorch programmer's version: EmbeddingBag over non-zeros for the first layer, gradients only for what
          learns in the phase, no encoder graph and no prior in the decoder's epoch, fused Adam
Both: full softmax over all items, five encoder layers of 600 with swish and layer normalisation, z 200, gamma 0.005,
Adam 5e-4. The data are those of pytorch_multvae.py.

Prints users per second over the last four epochs; compare as a ratio within one run on one machine.
"""
import argparse, math, time
import numpy as np, torch, torch.nn as nn, torch.nn.functional as F

p = argparse.ArgumentParser()
p.add_argument("--variant", choices=["common", "best"], default="common")
p.add_argument("--users", type=int, default=5000)
p.add_argument("--items", type=int, default=20108)
p.add_argument("--interactions", type=int, default=70)
p.add_argument("--batch", type=int, default=500)
p.add_argument("--hidden", type=int, default=600)
p.add_argument("--latent", type=int, default=200)
p.add_argument("--cycles", type=int, default=2)
p.add_argument("--threads", type=int, default=2)
a = p.parse_args()
best = a.variant == "best"
torch.set_num_threads(a.threads)
torch.manual_seed(0)
rng = np.random.default_rng(0)
rows = [np.unique((a.items * rng.random(max(1, rng.poisson(a.interactions))) ** 2).astype(np.int64)) for _ in range(a.users)]


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        if best:
            self.first = nn.EmbeddingBag(a.items, a.hidden, mode="sum")
            self.first_bias = nn.Parameter(torch.zeros(a.hidden))
            nn.init.uniform_(self.first.weight, -1 / math.sqrt(a.items), 1 / math.sqrt(a.items))
        else:
            self.first = nn.Linear(a.items, a.hidden)
        self.layers = nn.ModuleList(nn.Linear(a.hidden, a.hidden) for _ in range(4))
        self.norms = nn.ModuleList(nn.LayerNorm(a.hidden, eps=0.1) for _ in range(5))
        self.head = nn.Linear(a.hidden, 2 * a.latent)

    def forward(self, users, x, dropout):
        if best:
            n = np.array([len(u) for u in users])
            weight = torch.from_numpy(np.repeat(1 / np.sqrt(n), n).astype(np.float32))
            offsets = torch.from_numpy(np.concatenate([[0], np.cumsum(n)[:-1]]))
            h = self.first(torch.from_numpy(np.concatenate(users)), offsets,
                           per_sample_weights=F.dropout(weight, dropout)) + self.first_bias
        else:
            h = self.first(F.dropout(F.normalize(x), dropout))
        h = self.norms[0](F.silu(h))
        total = h
        for layer, norm in zip(self.layers, self.norms[1:]):
            h = norm(F.silu(layer(h) + total))
            total = total + h
        return self.head(h).chunk(2, dim=1)


def log_normal(z, mean, logvar):
    return -0.5 * (math.log(2 * math.pi) + logvar + (z - mean) ** 2 * torch.exp(-logvar))


def divergence(z, mean, logvar, kept, users, x):
    with torch.no_grad():
        kept_mean, kept_logvar = kept(users, x, 0.0)
    terms = [math.log(0.15) - 0.5 * (math.log(2 * math.pi) + z ** 2), math.log(0.75) + log_normal(z, kept_mean, kept_logvar),
             math.log(0.1) - 0.5 * (math.log(2 * math.pi) + 10 + z ** 2 * math.exp(-10))]
    return (log_normal(z, mean, logvar) - torch.logsumexp(torch.stack(terms, dim=-1), dim=-1)).sum(1)


encoder, kept, decoder = Encoder(), Encoder().requires_grad_(False), nn.Linear(a.latent, a.items)
kept.load_state_dict(encoder.state_dict())
adams = {part: torch.optim.Adam(part.parameters(), 5e-4, fused=best) for part in (encoder, decoder)}
for cycle in range(a.cycles):
    start, total = time.perf_counter(), 0.0
    for learns, epochs, dropout in ((encoder, 3, 0.5), (decoder, 1, 0.0)):
        kept.load_state_dict(encoder.state_dict())
        if best:
            encoder.requires_grad_(learns is encoder)
            decoder.requires_grad_(learns is decoder)
        for _ in range(epochs):
            order = rng.permutation(a.users)
            for b in range(0, a.users, a.batch):
                users = [rows[u] for u in order[b : b + a.batch]]
                x = torch.zeros(len(users), a.items)
                x[torch.from_numpy(np.repeat(np.arange(len(users)), [len(u) for u in users])), torch.from_numpy(np.concatenate(users))] = 1
                mean, logvar = encoder(users, x, dropout)
                z = mean + torch.exp(0.5 * logvar) * torch.randn_like(mean)
                loss = -(F.log_softmax(decoder(z), 1) * x).sum(1).mean()
                if learns is encoder or not best:
                    loss = loss + (0.005 * x.sum(1) * divergence(z, mean, logvar, kept, users, x)).mean()
                for adam in adams.values():
                    adam.zero_grad()
                loss.backward()
                adams[learns].step()
                total += loss.item()
    seconds = time.perf_counter() - start
print(f"{a.variant} f32: {4 * a.users / seconds:.0f} users/s, loss {total / 4 / -(-a.users // a.batch):.2f}")

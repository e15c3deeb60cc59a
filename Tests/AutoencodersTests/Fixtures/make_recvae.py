#!/usr/bin/env python3
"""Writes recvae.json: what PyTorch computes for a tiny RecVAE in both of its phases, in float64.

Set-up and layouts are those of make_fixtures.py beside this script; the run is `make fixtures`, or
    .venv/bin/python make_recvae.py [FILE]

One batch of five users over twelve items, shown to the network ten times, as the letters of `phases` say:
  E   the encoder learns; the input is masked (values times `keep` times 2), a kept encoder sees the clean rows
  D   the decoder learns; the input is clean
Where a letter follows another one, and before the first, the encoder is kept as it is. Each half has an Adam of its own
(0.01, 0.9, 0.999, 1e-8). The noise `epsilon` is the same at every step.

  Encoder   h_1 = LN(swish(x W_0 + b_0)), h_k = LN(swish(h_(k-1) W^T + b + h_1 + ... + h_(k-1))), then mean and log-variance.
            `encoder.0` is the wide layer, `encoder.1` its normalisation, `encoder.2` the second layer, ..., the last one the head.
  Decoder   logits = z W^T + b, z = mean + exp(logVariance / 2) * epsilon.
  Loss      mean over users of -sum x log_softmax(logits) + gamma * (sum x) * divergence, where
            divergence = sum over k of log q(z_k) - log p(z_k), and
            p(z_k) = 0.15 N(0, 1) + 0.75 N(kept mean, kept variance) + 0.1 N(0, e^10).

`losses`, `divergences` (unweighted means over users) are those before each step; `gradients` has those of the steps numbered
there, counted from 0, for what learns in them; `after` the parameters after the last step.
"""
import json
import math
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

from make_fixtures import ITEMS, dense, listed, make_batch, named

HIDDEN, LATENT, LAYERS, GAMMA = 6, 3, 5, 0.03
PHASES = "EEEDEEEDEE"
RECORDED = (0, 2, 3, 6)


def make_parameters(rng):
    parameters = {"encoder.0.weight": 0.3 * rng.standard_normal((ITEMS, HIDDEN)),
                  "encoder.0.bias": 0.1 * rng.standard_normal(HIDDEN)}
    for layer in range(1, 2 * LAYERS + 1):
        if layer % 2 == 1:
            parameters[f"encoder.{layer}.weight"] = 1 + 0.2 * rng.standard_normal(HIDDEN)
            parameters[f"encoder.{layer}.bias"] = 0.1 * rng.standard_normal(HIDDEN)
        else:
            outputs = 2 * LATENT if layer == 2 * LAYERS else HIDDEN
            parameters[f"encoder.{layer}.weight"] = 0.4 * rng.standard_normal((outputs, HIDDEN))
            parameters[f"encoder.{layer}.bias"] = 0.1 * rng.standard_normal(outputs)
    parameters["decoder.0.weight"] = 0.4 * rng.standard_normal((ITEMS, LATENT))
    parameters["decoder.0.bias"] = 0.1 * rng.standard_normal(ITEMS)
    return {name: torch.tensor(value, requires_grad=True) for name, value in parameters.items()}


def encode(x, parameters):
    def part(layer):
        return parameters[f"encoder.{layer}.weight"], parameters[f"encoder.{layer}.bias"]

    weight, bias = part(0)
    outputs, a = [], x @ weight + bias
    for layer in range(LAYERS):
        if layer > 0:
            a = F.linear(outputs[-1], *part(2 * layer)) + sum(outputs)
        outputs.append(F.layer_norm(F.silu(a), (HIDDEN,), *part(2 * layer + 1), eps=0.1))
    return F.linear(outputs[-1], *part(2 * LAYERS)).chunk(2, dim=1)


def log_normal(z, mean, log_variance):
    return -0.5 * (math.log(2 * math.pi) + log_variance + (z - mean) ** 2 / torch.exp(torch.as_tensor(log_variance)))


def loss(letter, batch, parameters, kept):
    target = dense(batch["rows"], batch["values"])
    clean = F.normalize(target)
    x = clean * dense(batch["rows"], batch["keep"]) * batch["delta"] if letter == "E" else clean
    mean, log_variance = encode(x, parameters)
    z = mean + torch.exp(log_variance / 2) * torch.from_numpy(batch["epsilon"])
    with torch.no_grad():
        kept_mean, kept_log_variance = encode(clean, kept)
    zero = torch.zeros(())
    terms = [math.log(0.15) + log_normal(z, zero, 0.0), math.log(0.75) + log_normal(z, kept_mean, kept_log_variance),
             math.log(0.1) + log_normal(z, zero, 10.0)]
    divergence = (log_normal(z, mean, log_variance) - torch.logsumexp(torch.stack(terms), dim=0)).sum(1)
    logits = F.linear(z, parameters["decoder.0.weight"], parameters["decoder.0.bias"])
    reconstruction = -(target * F.log_softmax(logits, dim=1)).sum(1)
    return (reconstruction + GAMMA * target.sum(1) * divergence).mean(), divergence.mean()


def worst_difference(letter, batch, parameters, kept, learned, step=1e-6):
    """The largest error of autograd's gradients against central differences."""
    worst = 0.0
    with torch.no_grad():
        for parameter in learned.values():
            flat, expected = parameter.view(-1), parameter.grad.view(-1)
            for i in range(len(flat)):
                saved = flat[i].item()
                flat[i] = saved + step
                above = loss(letter, batch, parameters, kept)[0]
                flat[i] = saved - step
                below = loss(letter, batch, parameters, kept)[0]
                flat[i] = saved
                worst = max(worst, abs((above - below) / (2 * step) - expected[i]).item())
    return worst


def main():
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("recvae.json")
    rng = np.random.default_rng(20)
    batch = make_batch(dict(ratings=False, mask=True, users=False, variational=True, encoder=[LATENT]), rng)
    parameters = make_parameters(rng)
    document = {"items": ITEMS, "latent": LATENT, "hidden": [HIDDEN] * LAYERS, "gamma": GAMMA, "phases": PHASES,
                "rows": batch["rows"], "keep": batch["keep"], "epsilon": listed(batch["epsilon"]),
                "initial": named(parameters)}
    halves = {letter: {n: p for n, p in parameters.items() if n.startswith(half)}
              for letter, half in (("E", "encoder"), ("D", "decoder"))}
    adams = {letter: torch.optim.Adam(half.values(), lr=0.01, betas=(0.9, 0.999), eps=1e-8)
             for letter, half in halves.items()}
    losses, divergences, gradients, kept = [], [], {}, {}
    for step, letter in enumerate(PHASES):
        if step == 0 or PHASES[step - 1] != letter:
            kept = {n: p.detach().clone() for n, p in halves["E"].items()}
        for parameter in parameters.values():
            parameter.grad = None
        total, divergence = loss(letter, batch, parameters, kept)
        total.backward()
        losses.append(total.item())
        divergences.append(divergence.item())
        if step in RECORDED:
            gradients[str(step)] = named({n: p.grad.clone() for n, p in halves[letter].items()})
            worst = worst_difference(letter, batch, parameters, kept, halves[letter])
            smallest = min(p.grad[p.grad != 0].abs().min().item() for p in halves[letter].values())
            print(f"step {step} {letter}: worst gradient error {worst:.1e}, smallest gradient {smallest:.1e}", file=sys.stderr)
            # Adam divides by |g| + 1e-8: a gradient that is mere rounding would make the stored steps meaningless.
            assert worst < 1e-7 and smallest > 1e-7
        adams[letter].step()
    document |= {"losses": losses, "divergences": divergences, "gradients": gradients, "after": named(parameters)}
    lines = [f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)}" for key, value in document.items()]
    target.write_text("{" + ",\n ".join(lines) + "}\n")


if __name__ == "__main__":
    main()

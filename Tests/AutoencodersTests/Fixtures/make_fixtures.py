#!/usr/bin/env python3
"""Writes reference.json: what PyTorch computes for tiny autoencoders, so that the Swift code can be held against it.

Every case is one batch of five users over twelve items, in float64. Gradients come from autograd (and are
checked here against central differences), the ten steps from torch.optim.Adam. All numbers are seeded.

Set-up:  python3 -m venv .venv && .venv/bin/pip install torch==2.13.0 numpy==2.4.6     (see requirements.txt)
Run:     .venv/bin/python make_fixtures.py [FILE]          (default: reference.json beside this script)

Numbers are repeatable to the last few digits; those may change with the processor's exp and tanh.

What the numbers mean
  Input row     `values` of the user's items, divided by their L2 norm if `normalise`; then every value is
                multiplied by `keep` * `delta`. The target is always the clean row.
  Network       encoder layers, then decoder layers. The hidden layers go through `activation`; the last decoder
                layer is linear, and so is the last encoder layer of the variational cases: its first L rows are
                the mean, its next L rows the log-variance, and z = mean + exp(logVariance / 2) * epsilon.
                `cdae-*` add the user's row of `user.weight` to the first layer before the activation.
  Likelihoods   of one user, summed over items; f = logits, x = clean row:
                multinomial    -sum x * log_softmax(f)
                bernoulli      binary cross-entropy with logits, over all items
                gaussian       sum (f - x)^2, over all items, no 1/2
                maskedSquared  sum (f - x)^2, over the user's own items only
  Loss          total = reconstruction + beta * kl + regulariser, where reconstruction and kl are means over the
                users of the batch (kl is summed over the latents, and given without beta) and
                regulariser = weightDecay * (sum of squares of all weights, and of all seven user vectors), no 1/2,
                biases left out.
  Steps         ten of Adam (0.01, 0.9, 0.999, 1e-8), each on this same batch, mask and epsilon.
                `lossesOfTenSteps` holds the total before each step, so its first entry is `total`.

Layouts (all lists row-major)
  `encoder.0.weight` is [items, out]: the transpose of nn.Linear's weight, so that an item is a row.
  Every other weight is [out, in] as in nn.Linear; the last decoder weight is therefore [items, in].
  `user.weight` is [users, hidden]. `logits` is [batch, items]; `code`, `epsilon`, `logVariance` are [batch, L].
  `code` is the hidden code of a point autoencoder, the mean of a variational one.
  `rows`, `values` and `keep` are parallel lists, one list per user.
"""
import json
import pathlib
import sys
import zlib

import numpy as np
import torch
import torch.nn.functional as F

ITEMS = 12
ROW_LENGTHS = [4, 1, 6, 2, 5]
USER_TABLE = 7
STEPS = 10

# Widths are those between the item layers: `encoder` ends in the code, `decoder` lists hidden layers after it.
DEFAULTS = dict(encoder=[4], decoder=[], activation="tanh", normalise=False, mask=False, users=False,
                ratings=False, variational=False, weightDecay=0.0, beta=0.0)
CASES = {
    "ae-bernoulli": dict(likelihood="bernoulli"),
    "ae-gaussian": dict(likelihood="gaussian"),
    "ae-multinomial": dict(likelihood="multinomial"),
    "dae-bernoulli": dict(likelihood="bernoulli", mask=True),
    "dae-deep-multinomial": dict(likelihood="multinomial", encoder=[5, 3], decoder=[5],
                                 normalise=True, mask=True, weightDecay=0.01),
    "cdae-logistic": dict(likelihood="bernoulli", activation="sigmoid", mask=True, users=True, weightDecay=0.01),
    "cdae-squared": dict(likelihood="gaussian", activation="sigmoid", mask=True, users=True, weightDecay=0.01),
    "mult-dae": dict(likelihood="multinomial", encoder=[3], normalise=True, mask=True, weightDecay=0.01),
    "mult-vae": dict(likelihood="multinomial", encoder=[4, 3], decoder=[4], normalise=True, mask=True,
                     variational=True, beta=0.2),
    "mult-vae-beta1": dict(likelihood="multinomial", encoder=[4, 3], decoder=[4], normalise=True, mask=True,
                           variational=True, beta=1.0, weightDecay=0.003),
    "user-autorec": dict(likelihood="maskedSquared", activation="sigmoid", ratings=True, weightDecay=0.01),
}


def make_batch(case, rng):
    """Draws the rows, their values, the keep mask and the users of one batch."""
    rows = [sorted(rng.choice(ITEMS, n, replace=False).tolist()) for n in ROW_LENGTHS]
    values = [rng.integers(1, 6, len(r)).astype(float).tolist() if case["ratings"] else [1.0] * len(r) for r in rows]
    keep = [rng.integers(0, 2, len(r)).tolist() if case["mask"] else [1] * len(r) for r in rows]
    users = rng.permutation(USER_TABLE)[: len(rows)].tolist() if case["users"] else None
    epsilon = rng.standard_normal((len(rows), case["encoder"][-1])) if case["variational"] else None
    return dict(rows=rows, values=values, keep=keep, delta=2.0 if case["mask"] else 1.0, users=users, epsilon=epsilon)


def make_parameters(case, rng):
    """Draws weights and biases in the layouts of the header."""
    heads = 2 if case["variational"] else 1
    encoder = [ITEMS, *case["encoder"][:-1], heads * case["encoder"][-1]]
    decoder = [case["encoder"][-1], *case["decoder"], ITEMS]
    parameters = {}
    for part, widths in (("encoder", encoder), ("decoder", decoder)):
        for layer, (fan_in, fan_out) in enumerate(zip(widths, widths[1:])):
            item_rows = part == "encoder" and layer == 0
            shape = (fan_in, fan_out) if item_rows else (fan_out, fan_in)
            parameters[f"{part}.{layer}.weight"] = 0.3 * rng.standard_normal(shape)
            parameters[f"{part}.{layer}.bias"] = 0.1 * rng.standard_normal(fan_out)
    if case["users"]:
        parameters["user.weight"] = 0.3 * rng.standard_normal((USER_TABLE, case["encoder"][0]))
    return {name: torch.tensor(value, requires_grad=True) for name, value in parameters.items()}


def dense(rows, values):
    x = torch.zeros(len(rows), ITEMS, dtype=torch.float64)
    for user, (row, value) in enumerate(zip(rows, values)):
        x[user, row] = torch.tensor(value, dtype=torch.float64)
    return x


def run(case, batch, parameters):
    """The forward pass and every term of the loss."""
    activation = getattr(torch, case["activation"])
    target = dense(batch["rows"], batch["values"])
    x = F.normalize(target) if case["normalise"] else target
    x = x * dense(batch["rows"], batch["keep"]) * batch["delta"]

    h = x @ parameters["encoder.0.weight"] + parameters["encoder.0.bias"]
    if case["users"]:
        h = h + parameters["user.weight"][batch["users"]]
    for layer in range(1, len(case["encoder"])):
        h = F.linear(activation(h), parameters[f"encoder.{layer}.weight"], parameters[f"encoder.{layer}.bias"])

    if case["variational"]:
        code, log_variance = h.chunk(2, dim=1)
        h = code + torch.exp(log_variance / 2) * torch.from_numpy(batch["epsilon"])
        kl = 0.5 * (log_variance.exp() + code**2 - 1 - log_variance).sum(1).mean()
    else:
        code = h = activation(h)
        log_variance = kl = None

    for layer in range(len(case["decoder"]) + 1):
        if layer > 0:
            h = activation(h)
        h = F.linear(h, parameters[f"decoder.{layer}.weight"], parameters[f"decoder.{layer}.bias"])
    logits = h

    if case["likelihood"] == "multinomial":
        per_item = -target * F.log_softmax(logits, dim=1)
    elif case["likelihood"] == "bernoulli":
        per_item = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    elif case["likelihood"] == "gaussian":
        per_item = (logits - target) ** 2
    else:
        per_item = (target > 0) * (logits - target) ** 2
    reconstruction = per_item.sum(1).mean()
    regulariser = case["weightDecay"] * sum((p**2).sum() for n, p in parameters.items() if n.endswith("weight"))
    total = reconstruction + regulariser + (case["beta"] * kl if case["variational"] else 0)
    return dict(logits=logits, code=code, logVariance=log_variance, reconstruction=reconstruction, kl=kl,
                regulariser=regulariser, total=total)


def worst_difference(case, batch, parameters, gradients, step=1e-6):
    """The largest relative error of `gradients` against central differences, over every parameter."""
    worst = 0.0
    with torch.no_grad():
        for name, parameter in parameters.items():
            flat, expected = parameter.view(-1), gradients[name].view(-1)
            for i in range(len(flat)):
                saved = flat[i].item()
                flat[i] = saved + step
                above = run(case, batch, parameters)["total"]
                flat[i] = saved - step
                below = run(case, batch, parameters)["total"]
                flat[i] = saved
                difference = abs((above - below) / (2 * step) - expected[i]).item()
                worst = max(worst, difference / max(1.0, abs(expected[i].item())))
    return worst


def listed(value):
    """A tensor as a flat list, a scalar as a number."""
    if value is None:
        return None
    value = value.detach().numpy() if isinstance(value, torch.Tensor) else value
    return value.reshape(-1).tolist() if value.ndim else value.item()


def named(tensors):
    return {name: {"shape": list(t.shape), "values": listed(t)} for name, t in tensors.items()}


def make_case(name):
    case = {**DEFAULTS, **CASES[name]}
    rng = np.random.default_rng(zlib.crc32(name.encode()))  # by name: a new case leaves the others as they are
    batch, parameters = make_batch(case, rng), make_parameters(case, rng)
    document = {"name": name, "items": ITEMS,
                **{key: case[key] for key in ("likelihood", "activation", "normalise", "weightDecay", "beta")},
                **batch, "epsilon": listed(batch["epsilon"]), "initial": named(parameters)}

    result = run(case, batch, parameters)
    result["total"].backward()
    gradients = {n: p.grad.clone() for n, p in parameters.items()}
    for key in ("logits", "reconstruction", "kl", "regulariser", "total"):
        document[key] = listed(result[key])
    document["gradients"] = named(gradients)
    document["code"], document["logVariance"] = listed(result["code"]), listed(result["logVariance"])

    worst = worst_difference(case, batch, parameters, gradients)
    # Adam divides by |g| + 1e-8: a gradient that is mere rounding would make the stored steps meaningless.
    smallest = min(g[g != 0].abs().min().item() for g in gradients.values() if g.any())
    print(f"{name:22} total {document['total']:10.6f}   worst gradient error {worst:.1e}   "
          f"smallest gradient {smallest:.1e}", file=sys.stderr)
    assert worst < 1e-7 and smallest > 1e-6, name

    adam = torch.optim.Adam(parameters.values(), lr=0.01, betas=(0.9, 0.999), eps=1e-8)
    losses = []
    for _ in range(STEPS):
        adam.zero_grad()
        total = run(case, batch, parameters)["total"]
        total.backward()
        adam.step()
        losses.append(total.item())
    document["afterTenSteps"], document["lossesOfTenSteps"] = named(parameters), losses
    return document


def main():
    torch.set_num_threads(1)
    default = pathlib.Path(__file__).with_name("reference.json")
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    cases = []
    for name in CASES:  # one key a line: a change shows as a small diff
        lines = [f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)}" for key, value in make_case(name).items()]
        cases.append("{" + ",\n   ".join(lines) + "}")
    versions = {"torch": torch.__version__.split("+")[0], "numpy": np.__version__}
    target.write_text('{"versions": ' + json.dumps(versions) + ',\n "cases": [\n  ' + ",\n  ".join(cases) + "\n]}\n")


if __name__ == "__main__":
    main()

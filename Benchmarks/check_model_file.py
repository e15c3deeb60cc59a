#!/usr/bin/env python3
"""Checks that a saved model means the same outside Doppel: scores recomputed in NumPy against `doppel recommend`.

Set-up:  python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
Run:     .venv/bin/python check_model_file.py --doppel PATH MODEL_DIR       (ae, dae, mult-dae or mult-vae)

Reads model.safetensors with the `safetensors` package, items.txt and config.json, and nothing else of the model.
For a few random item lists it computes every logit in float64, compares those of the recommended items with the scores
`doppel recommend` prints, and sees that the given items are left out and that no better item was passed over.
Prints the largest absolute difference; exit code 1 if it is above --tolerance or a list is wrong.

Layouts: encoder.0.weight is [items, out], every other weight [out, in]; the last decoder layer and the last encoder
layer of mult-vae (mean rows first, then log-variance) are linear, the other layers tanh. mult-* divide a row by its L2 norm.
"""
import argparse
import json
import pathlib
import subprocess
import sys

import numpy as np
from safetensors.numpy import load_file

NORMALISED = {"ae": False, "dae": False, "mult-dae": True, "mult-vae": True}


def layers(tensors, part):
    count = sum(name.startswith(f"{part}.") and name.endswith(".weight") for name in tensors)
    return [tuple(tensors[f"{part}.{n}.{kind}"].astype(np.float64) for kind in ("weight", "bias")) for n in range(count)]


def logits(model, tensors, chosen):
    """The logits of a user with these items: no dropout, the mean of a variational code."""
    (first, bias), *encoder = layers(tensors, "encoder")
    decoder = layers(tensors, "decoder")
    value = 1 / np.sqrt(len(chosen)) if NORMALISED[model] else 1.0
    h = value * first[chosen].sum(0) + bias
    for weight, bias in encoder:
        h = weight @ np.tanh(h) + bias
    h = h[: len(h) // 2] if model == "mult-vae" else np.tanh(h)
    for n, (weight, bias) in enumerate(decoder):
        h = weight @ (np.tanh(h) if n > 0 else h) + bias
    return h


def check(scores, expected, chosen, index, wanted, tolerance):
    """The largest difference of the scores, and what else is wrong with the list."""
    problems = []
    items = [index[entry["item"]] for entry in scores]
    given = np.array([entry["score"] for entry in scores])
    difference = float(np.abs(given - expected[items]).max(initial=0.0))
    if len(set(items)) != wanted:
        problems.append(f"{len(set(items))} different items instead of {wanted}")
    if set(items) & set(chosen):
        problems.append("recommends an item it was given")
    if np.any(np.diff(given) > 0):
        problems.append("scores do not descend")
    others = np.setdiff1d(np.arange(len(expected)), [*items, *chosen])
    if len(items) and len(others) and expected[others].max() > given.min() + tolerance:
        problems.append("a better item was passed over")
    return difference, problems


def main():
    p = argparse.ArgumentParser(description="Scores of a saved model recomputed in NumPy against `doppel recommend`.")
    p.add_argument("model", type=pathlib.Path, metavar="MODEL_DIR")
    p.add_argument("--doppel", type=pathlib.Path, required=True)
    p.add_argument("--lists", type=int, default=5, help="how many item lists to try")
    p.add_argument("-k", type=int, default=20)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--tolerance", type=float, default=1e-4)
    options = p.parse_args()

    model = json.loads((options.model / "config.json").read_text())["model"]
    if model not in NORMALISED:
        sys.exit(f"cannot recompute {model}; only {', '.join(NORMALISED)}")
    items = (options.model / "items.txt").read_text(encoding="utf-8").split("\n")
    items = items[:-1] if items[-1] == "" else items
    tensors = load_file(options.model / "model.safetensors")
    for name, tensor in tensors.items():
        print(f"{name:20} {str(tensor.shape):16} {tensor.dtype}")
    encoder, decoder = layers(tensors, "encoder"), layers(tensors, "decoder")
    if len(encoder[0][0]) != len(items) or len(decoder[-1][0]) != len(items):
        sys.exit(f"items.txt has {len(items)} items, the weights {len(encoder[0][0])} and {len(decoder[-1][0])}")

    index = {item: i for i, item in enumerate(items)}
    usable = [i for item, i in index.items() if "," not in item and not item.startswith("-")]  # can stand in --items A,B,C
    rng = np.random.default_rng(options.seed)
    worst, failed = 0.0, False
    for number in range(options.lists):
        length = 1 if number == 0 else int(rng.integers(2, 31))
        chosen = rng.choice(usable, min(length, len(usable) // 2), replace=False)
        printed = subprocess.run(
            [options.doppel.resolve(), "recommend", options.model, "--items", ",".join(items[i] for i in chosen),
             "-k", str(options.k), "--json"], check=True, stdout=subprocess.PIPE).stdout
        scores = json.loads(printed)["users"][0]["items"]
        wanted = min(options.k, len(items) - len(chosen))
        difference, problems = check(scores, logits(model, tensors, chosen), chosen, index, wanted, options.tolerance)
        worst, failed = max(worst, difference), failed or bool(problems)
        print(f"{len(chosen):3} items given: difference {difference:.2e}{''.join(f', {text}' for text in problems)}")
    print(f"{model}: largest absolute difference {worst:.2e} (allowed {options.tolerance:g})")
    sys.exit(1 if failed or not worst <= options.tolerance else 0)


if __name__ == "__main__":
    main()

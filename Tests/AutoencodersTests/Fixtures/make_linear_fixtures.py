#!/usr/bin/env python3
"""Writes linear.json: what `spectral` and `elsa` compute on tiny data, in float64, for the Swift tests.

Set-up:  see requirements.txt
Run:     .venv/bin/python make_linear_fixtures.py [FILE]          (default: linear.json beside this script)

spectral  14 users, 11 items, one without users. `authors` are the scores and coefficients of the authors' code (ChebyCF,
          github.com/chanwoo0806/ChebyCF), written anew with dense matrices: its target is taken at cos((K - j) pi / K), rounded to
          three decimals, and used as if at the zeros of T_(K+1). `scores` and `coefficients` have it at those zeros. `linear`
          is the linear filter of GF-CF. The filters are also applied to the whole spectrum by an eigendecomposition, as a check
          of the recursion.
elsa      7 users, 12 items, rank 4, all users in one batch. The loss is the authors' (github.com/recombee/ELSA): the mean over all cells of
          the squared difference between normalised outputs x A A^T - x and normalised x, with A the rows of W divided by
          their norms. The gradient is autograd's, checked against central differences; the steps are torch.optim.NAdam's at rate 0.1.

Lists are row-major; `rows` has the items of every user.
"""
import json
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

USERS, ITEMS, ORDER, RANK = 14, 11, 8, 4
STEPS = 10


def chebyshev(order, matrix, start):
    """T_0 ... T_order of a matrix, or of numbers, times a start."""
    terms = [start, matrix @ start if np.ndim(matrix) == 2 else matrix * start]
    for _ in range(2, order + 1):
        last = matrix @ terms[-1] if np.ndim(matrix) == 2 else matrix * terms[-1]
        terms.append(2 * last - terms[-2])
    return np.array(terms[: order + 1])


def plateau(t, flatness):
    return 0.5 - 0.5 * np.sign(t) * np.abs(t) ** flatness


def coefficients(order, flatness, authors):
    j = np.arange(order + 1)
    zeros = np.cos((order + 0.5 - j) / (order + 1) * np.pi)
    if authors:
        target = plateau(np.cos((order - j) / order * np.pi).round(3), flatness).round(3)
    else:
        target = plateau(zeros, flatness)
    result = chebyshev(order, zeros, target).sum(axis=1) * 2 / (order + 1)
    result[0] /= 2
    return result


def spectral():
    rng = np.random.default_rng(20250)
    x = (rng.random((USERS, ITEMS)) < 0.35).astype(float)
    x[:, 4] = 0
    assert (x.sum(axis=1) > 0).all()
    users, items = x.sum(axis=1), x.sum(axis=0)
    inverse = np.where(items > 0, 1 / np.sqrt(np.maximum(items, 1)), 0)
    r = x / np.sqrt(users)[:, None] * inverse
    laplacian = np.eye(ITEMS) - 2 * r.T @ r
    _, singular, v = np.linalg.svd(r)
    assert singular[RANK - 1] - singular[RANK] > 1e-3
    projector = v[:RANK].T @ v[:RANK]
    eigenvalues, vectors = np.linalg.eigh(laplacian)

    cases = []
    for flatness, weight, exponent in ((1.5, 0.2, 0.4), (10.0, 0.2, 0.0), (16.0, 0.3, 0.2)):
        case = {"flatness": flatness, "idealWeight": weight, "degreeExponent": exponent}
        before = np.where(items > 0, np.maximum(items, 1) ** -exponent, 0)
        after = np.where(items > 0, np.maximum(items, 1) ** exponent, 0)
        for name, authors in (("", False), ("authors", True)):
            c = coefficients(ORDER, flatness, authors)
            signals = (x * before).T
            filtered = np.einsum("k,kib->ib", c, chebyshev(ORDER, laplacian, signals))
            whole = vectors @ np.diag(c @ chebyshev(ORDER, eigenvalues, np.ones(ITEMS))) @ vectors.T @ signals
            assert np.abs(filtered - whole).max() < 1e-12
            scores = ((filtered + weight * projector @ signals).T) * after
            case[name + "Coefficients" if name else "coefficients"] = c.tolist()
            case[name + "Scores" if name else "scores"] = scores.ravel().tolist()
        cases.append(case)
    return {"items": ITEMS, "order": ORDER, "rank": RANK, "rows": [np.flatnonzero(row).tolist() for row in x],
            "singularValues": singular[:RANK].tolist(), "projector": projector.ravel().tolist(),
            "linear": (x @ r.T @ r).ravel().tolist(), "cases": cases}


def elsa():
    users, items, rank = 7, 12, 4
    rng = np.random.default_rng(2024)
    rows = [sorted(rng.choice(items, n, replace=False).tolist()) for n in (4, 1, 6, 2, 5, 3, 7)]
    x = torch.zeros(users, items, dtype=torch.float64)
    for user, row in enumerate(rows):
        x[user, row] = 1
    w = torch.tensor(0.5 * rng.standard_normal((items, rank)), requires_grad=True)

    def loss(w):
        a = F.normalize(w, dim=-1)
        return F.mse_loss(F.normalize(x @ a @ a.T - x, dim=-1), F.normalize(x, dim=-1))

    document = {"items": items, "rank": rank, "rows": rows, "initial": w.detach().numpy().ravel().tolist(),
                "outputs": (x @ F.normalize(w, dim=-1) @ F.normalize(w, dim=-1).T - x).detach().numpy().ravel().tolist()}
    value = loss(w)
    value.backward()
    gradient = w.grad.clone()
    worst, step = 0.0, 1e-6
    with torch.no_grad():
        for i in range(w.numel()):
            moved = w.detach().clone()
            moved.view(-1)[i] += step
            above = loss(moved)
            moved.view(-1)[i] -= 2 * step
            worst = max(worst, abs((above - loss(moved)) / (2 * step) - gradient.view(-1)[i]).item())
    # NAdam divides by |g| + 1e-8: a gradient that is mere rounding would make the stored steps meaningless.
    smallest = gradient.abs().min().item()
    print(f"elsa: loss {value.item():.6f}, worst gradient error {worst:.1e}, smallest gradient {smallest:.1e}", file=sys.stderr)
    assert worst < 1e-9 and smallest > 1e-4
    document.update(loss=value.item(), gradient=gradient.numpy().ravel().tolist())
    optimiser, losses = torch.optim.NAdam([w], lr=0.1), []
    for _ in range(STEPS):
        optimiser.zero_grad()
        value = loss(w)
        value.backward()
        optimiser.step()
        losses.append(value.item())
    document.update(lossesOfTenSteps=losses, afterTenSteps=w.detach().numpy().ravel().tolist())
    return document


def main():
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)  # else NAdam keeps the product of its momenta in single precision
    default = pathlib.Path(__file__).with_name("linear.json")
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    parts = []
    for name, document in (("spectral", spectral()), ("elsa", elsa())):
        lines = [f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)}" for key, value in document.items()]
        parts.append(f'{json.dumps(name)}: {{' + ",\n  ".join(lines) + "}")
    versions = {"torch": torch.__version__.split("+")[0], "numpy": np.__version__}
    target.write_text('{"versions": ' + json.dumps(versions) + ",\n " + ",\n ".join(parts) + "}\n")


if __name__ == "__main__":
    main()

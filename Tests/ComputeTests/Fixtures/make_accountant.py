"""Writes accountant.json: ε of repeated sampled Gaussian mechanisms by two other accountants, for RenyiAccountantTests.

Set-up:  pip install dp-accounting opacus
Run:     python3 make_accountant.py

Each case has q, σ, the number of releases and δ, drawn at random; `rdp` is dp-accounting's Rényi accountant with its default orders,
`opacus` Opacus's, and `exact` a bound from below: dp-accounting's privacy loss distribution, rounded in favour of the attacker's
opponent (`optimistic`), on a grid of 10⁻⁴.
"""
import json
import math
import pathlib
import random
import warnings

import dp_accounting
from dp_accounting import pld, rdp
from opacus.accountants.analysis import rdp as opacus_rdp

CASES = 200


def case(draw):
    # Batches of a hundredth of a per cent to a half of the users, short and long trainings.
    q = math.exp(draw.uniform(math.log(1e-4), math.log(0.5)))
    sigma = math.exp(draw.uniform(math.log(0.4), math.log(8)))
    releases = int(math.exp(draw.uniform(0, math.log(20_000))))
    delta = 10 ** draw.uniform(-8, -3)
    return q, sigma, releases, delta


def main():
    draw = random.Random(1)
    orders = opacus_rdp_orders()
    cases = []
    while len(cases) < CASES:
        q, sigma, releases, delta = case(draw)
        event = dp_accounting.SelfComposedDpEvent(
            dp_accounting.PoissonSampledDpEvent(q, dp_accounting.GaussianDpEvent(sigma)), releases)
        renyi = rdp.RdpAccountant()
        renyi.compose(event)
        epsilon = renyi.get_epsilon(delta)
        # Beyond, nothing is promised that anybody would want, and the distribution takes minutes.
        if not 0.01 < epsilon < 50:
            continue
        exact = pld.privacy_loss_distribution.from_gaussian_mechanism(
            sigma, sampling_prob=q, pessimistic_estimate=False, value_discretization_interval=1e-4)
        lower = exact.self_compose(releases).get_epsilon_for_delta(delta)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            moments = opacus_rdp.compute_rdp(q=q, noise_multiplier=sigma, steps=releases, orders=orders)
            other, _ = opacus_rdp.get_privacy_spent(orders=orders, rdp=moments, delta=delta)
        cases.append(
            {"q": q, "sigma": sigma, "releases": releases, "delta": delta, "rdp": epsilon, "opacus": other, "exact": lower})
        print(len(cases), cases[-1], flush=True)
    pathlib.Path(__file__).with_name("accountant.json").write_text(json.dumps({"cases": cases}, indent=1) + "\n")


def opacus_rdp_orders():
    from opacus.accountants import RDPAccountant

    return RDPAccountant.DEFAULT_ALPHAS


if __name__ == "__main__":
    main()

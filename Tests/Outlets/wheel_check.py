#!/usr/bin/env python3
"""The Python module of an installed wheel, used as its page says.

Run:  python wheel_check.py       in an environment with the wheel, and with pandas or without
"""

import os
import tempfile

import doppel

try:
    import pandas
except ImportError:
    pandas = None

folder = tempfile.mkdtemp()
os.chdir(folder)
assert doppel.version().count(".") == 2
doppel.simulate(output="people", ratings=True)
data = os.path.join("people", "interactions.tsv")
compared = doppel.compare(data, min_rating=4, models=["popularity", "mult-vae"], epochs=3, report=True)
assert [model["name"] for model in compared["models"]] == ["popularity", "mult-vae"]
assert compared._repr_html_().startswith("<iframe srcdoc=") and "<html" in compared.report.html
compared.report.save("report.html")
trained = doppel.train(data, min_rating=4, model="mult-vae", epochs=3, output="model")
assert trained._repr_html_() is None or "<table>" in trained._repr_html_()
ids = open("model/items.txt").read().split("\n")[:2]
lists = doppel.recommend("model", items=ids, k=5)
assert len(lists["users"][0]["items"]) == 5 and "<table>" in lists._repr_html_()
assert doppel.export("model", output="model.onnx")["opset"] == 18
assert doppel.evaluate("model", data)["models"]
assert "engines" in doppel.doctor()
for wrong, code in ((dict(min_ratings=4), 64), (dict(models="mult-vea"), 64)):
    try:
        doppel.compare(data, **wrong)
        raise AssertionError(f"{wrong} went well")
    except doppel.DoppelError as error:
        assert error.code == code and "did you mean" in str(error), error
try:
    doppel.compare("missing.csv")
except doppel.DoppelError as error:
    assert error.code == 66, error
if pandas is not None:
    assert list(compared.frame()["model"]) == ["popularity", "mult-vae"]
    assert list(lists.frame().columns) == ["user", "item", "score"]
    frame = pandas.read_csv(data, sep="\t", dtype={"user": str, "item": str})
    again = doppel.compare(frame, min_rating=4, models=["popularity"])
    assert again["models"][0]["metrics"] == compared["models"][0]["metrics"]
    codes = doppel.encode("model", data)
    assert len(codes) == frame[frame.rating >= 4].user.nunique() and codes.columns[0] == "mean_1", codes
    users = doppel.sample("model", users=100, data=data)
    assert users.user.nunique() == 100
    users.to_csv("synthetic.tsv", sep="\t", index=False)
    assert doppel.audit(frame, "synthetic.tsv", no_utility=True, max_users=100)
    tuned = doppel.tune(data, min_rating=4, models=["ease"], trials=3)
    assert list(tuned.frame().columns) == ["model", "trial", "value", "l2"] and len(tuned.frame()) == 3, tuned.frame()
print(f"the wheel of doppel {doppel.version()}: all as it should be" + ("" if pandas else " (without pandas)"))

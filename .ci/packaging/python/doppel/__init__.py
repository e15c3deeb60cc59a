"""Doppel in Python: the command `doppel`, called with keywords, its JSON as dicts and data frames.

    import doppel

    compared = doppel.compare("ratings.csv", min_rating=4, models=["popularity", "ease", "mult-vae"])
    compared["models"][2]["metrics"]["ndcg@100"]
    compared.frame()                                  # needs pandas
    doppel.train("ratings.csv", min_rating=4, model="mult-vae", output="model")
    doppel.recommend("model", items=["12", "50"], k=5).frame()

Every function is the command of its name: `min_rating=4` is `--min-rating 4`, `no_refit=True` is `--no-refit`, a list has commas
between its elements. A data frame with the columns user, item and perhaps rating and timestamp may stand wherever data are a
file. The documents are those that the commands print with `--json`.
"""

import json as _json
import os as _os
import shutil as _shutil
import subprocess as _subprocess
import sys as _sys
import sysconfig as _sysconfig
import tempfile as _tempfile

__all__ = ["DoppelError", "Document", "Report", "audit", "compare", "doctor", "encode", "evaluate", "export", "inspect",
           "program", "recommend", "run", "sample", "simulate", "split", "train", "tune", "version"]


class DoppelError(Exception):
    """A command that did not end well: its message, and `code`, its exit code."""

    def __init__(self, message, code):
        super().__init__(message)
        self.code = code


class Report:
    """An HTML report; a notebook shows it."""

    def __init__(self, html):
        self.html = html

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.html)

    def _repr_html_(self):
        # A frame of its own: the page's styles stay inside, and the notebook's outside.
        text = self.html.replace("&", "&amp;").replace('"', "&quot;")
        return f'<iframe srcdoc="{text}" sandbox="allow-scripts" style="width:100%;height:40em;border:0"></iframe>'


class Document(dict):
    """The JSON document of a command. `report` is its page, where one was asked for with `report=True`."""

    report = None

    def frame(self):
        """The main table as a pandas data frame: models, users' lists, or trials."""
        import pandas

        return pandas.DataFrame(_rows(self))

    def _repr_html_(self):
        if self.report is not None:
            return self.report._repr_html_()
        rows = _rows(self)
        if not rows:
            return None
        columns = list(dict.fromkeys(name for row in rows for name in row))
        def cells(tag, values):
            return "<tr>" + "".join(f"<{tag}>{_text(value)}</{tag}>" for value in values) + "</tr>"
        body = "".join(cells("td", [row.get(name, "") for name in columns]) for row in rows[:100])
        return f"<table>{cells('th', columns)}{body}</table>"


def _text(value):
    text = f"{value:.4f}" if isinstance(value, float) else str(value)
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _rows(document):
    if "users" in document and isinstance(document["users"], list):
        return [{"user": user["user"], **entry} for user in document["users"] for entry in user["items"]]
    rows = []
    for model in document.get("models", []):
        if not isinstance(model, dict):
            return []
        if isinstance(model.get("records"), list):
            # A trial that was stopped and went on has several records; the last has all.
            last = {record["trial"]: record for record in model["records"]}
            rows += [{"model": record["model"], "trial": trial, "value": record.get("value"), **record.get("settings", {})}
                     for trial, record in sorted(last.items())]
        else:
            rows.append({"model": model.get("name"), **model.get("metrics", {}), "epochs": model.get("epochs"),
                         "parameters": model.get("parameters")})
    return rows


def program():
    """The path of the command: that of this package, or one on the PATH."""
    name = "doppel.exe" if _os.name == "nt" else "doppel"
    for folder in (_sysconfig.get_path("scripts"), _os.path.dirname(_sys.executable)):
        path = _os.path.join(folder, name)
        if _os.access(path, _os.X_OK):
            return path
    found = _shutil.which(name)
    if found is None:
        raise FileNotFoundError("the command doppel is not installed")
    return found


def version():
    """The version of the command."""
    return _run(["--version"], None).strip()


def _environment():
    """With the libraries of other wheels where the command looks for them."""
    folder = _sysconfig.get_path("platlib")
    places = [_os.path.join(_sys.prefix, "lib")]
    if _os.path.isdir(folder):
        places += [_os.path.join(folder, name) for name in sorted(_os.listdir(folder)) if name.endswith(".libs")]
    known = [place for place in places if _os.path.isdir(place)]
    environment = dict(_os.environ)
    earlier = environment.get("LD_LIBRARY_PATH")
    environment["LD_LIBRARY_PATH"] = _os.pathsep.join(([earlier] if earlier else []) + known)
    return environment


def _run(words, text, echo=False):
    done = _subprocess.Popen([program(), *words], stdin=_subprocess.PIPE if text is not None else _subprocess.DEVNULL,
                             stdout=_subprocess.PIPE, stderr=None if echo else _subprocess.PIPE, env=_environment())
    try:
        output, errors = done.communicate(text)
    except KeyboardInterrupt:
        done.wait()
        raise
    if done.returncode != 0:
        message = (errors or b"").decode("utf-8", "replace").strip().splitlines()
        raise DoppelError(message[-1].removeprefix("doppel: ") if message else f"ended with {done.returncode}", done.returncode)
    return output.decode("utf-8")


def _flags(settings):
    words = []
    for name, value in settings.items():
        flag = "--" + name.rstrip("_").replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            words.append(flag)
        elif isinstance(value, (list, tuple)):
            words.append(f"{flag}={_list(value)}")
        else:
            words.append(f"{flag}={_os.fspath(value) if isinstance(value, _os.PathLike) else value}")
    return words


def _list(values):
    def quoted(value):
        text = str(value)
        return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text
    return ",".join(quoted(value) for value in values)


def run(command, *arguments, echo=False, **settings):
    """Runs a command and returns its JSON document.

    An argument, and at most one, may be a data frame. `report=True` gives the page of a command that makes one. `echo=True` lets
    progress and notes through to stderr.
    """
    words, text = [command], None
    def given(value):
        nonlocal text
        if not hasattr(value, "to_csv"):
            return _os.fspath(value)
        if text is not None:
            raise ValueError("only one data frame can be passed to a command")
        text = value.to_csv(index=False).encode("utf-8")
        return "-"
    words += [given(argument) for argument in arguments if argument is not None]
    settings = {name: given(value) if hasattr(value, "to_csv") else value for name, value in settings.items()}
    with _tempfile.TemporaryDirectory(prefix="doppel-") as folder:
        page = _os.path.join(folder, "report.html") if settings.get("report") is True else None
        if page:
            settings["report"] = page
        document = Document(_json.loads(_run(words + _flags(settings) + ["--json"], text, echo)))
        if page:
            with open(page, encoding="utf-8") as file:
                document.report = Report(file.read())
    return document


def compare(data=None, **settings):
    """Trains several models on the same data and split, and compares them."""
    return run("compare", data, **settings)


def tune(data=None, *, models, **settings):
    """Searches for settings on the validation users."""
    return run("tune", data, models=models, **settings)


def train(data=None, *, model, output, **settings):
    """Trains one model and saves it in the directory `output`."""
    return run("train", data, model=model, output=output, **settings)


def evaluate(model, data=None, **settings):
    """Measures a saved model."""
    return run("evaluate", model, data, **settings)


def recommend(model, **settings):
    """Ranked lists from a saved model: for `items=[…]`, for everyone in `users=…`, or for `user=…` of `data=…`."""
    return run("recommend", model, **settings)


def encode(model, data=None, **settings):
    """The latent codes of users, as a pandas data frame with a row for each."""
    import pandas

    with _tempfile.TemporaryDirectory(prefix="doppel-") as folder:
        path = _os.path.join(folder, "codes.tsv")
        run("encode", model, data, output=path, **settings)
        return pandas.read_csv(path, sep="\t", dtype={"user": str}).set_index("user")


def sample(model, *, users, **settings):
    """Synthetic users (of the population in `data=`, or `from_="prior"`), as a pandas data frame with the columns user and item;
    or, with `output=`, in a file."""
    if "output" in settings:
        return run("sample", model, users=users, **settings)
    import pandas

    with _tempfile.TemporaryDirectory(prefix="doppel-") as folder:
        path = _os.path.join(folder, "users.tsv")
        run("sample", model, users=users, output=path, **settings)
        return pandas.read_csv(path, sep="\t", dtype=str)


def audit(real=None, synthetic=None, holdout=None, **settings):
    """The fidelity, utility and privacy of synthetic users; with `canaries=1000, model=...`, a lower bound on the ε of a training."""
    return run("audit", real=real, synthetic=synthetic, holdout=holdout, **settings)


def inspect(*models, **settings):
    """What latent spaces hold."""
    return run("inspect", *models, **settings)


def export(model, *, output, **settings):
    """Writes a saved model as an ONNX graph."""
    return run("export", model, output=output, **settings)


def split(data, *, output, **settings):
    """Writes the split of `compare` as files."""
    return run("split", data, output=output, **settings)


def simulate(*, output, **settings):
    """Writes a population with known tastes."""
    return run("simulate", output=output, **settings)


def doctor(**settings):
    """Versions, libraries found, and the speed of this machine."""
    return run("doctor", **settings)

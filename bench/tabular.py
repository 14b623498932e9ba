"""scikit-learn with default settings on the rows that bench/tabular.ts names; prints the scores on the test rows as JSON.

Needs scikit-learn and pandas. The columns are those that Wellfit uses: identifiers and free text are left out for all.
"""

import gzip
import json
import sys
import time
import warnings

import numpy as np
import pandas as pd
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, r2_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def read(file: str, categories: list[str]) -> pd.DataFrame:
    opened = gzip.open(file, "rt") if file.endswith(".gz") else open(file)
    with opened as lines:
        head = lines.readline()
    return pd.read_csv(file, sep=";" if ";" in head else ",", na_values=["?"], dtype={name: str for name in categories})


def prepared(numbers: list[str], categories: list[str], model):
    """The usual preparation for a model that needs numbers without gaps on one scale."""
    scaled = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    columns = make_column_transformer(
        (scaled, numbers), (OneHotEncoder(handle_unknown="ignore", sparse_output=False), categories)
    )
    return make_pipeline(columns, model)


def contestants(classes: bool, numbers: list[str], categories: list[str], seed: int) -> dict:
    if classes:
        return {
            "mlp": prepared(numbers, categories, MLPClassifier(random_state=seed)),
            "hgb": HistGradientBoostingClassifier(random_state=seed),
            "linear": prepared(numbers, categories, LogisticRegression(max_iter=1000)),
        }
    mlp = prepared(numbers, categories, MLPRegressor(random_state=seed))
    return {
        "mlp": mlp,
        "mlpScaled": TransformedTargetRegressor(mlp, transformer=StandardScaler()),
        "hgb": HistGradientBoostingRegressor(random_state=seed),
        "linear": prepared(numbers, categories, Ridge()),
    }


def main():
    with open(sys.argv[1]) as file:
        job = json.load(file)
    numbers, categories, classes = job["numbers"], job["categories"], job["classes"]
    table = read(job["file"], categories + ([job["target"]] if classes else []))
    target = table[job["target"]].to_numpy()
    train, test = job["train"], job["test"]
    truth = np.array(job["truth"])
    same = (target[test] == truth).all() if classes else np.allclose(target[test], truth)
    assert same and not set(train) & set(test), "the rows are not those of Wellfit"

    table = table[numbers + categories].astype({name: float for name in numbers})
    objects = table.astype({name: object for name in categories})
    native = table.astype({name: "category" for name in categories})
    scores = {}
    for name, model in contestants(classes, numbers, categories, job["seed"]).items():
        features = native if name == "hgb" else objects
        before = time.perf_counter()
        with warnings.catch_warnings():
            # That 200 epochs were not enough is part of the defaults.
            warnings.simplefilter("ignore")
            model.fit(features.iloc[train], target[train])
            answers = model.predict(features.iloc[test])
        seconds = time.perf_counter() - before
        score = (accuracy_score if classes else r2_score)(target[test], answers)
        scores[name] = {"score": float(score), "seconds": seconds}
    print(json.dumps(scores))


main()

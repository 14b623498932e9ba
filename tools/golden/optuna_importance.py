"""Writes test/golden/optuna-importance.json: the importances that Optuna's PED-ANOVA finds in known trials.

Needs the packages optuna and numpy. Run: python tools/golden/optuna_importance.py
"""

import warnings

import numpy as np
import optuna
from golden import write
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

optuna.logging.set_verbosity(optuna.logging.ERROR)
# That there are few trials, or that all are alike, is what some of the cases are about.
warnings.filterwarnings("ignore")

random = np.random.RandomState(11)
space = [
    {"name": "lr", "kind": "float", "low": 1e-5, "high": 0.1, "log": True},
    {"name": "momentum", "kind": "float", "low": -0.5, "high": 1.0, "log": False},
    {"name": "hidden", "kind": "int", "low": 16, "high": 256, "step": 16, "log": False},
    {"name": "width", "kind": "int", "low": 1, "high": 400, "step": 3, "log": False},
    {"name": "batch", "kind": "int", "low": 4, "high": 512, "step": 1, "log": True},
    {"name": "act", "kind": "choice", "choices": ["relu", "tanh", "gelu"]},
    {"name": "depth", "kind": "int", "low": 1, "high": 1, "step": 1, "log": False},
    {"name": "slope", "kind": "float", "low": 0.0, "high": 1.0, "log": False, "when": {"parameter": "act", "is": [0]}},
]


def distribution(parameter: dict):
    if parameter["kind"] == "choice":
        return CategoricalDistribution(parameter["choices"])
    kinds = {"float": FloatDistribution, "int": IntDistribution}
    rest = {key: parameter[key] for key in ("low", "high", "log", "step") if key in parameter}
    return kinds[parameter["kind"]](**rest)


def draw(values: dict, parameter: dict):
    when = parameter.get("when")
    if when is not None and values[when["parameter"]] not in when["is"]:
        return None
    if parameter["kind"] == "choice":
        return int(random.randint(len(parameter["choices"])))
    low, high = parameter["low"], parameter["high"]
    value = np.exp(random.uniform(np.log(low), np.log(high))) if parameter["log"] else random.uniform(low, high)
    if parameter["kind"] == "float":
        return float(value)
    return int(low + round((value - low) / parameter["step"]) * parameter["step"])


def loss(values: dict) -> float:
    away = (np.log10(values["lr"]) + 2.5) ** 2 + 0.3 * values["act"] + abs(values["hidden"] - 128) / 300
    return float(away + 0.4 * values.get("slope", 0.5) + 0.1 * random.randn())


cases = []
plans = [("sixty", 60, loss), ("many", 1000, loss), ("few", 7, loss), ("two", 2, loss), ("noise", 300, lambda _: random.rand())]
plans += [("ties", 100, lambda values: float(values["act"])), ("infinite", 80, lambda v: np.inf if v["act"] == 1 else loss(v))]
for label, count, objective in plans:
    study = optuna.create_study()
    trials = []
    for _ in range(count):
        values = {}
        for parameter in space:
            value = draw(values, parameter)
            if value is not None:
                values[parameter["name"]] = value
        outcome = objective(values)
        having = [parameter for parameter in space if parameter["name"] in values]
        external = {
            p["name"]: p["choices"][values[p["name"]]] if p["kind"] == "choice" else values[p["name"]] for p in having
        }
        study.add_trial(
            optuna.trial.create_trial(
                params=external, distributions={p["name"]: distribution(p) for p in having}, value=outcome
            )
        )
        row = [values.get(parameter["name"]) for parameter in space]
        trials.append([*row, "inf" if np.isinf(outcome) else outcome])
    found = PedAnovaImportanceEvaluator().evaluate(study)
    shares = get_param_importances(study, evaluator=PedAnovaImportanceEvaluator())
    cases.append({"label": label, "importances": found, "shares": shares, "trials": trials})

about = {"script": "tools/golden/optuna_importance.py", "optuna": optuna.__version__, "numpy": np.__version__}
write("optuna-importance.json", about, {"space": space, "cases": cases})

"""Optuna's side of compare.ts: a line with a question comes in, a line with the answer goes out."""

import json
import sys
import time
import warnings

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

import functions

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)

SAMPLERS = {
    "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    "sobol": lambda seed: optuna.samplers.QMCSampler(qmc_type="sobol", scramble=True, seed=seed),
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "tpe-univariate": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=False),
    "gp": lambda seed: optuna.samplers.GPSampler(seed=seed),
    "cmaes": lambda seed: optuna.samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False),
}


def distribution(parameter):
    if parameter["kind"] == "choice":
        return CategoricalDistribution(list(range(len(parameter["choices"]))))
    low, high, log = parameter["low"], parameter["high"], parameter["log"]
    if parameter["kind"] == "int":
        return IntDistribution(low, high, step=parameter["step"], log=log)
    return FloatDistribution(low, high, log=log)


def search(question):
    name = question["function"]
    space = {each["name"]: distribution(each) for each in functions.DESCRIBED[name]["space"]}
    study = optuna.create_study(sampler=SAMPLERS[question["sampler"]](question["seed"]))
    asks, reached, least = [], {}, float("inf")
    for done in range(1, question["trials"] + 1):
        began = time.perf_counter()
        trial = study.ask(space)
        asks.append(1000 * (time.perf_counter() - began))
        value = functions.regret(name, trial.params)
        study.tell(trial, value)
        least = min(least, value)
        if done in question["checkpoints"]:
            reached[done] = least
    return {"regret": reached, "asks": asks}


def main():
    for line in sys.stdin:
        asked = json.loads(line)
        if "version" in asked:
            answer = optuna.__version__
        elif "points" in asked:
            answer = [functions.regret(asked["function"], point) for point in asked["points"]]
        else:
            answer = search(asked)
        print(json.dumps(answer), flush=True)


main()

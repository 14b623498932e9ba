"""Writes test/golden/optuna-pruners.json: where Optuna's pruners end the trials of studies with known curves, and what they compute.

Several trials may run at once: each in turn tells one report. Needs the packages optuna, scipy and numpy.
Run: python tools/golden/optuna_pruners.py
"""

import warnings

import numpy as np
import optuna
import scipy
from golden import tensor, write
from optuna.pruners import HyperbandPruner, MedianPruner, PercentilePruner, SuccessiveHalvingPruner, WilcoxonPruner
from optuna.trial import TrialState
from scipy.stats import wilcoxon

optuna.logging.set_verbosity(optuna.logging.ERROR)
# That all values are NaN, or that a trial is too short, is what some of the cases are about.
warnings.filterwarnings("ignore")

random = np.random.RandomState(7)


def decays() -> np.ndarray:
    i, s = np.arange(30)[:, None], np.arange(1, 28)[None]
    a = ((37 * i + 11) % 30) / 30
    return a + (1.5 - a) * np.exp(-s / (2 + (13 * i) % 7))


def noisy(trials: int, steps: int, holes: float) -> np.ndarray:
    level = random.rand(trials, 1) + np.exp(-np.arange(steps) / 6)
    values = np.round(level + 0.2 * random.randn(trials, steps), 2)
    values[:, :-1][random.rand(trials, steps - 1) < holes] = np.nan
    return values


def folds(trials: int, steps: int) -> np.ndarray:
    hard = random.rand(1, steps)
    return np.round(hard + 0.6 * random.rand(trials, 1) + 0.15 * random.randn(trials, steps), 2)


curves = {
    "decays": (list(range(1, 28)), decays()),
    "noisy": (list(range(1, 41)), noisy(60, 40, 0.0)),
    "holes": (list(range(1, 28)), noisy(40, 27, 0.2)),
    # Reports that pass several rungs at once, or none.
    "sparse": ([1, 2, 5, 6, 20, 21, 28, 40, 82, 100], noisy(60, 10, 0.0)),
    "folds": (list(range(1, 11)), folds(40, 10)),
    "many folds": (list(range(1, 61)), folds(12, 60)),
}


def last_steps(pruner, steps, values, workers: int, goal: str) -> list:
    study = optuna.create_study(study_name="golden", pruner=pruner, sampler=optuna.samplers.RandomSampler(seed=0))
    ended = {}
    running = []
    while len(ended) < len(values):
        while len(running) < workers and len(ended) + len(running) < len(values):
            running.append([study.ask(), 0])
        for entry in list(running):
            trial, done = entry
            trial.report(values[trial.number, done], steps[done])
            entry[1] += 1
            pruned = trial.should_prune()
            if not pruned and entry[1] < len(steps):
                continue
            if pruned:
                study.tell(trial, state=TrialState.PRUNED)
            else:
                row = values[trial.number]
                study.tell(trial, row.mean() if goal == "mean" else row[-1])
            ended[trial.number] = steps[entry[1] - 1]
            running.remove(entry)
    return [ended[i] for i in range(len(values))]


def median(**options):
    return "median", options, MedianPruner(**named(options))


def percentile(percentile, **options):
    return "percentile", {"percentile": percentile, **options}, PercentilePruner(percentile, **named(options))


def named(options: dict) -> dict:
    names = {
        "startup": "n_startup_trials",
        "warmup": "n_warmup_steps",
        "interval": "interval_steps",
        "least": "n_min_trials",
        "minResource": "min_resource",
        "maxResource": "max_resource",
        "reduction": "reduction_factor",
        "minEarlyStopping": "min_early_stopping_rate",
    }
    return {names[key]: value for key, value in options.items()}


def asha(**options):
    return "asha", options, SuccessiveHalvingPruner(**named(options))


def hyperband(**options):
    return "hyperband", options, HyperbandPruner(**named(options))


def signed(p=0.1, startup=2):
    return "wilcoxon", {"p": p, "startup": startup}, WilcoxonPruner(p_threshold=p, n_startup_steps=startup)


plans = [
    ("decays", 1, [median(), percentile(25), asha(minResource=1, reduction=4), asha(minResource=1, reduction=3)]),
    ("decays", 1, [hyperband(minResource=1, maxResource=27, reduction=3)]),
    ("noisy", 1, [median(), median(startup=1, warmup=7, interval=4), median(least=12), percentile(75), percentile(40.5)]),
    ("noisy", 4, [median(startup=0), percentile(60, interval=3), asha(minResource=2, reduction=2)]),
    ("noisy", 4, [asha(minResource=1, reduction=2, minEarlyStopping=1), hyperband(minResource=1, maxResource=40, reduction=2)]),
    ("holes", 3, [median(), percentile(75, warmup=3), asha(minResource=1, reduction=2), hyperband(minResource=1, maxResource=27)]),
    ("sparse", 1, [median(interval=10), percentile(75, warmup=4, interval=7)]),
    ("sparse", 3, [median(interval=10), percentile(75, warmup=4, interval=7)]),
    ("folds", 1, [signed(), signed(p=0.3, startup=4), signed(p=0.5, startup=0)]),
    ("folds", 3, [signed(p=0.2)]),
    ("many folds", 1, [signed(p=0.05), signed(p=0.1, startup=20)]),
]

traces = []
for name, workers, pruners in plans:
    goal = "mean" if "folds" in name else "last"
    for pruner, options, made in pruners:
        steps = last_steps(made, *curves[name], workers, goal)
        traces.append({"curves": name, "workers": workers, "pruner": pruner, "options": options, "lastSteps": steps})

brackets = []
for name, most, reduction in [("golden", 9, 3), ("golden", 27, 3), ("Größe 2", 81, 3), ("a", 100, 4), ("b", 7, 2)]:
    pruner = HyperbandPruner(min_resource=1, max_resource=most, reduction_factor=reduction)
    study = optuna.create_study(study_name=name, pruner=pruner)
    pruner._try_initialization(study)
    trials = [optuna.trial.create_trial(value=0.0) for _ in range(120)]
    for number, trial in enumerate(trials):
        trial.number = number
    of = [pruner._get_bracket_id(study, trial) for trial in trials]
    shares = pruner._trial_allocation_budgets
    brackets.append({"study": name, "maxResource": most, "reduction": reduction, "shares": shares, "of": of})

tests = []
for n in [2, 3, 5, 8, 13, 14, 20, 50, 51, 80]:
    for digits in [0, 1, 9]:
        for shift in [0.0, 0.4, 2.0]:
            differences = np.round(random.randn(n) + shift, digits)
            p = wilcoxon(differences, alternative="greater", zero_method="zsplit").pvalue
            tests.append({"differences": tensor(differences), "p": float(p)})

percentiles = []
for n in [1, 2, 9, 10, 101]:
    for percent in [0, 12.5, 25, 50, 90, 100]:
        values = random.randn(n)
        if n > 2:
            values[random.rand(n) < 0.2] = np.nan
        percentiles.append({"values": tensor(values), "percent": percent, "expected": float(np.nanpercentile(values, percent))})

write(
    "optuna-pruners.json",
    {
        "script": "tools/golden/optuna_pruners.py",
        "optuna": optuna.__version__,
        "scipy": scipy.__version__,
        "numpy": np.__version__,
    },
    {
        "curves": [{"name": name, "steps": steps, "values": tensor(values)} for name, (steps, values) in curves.items()],
        "traces": traces,
        "brackets": brackets,
        "signedRanks": tests,
        "percentiles": percentiles,
    },
)

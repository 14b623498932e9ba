"""Writes test/golden/optuna-tpe.json: what Optuna's tree-structured Parzen estimator computes and suggests.

Needs the packages optuna, scipy, mpmath and numpy. Run: python tools/golden/optuna_tpe.py
"""

import functools
import math
import warnings

import mpmath
import numpy as np
import optuna
import scipy
from golden import write
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe import parzen_estimator
from optuna.samplers._tpe.sampler import default_gamma, default_gamma_multiobjective, default_weights
from scipy.stats import truncnorm

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore")
# NumPy's default sort may put equal observations in any order, by processor; here they keep theirs.
parzen_estimator.np = type("numpy", (), {**vars(np), "argsort": staticmethod(functools.partial(np.argsort, kind="stable"))})


def parameter(name: str, distribution) -> dict:
    if isinstance(distribution, CategoricalDistribution):
        return {"name": name, "kind": "choice", "choices": list(distribution.choices)}
    kind = "int" if isinstance(distribution, IntDistribution) else "float"
    step = {"step": distribution.step} if kind == "int" else {}
    return {"name": name, "kind": kind, "low": distribution.low, "high": distribution.high, **step, "log": distribution.log}


def density(label: str, distribution, observed: list, at: list) -> dict:
    settings = parzen_estimator._ParzenEstimatorParameters(1.0, True, False, default_weights, True)
    made = parzen_estimator._ParzenEstimator({"x": np.array(observed, dtype=float)}, {"x": distribution}, settings)
    axis = made._mixture_distribution.distributions[0]
    kernels = {"rows": axis.weights.tolist()} if hasattr(axis, "weights") else {"mu": axis.mu.tolist(), "sigma": axis.sigma.tolist()}
    logs = made.log_pdf({"x": np.array(at, dtype=float)}).tolist()
    return {"label": label, "parameter": parameter("x", distribution), "observed": observed, **kernels, "at": at, "logs": logs}


def normal(low: float, high: float) -> dict:
    shares = [1e-12, 1e-3, 0.1, 0.3, 0.7, 0.9, 0.999]
    points = truncnorm.ppf(shares, low, high)
    return {
        "low": low,
        "high": high,
        "shares": shares,
        "points": points.tolist(),
        "logs": truncnorm.logpdf(points, low, high).tolist(),
        "mass": float(scipy.stats._continuous_distns._log_gauss_mass(np.array(low), np.array(high))),
    }


def narrow(low: float, width: float) -> dict:
    """To 60 digits, for SciPy subtracts numbers that are almost equal."""
    with mpmath.workdps(60):
        high = low + width
        tails = [mpmath.erfc(abs(mpmath.mpf(end)) / mpmath.sqrt(2)) / 2 for end in (low, high)]
        mass = abs(tails[1] - tails[0]) if low * high > 0 else 1 - tails[0] - tails[1]
        return {"low": low, "high": high, "mass": float(mpmath.log(mass))}


# By name, as Optuna sorts what it draws jointly.
space = {
    "activation": CategoricalDistribution(["relu", "tanh", "gelu"]),
    "batch": IntDistribution(4, 512, log=True),
    "hidden": IntDistribution(16, 256, step=16),
    "momentum": FloatDistribution(0.0, 0.99),
    "rate": FloatDistribution(1e-5, 1e-1, log=True),
}
conditional = {
    "optimizer": (CategoricalDistribution(["sgd", "adam"]), None),
    "rate": (FloatDistribution(1e-5, 1e-1, log=True), None),
    "momentum": (FloatDistribution(0.0, 0.99), ("optimizer", [0])),
    "nesterov": (CategoricalDistribution([False, True]), ("optimizer", [0])),
    "warmup": (IntDistribution(1, 20), ("optimizer", [1])),
}


def internal(distributions: dict, params: dict) -> dict:
    return {name: distributions[name].to_internal_repr(value) for name, value in params.items()}


def losses(values: dict) -> tuple:
    """Two objectives of any of the parameters, as smooth as needed and without ties."""
    rate = math.log10(values["rate"])
    first = (rate + 2.5) ** 2 + (values.get("momentum", 0.4) - 0.8) ** 2 + 0.3 * values.get("activation", values.get("optimizer"))
    first += abs(math.log2(values.get("batch", 64)) - 5) / 10 + (values.get("hidden", 64) / 256 - 0.6) ** 2 + values.get("warmup", 9) / 50
    return first, (rate + 4) ** 2 + values.get("hidden", 64) / 512 + 0.2 * values.get("nesterov", 0)


class RecommendedKernels(parzen_estimator._ParzenEstimator):
    def _calculate_numerical_distributions(self, observations, search_space, parameters):
        made = super()._calculate_numerical_distributions(observations, search_space, parameters)
        ends = [made.adapted_low, *np.sort(made.mu), made.adapted_high]
        gaps = np.diff(ends)
        wide = dict(zip(ends[1:-1], np.maximum(gaps[:-1], gaps[1:])))
        spread = made.adapted_high - made.adapted_low
        least = max(0.03, 1 / (len(observations) + 2) ** 2) * spread
        sigma = np.clip([wide[mu] for mu in made.mu], least, spread)
        sigma[-1] = spread
        return made._replace(sigma=sigma)

    def _calculate_categorical_distributions(self, observations, name, search_space, parameters):
        return super()._calculate_categorical_distributions(observations, name, search_space, parameters._replace(prior_weight=1.0))


class Recommended(optuna.samplers.TPESampler):
    """What Watanabe 2023 recommends, for parameters that never repeat a number."""

    def __init__(self, **options):
        super().__init__(gamma=lambda n: min(25, math.ceil(0.15 * n)), **options)
        self._parzen_estimator_cls = RecommendedKernels

    def _build_parzen_estimator(self, study, search_space, trials, handle_below):
        settings = self._parzen_estimator_parameters._replace(weights=np.ones)
        gains = None
        if handle_below:
            good = {trial.number for trial in trials}
            others = min(trial.value for trial in study.trials if trial.value is not None and trial.number not in good)
            gains = np.array([max(1e-12, others - trial.value) for trial in trials])
            settings = settings._replace(prior_weight=gains.mean())
        return RecommendedKernels(self._get_internal_repr(trials, search_space, study), search_space, settings, gains)


def recommended() -> dict:
    smooth = {name: space[name] for name in ("activation", "momentum", "rate")}
    study = optuna.create_study(sampler=Recommended(seed=42, multivariate=True))
    trials = []
    for _ in range(42):
        trial = study.ask(smooth)
        values = internal(smooth, trial.params)
        told = losses(values)[0]
        trials.append({"values": values, "objectives": [told], "reports": []})
        study.tell(trial, told)
    return {"space": [parameter(name, each) for name, each in smooth.items()], "batch": 1, "trials": trials}


def batches(size: int, objectives: int, **options) -> dict:
    """So many trials at a time: each is asked while those before it of its batch run."""
    sampler = optuna.samplers.TPESampler(seed=42, **options)
    study = optuna.create_study(directions=["minimize"] * objectives, sampler=sampler)
    trials = []
    for _ in range(0, 42, size):
        asked = [study.ask(space) for _ in range(size)]
        for trial in asked:
            values = internal(space, trial.params)
            told = list(losses(values))[:objectives]
            trials.append({"values": values, "objectives": told, "reports": []})
            study.tell(trial, told)
    return {"space": [parameter(name, each) for name, each in space.items()], "batch": size, "trials": trials}


def branches() -> dict:
    """Parameters that exist beside others, each on its own; most trials are pruned, so that some good ones are, and one tells nothing."""
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=42, multivariate=False))
    distributions = {name: distribution for name, (distribution, _) in conditional.items()}
    trials = []
    for number in range(42):
        trial = study.ask()
        values = {}
        for name, (distribution, when) in conditional.items():
            if when is None or values[when[0]] in when[1]:
                trial._suggest(name, distribution)
                values = internal(distributions, trial.params)
        loss = losses(values)[0]
        # Not 15 or 16: there two choices are exactly as good once, and rounding decides.
        keeps = number % 14 == 0
        steps = 3 if keeps else 0 if number == 17 else 1 + number % 2
        reports = [{"step": step, "value": loss + 1 / step} for step in range(1, steps + 1)]
        for report in reports:
            trial.report(report["value"], report["step"])
        study.tell(trial, loss if keeps else None, None if keeps else optuna.trial.TrialState.PRUNED)
        trials.append({"values": values, **({"objectives": [loss]} if keeps else {}), "reports": reports})
    described = [
        {**parameter(name, distribution), **({"when": {"parameter": when[0], "is": when[1]}} if when else {})}
        for name, (distribution, when) in conditional.items()
    ]
    return {"space": described, "batch": 1, "trials": trials}


counts = [1, 10, 11, 20, 50, 100, 249, 1000]
write(
    "optuna-tpe.json",
    {
        "script": "tools/golden/optuna_tpe.py",
        "optuna": optuna.__version__,
        "scipy": scipy.__version__,
        "numpy": np.__version__,
        "mpmath": mpmath.__version__,
        "good": {"counts": counts, "one": [default_gamma(n) for n in counts], "several": [default_gamma_multiobjective(n) for n in counts]},
        "weights": [default_weights(n).tolist() for n in (0, 1, 24, 25, 26, 27, 30, 60)],
    },
    {
        "normals": [normal(*ends) for ends in ((-10, 10), (10, 100), (-100, -10), (-1e-3, 1e-3), (30, 31), (-3, 0.5), (0, 4), (-2, 0))],
        "narrow": [narrow(*each) for each in ((0.3, 5e-4), (-50, 9e-4), (99, 9e-4), (-1e-4, 2e-4), (5, 1e-3), (1, 2**-30), (-60, 1.5e-3))],
        "densities": [
            density("numbers", FloatDistribution(-1, 1), [-0.4, 0.4, 0.41, 0.42], [-1, -0.4, 0, 0.41, 1]),
            density("numbers by their logarithm", FloatDistribution(1e-5, 1e-1, log=True), [1e-3, 3e-3, 2e-2], [1e-4, 1e-3, 1e-2, 1e-1]),
            density("whole numbers", IntDistribution(16, 256, step=16), [32, 64, 128], [16, 64, 128, 256]),
            density("choices", CategoricalDistribution(["a", "b", "c"]), [1, 0, 1, 2], [0, 1, 2]),
            density("whole numbers by their logarithm", IntDistribution(4, 512, log=True), [8, 64, 64], [4, 8, 64, 512]),
            density("one observation", FloatDistribution(0, 10), [1], [0, 1, 5, 10]),
            density("none", IntDistribution(1, 4), [], [1, 4]),
            density("many", IntDistribution(1, 9), [1 + i * i % 9 for i in range(60)], list(range(1, 10))),
        ],
        "traces": [
            {"label": "jointly", "options": {}, "objectives": 1, **batches(1, 1)},
            {"label": "jointly, three at a time", "options": {}, "objectives": 1, **batches(3, 1)},
            {"label": "without a liar", "options": {"liar": False}, "objectives": 1, **batches(3, 1, constant_liar=False)},
            {"label": "one by one", "options": {"multivariate": False}, "objectives": 1, **batches(1, 1, multivariate=False)},
            {"label": "conditional and pruned", "options": {"multivariate": False}, "objectives": 1, **branches()},
            {"label": "tuned", "options": {"tuned": True}, "objectives": 1, **recommended()},
            {"label": "two objectives", "options": {}, "objectives": 2, **batches(1, 2)},
            {"label": "two objectives, jointly", "options": {"multivariate": True}, "objectives": 2, **batches(1, 2, multivariate=True)},
        ],
    },
)

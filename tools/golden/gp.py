"""test/golden/gp.json: a Gaussian process and its expected improvement, from their formulas in float64. Needs numpy and scipy."""

import numpy as np
import scipy
from golden import write
from scipy import special, stats

# The process of Optuna's tests/gp_tests/test_acqf.py.
points = np.array([[0.1, 0.2], [0.2, 0.3], [0.3, 0.1]])
targets = np.array([1.0, 2.0, 3.0])
weights, scale, noise = np.array([2.0, 3.0]), 4.0, 0.1


def covariances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    root = np.sqrt(5 * ((a[:, None] - b[None]) ** 2 @ weights))
    return scale * np.exp(-root) * (root**2 / 3 + root + 1)


def standard_log_ei(z: float) -> float:
    if z >= -25:
        return float(np.log(z * special.ndtr(z) + stats.norm.pdf(z)))
    tail = 1 + np.sqrt(np.pi / 2) * z * special.erfcx(-z / np.sqrt(2))
    return float(-(z**2) / 2 - np.log(np.sqrt(2 * np.pi)) + np.log(tail))


def prediction(x: list[float]) -> dict:
    cross = covariances(np.array([x]), points)[0]
    mean = float(cross @ np.linalg.solve(matrix, targets))
    variance = float(scale - cross @ np.linalg.solve(matrix, cross))
    deviation = np.sqrt(variance + 1e-12)
    return {"x": x, "mean": mean, "variance": variance, "logEI": standard_log_ei((mean - 3) / deviation) + float(np.log(deviation))}


matrix = covariances(points, points) + noise * np.eye(3)
factor = np.linalg.cholesky(matrix)
solved = np.linalg.solve(factor, targets)
write(
    "gp.json",
    {
        "scipy": scipy.__version__,
        "points": points.tolist(),
        "targets": targets.tolist(),
        "weights": weights.tolist(),
        "scale": scale,
        "noise": noise,
        "covariances": matrix[0].tolist(),
        "logLikelihood": float(-np.log(np.diag(factor)).sum() - 0.5 * solved @ solved),
        "logPrior": float(-(0.1 / weights + 0.1 * weights).sum() + np.log(scale) - scale + 0.1 * np.log(noise) - 30 * noise),
    },
    {
        "predictions": [prediction([0.15, 0.12]), prediction([0.0, 1.0])],
        "standardLogEI": [
            [z, standard_log_ei(z)] for z in [5.0, 2.0, 0.5, 0.0, -0.9, -1.0, -1.1, -5.0, -24.0, -25.0, -30.0, -100.0, -900.0]
        ],
        "erfcx": [[x, float(special.erfcx(x))] for x in [0.0, 1e-9, 0.1, 0.5, 1.0, 1.499, 1.5, 2.0, 2.5, 5.0, 20.0, 1e3, 1e8]],
        "cdf": [[z, float(special.ndtr(z))] for z in [-30.0, -8.0, -1.0, -1e-3, 0.0, 0.3, 2.0, 9.0]],
    },
)

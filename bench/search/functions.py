"""The functions of functions.ts, from the same functions.json; a choice is given as the index of what is chosen."""

import json
import math
import pathlib

import numpy as np

DESCRIBED = json.loads((pathlib.Path(__file__).parent / "functions.json").read_text())

ALPHA = np.array([1, 1.2, 3, 3.2])
A = np.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])
P = np.array(
    [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
        [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
        [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ]
)


def weights(most, n):
    return most ** (np.arange(n) / (n - 1))


def rotated(x, about):
    return np.array(about["rotations"][0]) @ (x - about["shift"])


def stretched(x, about):
    return np.array(about["rotations"][1]) @ (np.sqrt(weights(10, len(x))) * rotated(x, about))


def branin(x, about):
    first = x[1] - 5.1 / (4 * math.pi**2) * x[0] ** 2 + 5 / math.pi * x[0] - 6
    return first**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x[0]) + 10


def hartmann6(x, about):
    return -(ALPHA * np.exp(-(A * (x - P) ** 2).sum(axis=1))).sum()


def sphere(x, about):
    return ((x - about["shift"]) ** 2).sum()


def ellipsoid(x, about):
    return (weights(1e6, len(x)) * rotated(x, about) ** 2).sum()


def rastrigin(x, about):
    z = rotated(x, about)
    return (10 * (1 - np.cos(2 * math.pi * z)) + z**2).sum()


def rosenbrock(x, about):
    z = x - about["shift"] + 1
    return (100 * (z[:-1] ** 2 - z[1:]) ** 2 + (z[:-1] - 1) ** 2).sum()


def stepEllipsoid(x, about):
    raw = np.sqrt(weights(10, len(x))) * rotated(x, about)
    steps = np.where(np.abs(raw) > 0.5, np.floor(0.5 + raw), np.floor(0.5 + 10 * raw) / 10)
    z = np.array(about["rotations"][1]) @ steps
    return 0.1 * max(abs(raw[0]) / 1e4, (weights(100, len(x)) * z**2).sum())


def attractiveSector(x, about):
    z = stretched(x, about)
    return ((np.where(z * about["shift"] > 0, 100, 1) * z) ** 2).sum() ** 0.9


def discus(x, about):
    z = rotated(x, about)
    return 1e6 * z[0] ** 2 + (z[1:] ** 2).sum()


def sharpRidge(x, about):
    z = stretched(x, about)
    return z[0] ** 2 + 100 * math.sqrt((z[1:] ** 2).sum())


def differentPowers(x, about):
    n = len(x)
    return math.sqrt((np.abs(rotated(x, about)) ** (2 + 4 * np.arange(n) / (n - 1))).sum())


def network(x, about):
    lr, units, layers, batch, dropout, l2, activation = x
    size = batch - 2
    rate = math.log10(lr) + 2.5 - 0.15 * size + 0.3 * activation
    width = math.log2(units / 192)
    return (
        min(4, (2 * rate if rate > 0 else rate) ** 2)
        + 0.1 * width**2
        + 0.08 * (layers - 3) ** 2
        + 0.02 * size**2
        + 2 * (dropout - 0.2 - 0.1 * width) ** 2
        + 0.05 * (math.log10(l2) + 4) ** 2
        + [0, 0.05, 0.2 + 0.1 * (layers - 1)][int(activation)]
    )


def regret(name, values):
    about = DESCRIBED[name]
    x = np.array([values[parameter["name"]] for parameter in about["space"]], dtype=float)
    return float(globals()[name](x, about)) - about["optimum"]

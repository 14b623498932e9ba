"""The same fits as bench/preprocess.ts with NumPy in float64, on one thread; prints its part of the table."""

import os

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import argparse
import resource
import time

import numpy as np


def images(rows: int) -> np.ndarray:
    generator = np.random.default_rng(1)
    coarse = generator.normal(size=(rows, 3, 8, 8)).repeat(4, axis=2).repeat(4, axis=3)
    fine = generator.normal(size=(rows, 3, 32, 32))
    return np.clip(128 + 50 * coarse + 5 * fine, 0, 255).astype(np.uint8).reshape(rows, -1)


def directions(x: np.ndarray):
    centered = x / 255.0
    mean = centered.mean(axis=0)
    centered -= mean
    values, vectors = np.linalg.eigh(centered.T @ centered / len(centered))
    return mean, values[::-1], vectors[:, ::-1]


def zca(x: np.ndarray):
    mean, values, vectors = directions(x)
    return mean, vectors / np.sqrt(np.maximum(values, 0) + 1e-5) @ vectors.T


def pca(x: np.ndarray):
    mean, _, vectors = directions(x)
    return mean, vectors[:, :100]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=10000)
    x = images(arguments.parse_args().rows)
    print("\n| fit | NumPy |")
    for name, fit in (("zca", zca), ("pca, 100 components", pca)):
        before = time.perf_counter()
        fit(x)
        print(f"| {name} | {time.perf_counter() - before:.1f} |")
    print(f"memory at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


main()

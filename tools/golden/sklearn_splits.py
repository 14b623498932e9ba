"""Writes test/golden/sklearn-splits.json: how scikit-learn divides rows into folds.

Needs the packages scikit-learn and numpy. Run: python tools/golden/sklearn_splits.py
"""

import numpy as np
import sklearn
from golden import tensor, write
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold, TimeSeriesSplit

random = np.random.default_rng(0)


def labels_of(counts: list[int]) -> np.ndarray:
    """So many labels of each class, mixed, but the classes first come in their order."""
    rest = np.concatenate([np.full(count - 1, label) for label, count in enumerate(counts)])
    return np.concatenate([np.arange(len(counts)), random.permutation(rest)]).astype(np.int32)


def class_counts(folds, labels: np.ndarray) -> dict:
    """Rows of each class in the validation rows of each fold."""
    return tensor(np.array([np.bincount(labels[rows], minlength=labels.max() + 1) for _, rows in folds], dtype=np.int32))


def rows_case(folds: int, rows: int) -> dict:
    return {"folds": folds, "rows": rows, "sizes": [len(held) for _, held in KFold(folds).split(np.zeros((rows, 1)))]}


def stratified_case(folds: int, counts: list[int]) -> dict:
    labels = labels_of(counts)
    return {"folds": folds, "labels": tensor(labels), "counts": class_counts(StratifiedKFold(folds).split(labels, labels), labels)}


def group_case(folds: int, sizes: list[int], classes: int) -> dict:
    groups = np.repeat(np.arange(len(sizes)), sizes).astype(np.int32)
    usual = random.integers(0, classes, len(sizes))[groups]
    labels = np.where(random.random(len(groups)) < 0.7, usual, random.integers(0, classes, len(groups))).astype(np.int32)
    plain = GroupKFold(folds).split(labels, labels, groups)
    stratified = StratifiedGroupKFold(folds).split(labels, labels, groups)
    return {
        "folds": folds,
        "groups": tensor(groups),
        "labels": tensor(labels),
        "sizes": [len(held) for _, held in plain],
        "counts": class_counts(stratified, labels),
    }


def time_case(folds: int, rows: int) -> dict:
    made = TimeSeriesSplit(folds).split(np.zeros((rows, 1)))
    return {"folds": folds, "rows": rows, "validation": [[int(held[0]), int(held[-1]) + 1] for _, held in made]}


def group_sizes(groups: int, most: int) -> list[int]:
    return random.integers(1, most + 1, groups).tolist()


write(
    "sklearn-splits.json",
    {"script": "tools/golden/sklearn_splits.py", "scikit-learn": sklearn.__version__},
    {
        "rows": [rows_case(2, 9), rows_case(5, 103), rows_case(10, 10)],
        "stratified": [
            stratified_case(3, [20, 20, 20]),
            stratified_case(5, [178, 12, 33, 7, 401]),
            stratified_case(10, [11, 25, 10, 304]),
            stratified_case(4, [4, 5, 6, 7, 8, 9, 10, 11]),
        ],
        "groups": [
            group_case(5, [10] * 23, 4),
            group_case(4, [200, *group_sizes(30, 15)], 3),
            *[group_case(folds, group_sizes(groups, 12), 3) for folds in (2, 3, 5) for groups in range(12, 60, 5)],
        ],
        "times": [time_case(2, 9), time_case(5, 6), time_case(5, 103), time_case(9, 1000)],
    },
)

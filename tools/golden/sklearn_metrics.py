"""Writes test/golden/sklearn-metrics.json: what scikit-learn computes for every metric.

The expected calibration error, which scikit-learn does not have, is computed here from its definition. Needs the packages numpy, scipy and
scikit-learn. Run: python tools/golden/sklearn_metrics.py
"""

import warnings

import numpy as np
import sklearn
from golden import tensor, write
from scipy.special import expit, softmax
from sklearn import metrics as sk

# That a ratio is 0/0 is what some of the cases are about.
warnings.filterwarnings("ignore")


def calibration_error(confidence, right) -> float:
    edges = np.linspace(0, 1, 16)
    total = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            total += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return total


def averages(truth, said, size: int) -> list:
    functions = {"precision": sk.precision_score, "recall": sk.recall_score, "f1": sk.f1_score}
    values = []
    for name, function in functions.items():
        for average in ("macro", "micro", "weighted"):
            values.append([name, {"average": average}, function(truth, said, average=average, zero_division=0)])
        for index, value in enumerate(function(truth, said, average=None, labels=range(size), zero_division=0)):
            values.append([name, {"average": index}, value])
        values.append([name, {}, function(truth, said, average="macro", zero_division=0)])
    return values


def report(truth, said, size: int) -> list:
    columns = sk.precision_recall_fscore_support(truth, said, labels=range(size), zero_division=0)
    return [dict(zip(("precision", "recall", "f1", "support"), map(float, row))) for row in zip(*columns)]


def entry(label, target, outputs, truth, values, **more) -> dict:
    width = outputs.shape[1]
    stored_truth = truth.astype(np.int32) if target["kind"] == "classes" else truth.astype(np.float32)
    return {
        "label": label,
        "target": target,
        "width": width,
        "outputs": tensor(outputs.astype(np.float32)),
        "targets": tensor(stored_truth),
        "values": [{"metric": name, "options": options, "value": float(value)} for name, options, value in values],
        **more,
    }


def classes(label, size: int, outputs, truth) -> dict:
    outputs = np.asarray(outputs, np.float32).astype(np.float64)
    if outputs.shape[1] == 1:
        probabilities = np.column_stack([expit(-outputs[:, 0]), expit(outputs[:, 0])])
        said = (outputs[:, 0] > 0).astype(int)
        scores = outputs[:, 0]
    else:
        probabilities = softmax(outputs, axis=1)
        said = outputs.argmax(1)
        scores = outputs[:, 1] - outputs[:, 0]
    ones = np.eye(size, dtype=int)[truth]
    # scikit-learn refuses classes without rows, or gives NaN; they are left out of the mean.
    present = [i for i in range(size) if ones[:, i].any()]
    if size == 2:
        ranked = [["rocAuc", {}, sk.roc_auc_score(truth, scores)], ["averagePrecision", {}, sk.average_precision_score(truth, scores)]]
    elif len(present) == size:
        ranked = [
            ["rocAuc", {}, sk.roc_auc_score(truth, probabilities, multi_class="ovr", average="macro")],
            ["averagePrecision", {}, sk.average_precision_score(truth, probabilities, average="macro")],
        ]
    else:
        ranked = [
            ["rocAuc", {}, np.mean([sk.roc_auc_score(ones[:, i], probabilities[:, i]) for i in present])],
            ["averagePrecision", {}, np.mean([sk.average_precision_score(ones[:, i], probabilities[:, i]) for i in present])],
        ]
    # Reversed, because scikit-learn lets the last of equal scores count and Wellfit the first.
    tops = [
        ["topK", {"k": k}, sk.top_k_accuracy_score(size - 1 - truth, outputs[:, ::-1], k=k, labels=range(size))] for k in range(2, size)
    ]
    values = [
        ["accuracy", {}, sk.accuracy_score(truth, said)],
        ["balancedAccuracy", {}, sk.balanced_accuracy_score(truth, said)],
        ["matthews", {}, sk.matthews_corrcoef(truth, said)],
        ["logLoss", {}, sk.log_loss(truth, probabilities, labels=range(size))],
        ["calibrationError", {}, calibration_error(probabilities.max(1), said == truth)],
        *averages(truth, said, size),
        *ranked,
        *tops,
    ]
    matrix = sk.confusion_matrix(truth, said, labels=range(size)).tolist()
    return entry(label, {"kind": "classes", "classes": size}, outputs, truth, values, confusion=matrix, report=report(truth, said, size))


def labels(label, outputs, truth) -> dict:
    outputs = np.asarray(outputs, np.float32).astype(np.float64)
    width = outputs.shape[1]
    said = (outputs > 0).astype(int)
    some = [i for i in range(width) if truth[:, i].any()]
    both = [i for i in some if not truth[:, i].all()]
    if len(both) == width:
        ranked = [
            ["rocAuc", {}, sk.roc_auc_score(truth, outputs, average="macro")],
            ["averagePrecision", {}, sk.average_precision_score(truth, outputs, average="macro")],
        ]
    else:
        ranked = [
            ["rocAuc", {}, np.mean([sk.roc_auc_score(truth[:, i], outputs[:, i]) for i in both])],
            ["averagePrecision", {}, np.mean([sk.average_precision_score(truth[:, i], outputs[:, i]) for i in some])],
        ]
    values = [
        ["accuracy", {}, 1 - sk.hamming_loss(truth, said)],
        ["logLoss", {}, np.mean([sk.log_loss(truth[:, i], expit(outputs[:, i]), labels=[0, 1]) for i in range(width)])],
        *averages(truth, said, width),
        *ranked,
    ]
    return entry(label, {"kind": "numbers", "width": width, "labels": True}, outputs, truth, values, report=report(truth, said, width))


def numbers(label, outputs, truth) -> dict:
    outputs = np.asarray(outputs, np.float32).astype(np.float64)
    truth = np.asarray(truth, np.float32).astype(np.float64)
    values = [
        ["rmse", {}, np.sqrt(sk.mean_squared_error(truth, outputs))],
        ["meanAbsoluteError", {}, sk.mean_absolute_error(truth, outputs)],
        ["r2", {}, sk.r2_score(truth, outputs, multioutput="uniform_average")],
    ]
    return entry(label, {"kind": "numbers", "width": outputs.shape[1], "labels": False}, outputs, truth, values)


random = np.random.default_rng(5)


def guesses(truth, size: int, scale: float):
    """Logits that are right more often than not."""
    return random.normal(0, scale, (len(truth), size)) + scale * np.eye(size)[truth]


def rounded(x, step: float):
    return np.round(x / step) * step


def cases() -> list[dict]:
    coins = random.integers(0, 2, 200)
    rare = (np.arange(150) % 15 == 0).astype(int)
    four = random.integers(0, 4, 240)
    ten = random.integers(0, 10, 300)
    # Class 1 is never said, class 3 never true, class 4 neither.
    absent = random.choice([0, 1, 2, 5], 200)
    without = guesses(absent, 6, 1.5)
    without[:, 1] -= 20
    without[:, 4] -= 30
    without[::7, 3] += 10
    yes = random.integers(0, 2, (160, 3))
    edges = np.column_stack([yes[:, 0], np.zeros(160, int), np.ones(160, int), yes[:, 1]])
    regress = random.normal(0, 2, (120, 3))
    constant = np.full((40, 1), 0.1)
    return [
        classes("two classes, one logit", 2, (coins * 2 - 1 + random.normal(0, 1.5, 200))[:, None], coins),
        classes("two classes, one logit, with ties and zeros", 2, rounded(coins - 0.5 + random.normal(0, 1, 200), 0.5)[:, None], coins),
        classes("two classes, two logits", 2, guesses(coins, 2, 1.0), coins),
        classes("two classes, two logits, with ties", 2, rounded(guesses(coins, 2, 1.0), 0.5), coins),
        classes("a rare class that is never said", 2, -3 + random.normal(0, 0.5, (150, 1)), rare),
        classes("two classes, always the same logits", 2, np.zeros((20, 2)), coins[:20]),
        classes("four classes", 4, guesses(four, 4, 1.0), four),
        classes("four classes, sure and often wrong", 4, guesses(four, 4, 5.0), four),
        classes("four classes, with ties", 4, np.repeat(rounded(guesses(four[:60], 4, 1.0), 0.5), 4, 0), four),
        classes("four classes, always the same logits", 4, np.ones((40, 4)), four[:40]),
        classes("ten classes", 10, guesses(ten, 10, 1.5), ten),
        classes("classes that are never said, never true, or neither", 6, without, absent),
        classes("two rows of three classes", 3, np.array([[0.25, 1.5, -1.0], [2.0, 0.0, 1.0]]), np.array([1, 2])),
        labels("labels", random.normal(0, 1.5, (160, 3)) + yes - 0.5, yes),
        labels("labels, with ties and zeros", rounded(random.normal(0, 1, (160, 3)) + yes - 0.5, 0.5), yes),
        labels("labels that are never or always true", random.normal(0, 1, (160, 4)) + edges - 0.5, edges),
        numbers("one number", regress[:, :1] + random.normal(0, 0.5, (120, 1)), regress[:, :1]),
        numbers("three numbers", regress + random.normal(0, 1, (120, 3)), regress),
        numbers("far from 0", 1e4 + regress + random.normal(0, 1, (120, 3)), 1e4 + regress),
        numbers("worse than the mean", -regress, regress),
        numbers("met exactly", regress, regress),
        numbers("equal targets, met exactly", constant, constant),
        numbers("equal targets, missed", constant + random.normal(0, 1, (40, 1)), constant),
        numbers("one of two targets constant", np.column_stack([regress[:, 0], regress[:, 1]]), np.column_stack([np.full(120, 2.0), regress[:, 2]])),
    ]


versions = {"scikit-learn": sklearn.__version__, "numpy": np.__version__}
write("sklearn-metrics.json", {"script": "tools/golden/sklearn_metrics.py", **versions}, {"cases": cases()})

"""Writes test/golden/torch-losses.json: what PyTorch computes in float64 for every loss and its gradient.

"rows" are the losses before the mean; "value" and "gradient" belong to the mean. Needs the packages torch, numpy and scikit-learn.
Run: python tools/golden/torch_losses.py
"""

import numpy as np
import sklearn
import torch
import torch.nn.functional as F
from golden import tensor, write
from sklearn.utils.class_weight import compute_class_weight
from torch_network import stored, uniform


def cross_entropy(y, t, reduction, classWeights=None, smoothing=0.0):
    if classWeights == "balanced":
        classWeights = compute_class_weight("balanced", classes=np.arange(y.shape[1]), y=t.numpy())
    weight = None if classWeights is None else torch.as_tensor(classWeights)
    return F.cross_entropy(y, t.long(), weight=weight, label_smoothing=smoothing, reduction=reduction)


def binary_cross_entropy(y, t, reduction, positiveWeight=1.0, smoothing=0.0):
    t = t.double().reshape(y.shape) * (1 - smoothing) + smoothing / 2
    return F.binary_cross_entropy_with_logits(y, t, pos_weight=torch.as_tensor(positiveWeight), reduction=reduction)


def hinge(y, t, reduction, margin=1.0, squared=False):
    return F.multi_margin_loss(y, t.long(), p=2 if squared else 1, margin=margin, reduction=reduction) * y.shape[1]


torch_losses = {
    "crossEntropy": cross_entropy,
    "binaryCrossEntropy": binary_cross_entropy,
    "hinge": hinge,
    "meanSquaredError": lambda y, t, reduction: F.mse_loss(y, t, reduction=reduction),
    "meanAbsoluteError": lambda y, t, reduction: F.l1_loss(y, t, reduction=reduction),
    "huber": lambda y, t, reduction, delta=1.0: F.huber_loss(y, t, delta=delta, reduction=reduction),
    "poisson": lambda y, t, reduction: F.poisson_nll_loss(y, t, log_input=True, full=False, reduction=reduction),
}


def case(loss: str, label: str, output, target, **options) -> dict:
    y = torch.as_tensor(output, dtype=torch.float64).clone().requires_grad_()
    t = torch.as_tensor(target)
    rows = torch_losses[loss](y, t, "none", **options).detach()
    value = torch_losses[loss](y, t, "mean", **options)
    value.backward()
    classes = not t.is_floating_point()
    return {
        "label": f"{loss}, {label}",
        "loss": loss,
        "options": options,
        "output": stored(y),
        "target": tensor(t.numpy().astype(np.int32)) if classes else stored(t),
        "counts": np.bincount(t.numpy(), minlength=y.shape[1]).tolist() if classes else [],
        "rows": stored(rows.mean(1) if rows.dim() == 2 else rows),
        "value": stored(value),
        "gradient": stored(y.grad),
    }


extremes = [0.0, 100.0, -100.0, 1000.0, -1000.0]
pairs = [[a, b] for a in extremes for b in extremes]
alternating = [i % 2 for i in range(len(pairs))]
scores = uniform([6, 5], 1).mul(3)
answers = [0, 1, 2, 3, 4, 2]
uneven = [0, 0, 0, 1, 2, 3, 4, 4, 0]


def classes() -> list[dict]:
    def softmax(label, *data, **options):
        return case("crossEntropy", label, *data, **options)

    weights = [0.5, 2.0, 1.0, 0.25, 3.0]
    return [
        softmax("five classes", scores, answers),
        softmax("one row", uniform([1, 3], 2), [2]),
        softmax("equal logits", torch.zeros(4, 3), [0, 1, 2, 0]),
        softmax("logits of 100 and 1000, class 0", pairs, [0] * len(pairs)),
        softmax("logits of 100 and 1000, class 1", pairs, [1] * len(pairs)),
        softmax("class weights", scores, answers, classWeights=weights),
        softmax("class weights, one row", uniform([1, 3], 2), [2], classWeights=[1.0, 2.0, 5.0]),
        softmax("balanced", uniform([9, 5], 3).mul(2), uneven, classWeights="balanced"),
        softmax("smoothing", scores, answers, smoothing=0.1),
        softmax("strong smoothing", scores, answers, smoothing=0.75),
        softmax("class weights and smoothing", scores, answers, classWeights=weights, smoothing=0.2),
        softmax("balanced and smoothing", uniform([9, 5], 4).mul(2), uneven, classWeights="balanced", smoothing=0.1),
        softmax("class weights and smoothing, logits of 1000", pairs, alternating, classWeights=[3.0, 0.5], smoothing=0.1),
    ]


def labels() -> list[dict]:
    def sigmoid(label, *data, **options):
        return case("binaryCrossEntropy", label, *data, **options)

    some = (uniform([7, 3], 5).mul(3), (uniform([7, 3], 6) > 0).double())
    both = ([[a] for a in extremes for _ in (0, 1)], [0, 1] * len(extremes))
    many = (pairs, [[float(i // 2 % 2), float(i % 2)] for i in range(len(pairs))])
    return [
        sigmoid("two classes", uniform([8, 1], 3).mul(4), [0, 1, 1, 0, 1, 0, 0, 1]),
        sigmoid("two classes, logits of 100 and 1000", *both),
        sigmoid("two classes, positive weight and smoothing", uniform([8, 1], 4).mul(4), [0, 1, 1, 0, 1, 0, 0, 1], positiveWeight=2.5, smoothing=0.1),
        sigmoid("one label", uniform([5, 1], 7), [[0.0], [1.0], [1.0], [0.0], [1.0]]),
        sigmoid("labels", *some),
        sigmoid("labels, logits of 100 and 1000", *many),
        sigmoid("labels, positive weight", *some, positiveWeight=3.0),
        sigmoid("labels, small positive weight", *some, positiveWeight=0.25),
        sigmoid("labels, a positive weight each", *some, positiveWeight=[0.5, 1.0, 4.0]),
        sigmoid("labels, smoothing", *some, smoothing=0.2),
        sigmoid("labels, positive weight, logits of 100 and 1000", *many, positiveWeight=[0.5, 4.0]),
        sigmoid("labels, all, logits of 100 and 1000", *many, positiveWeight=[0.5, 4.0], smoothing=0.25),
    ]


def margins() -> list[dict]:
    # Leads of exactly the margin, ties, and right classes far ahead and far behind.
    kinks = [[2.0, 1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 2.0, 0.0], [9.0, 1.0, 0.5], [0.0, 3.0, -3.0]]
    return [
        case("hinge", f"{label}{', squared' if squared else ''}", *data, margin=margin, squared=squared)
        for squared in (False, True)
        for label, data, margin in (
            ("five classes", (scores, answers), 1.0),
            ("margin 2.5", (scores, answers), 2.5),
            ("kinks", (kinks, [0, 0, 0, 0, 0]), 1.0),
            ("scores of 100 and 1000", (pairs, alternating), 1.0),
        )
    ]


def numbers() -> list[dict]:
    three = (uniform([4, 3], 6).mul(10), uniform([4, 3], 7))
    # Differences of 0, of exactly delta, just beside it and far beyond it.
    differences = [[0.0], [0.5], [-0.5], [1.0], [-1.0], [1.25], [-1.25], [1000.0], [-1000.0]]
    zero = torch.zeros(len(differences), 1)
    counts = torch.tensor([[0.0, 1.0, 2.0], [7.0, 0.0, 30.0], [3.0, 1.0, 100.0]])
    errors = [
        case(loss, label, *data, **options)
        for loss, options in (("meanSquaredError", {}), ("meanAbsoluteError", {}), ("huber", {}), ("huber", {"delta": 0.5}), ("huber", {"delta": 20.0}))
        for label, data in (
            (f"one output {options or ''}".strip(), (uniform([7, 1], 4).mul(3), uniform([7, 1], 5))),
            (f"three outputs {options or ''}".strip(), three),
            (f"kinks {options or ''}".strip(), (differences, zero)),
        )
    ]
    return [
        *errors,
        case("poisson", "one output", uniform([7, 1], 8).mul(2), torch.tensor([[0.0], [1.0], [2.0], [3.0], [0.0], [10.0], [1.0]])),
        case("poisson", "three outputs", uniform([3, 3], 9).mul(5), counts),
        case("poisson", "rates near 0 and large", [[-1000.0], [-100.0], [0.0], [20.0], [80.0]], torch.tensor([[0.0], [1.0], [2.0], [4e8], [3.0]])),
    ]


versions = {"torch": torch.__version__.split("+")[0], "scikit-learn": sklearn.__version__}
write("torch-losses.json", {"script": "tools/golden/torch_losses.py", **versions}, {"losses": [*classes(), *labels(), *margins(), *numbers()]})

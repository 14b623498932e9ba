"""Writes test/golden/torch-matrix.json: the losses of 30 PyTorch updates, in float64, for every optimizer with every normalization and regularizer.

All cases of one normalization share their first weights, data and batches. Needs the packages torch and numpy. Run: python tools/golden/torch_matrix.py
"""

from unittest import mock

import numpy as np
import torch
import torch.nn.functional as F
from golden import tensor, write
from torch_network import Network, stored, uniform
from torch_optim import Lion, from_torch, to_torch, torch_optimizer

UPDATES, ROWS, BATCH, SHAPE = 30, 24, 8, [2, 6, 6]

rates = {
    "sgd": 0.1, "momentum": 0.05, "nesterov": 0.05, "adagrad": 0.05, "adadelta": 1.0, "rmsprop": 0.005, "adam": 0.01, "amsgrad": 0.01,
    "adamw": 0.01, "nadam": 0.01, "radam": 0.01, "adamax": 0.01, "lion": 0.002, "muon": 0.02,
}  # fmt: skip

# A layer without a normalization gets a bias; before one, the gradient of a bias is 0 and adaptive optimizers would blow up its rounding.
normalizations = {
    "none": [],
    "batchNorm": ["batchNorm"],
    "layerNorm": ["layerNorm"],
    "groupNorm": [{"groupNorm": {"groups": 2}}],
    "instanceNorm": ["instanceNorm"],
    "rmsNorm": ["rmsNorm"],
}

regularizers = {
    "none": {},
    "l1": {"l1": {"strength": 0.001}},
    "proximal": {"l1": {"strength": 0.01, "proximal": True}},
    "l2": {"l2": {"strength": 0.01}},
    "elasticNet": {"elasticNet": {"l1": 0.001, "l2": 0.01}},
    "weightDecay": {"weightDecay": {"strength": 0.1}},
    "maxNorm": {"maxNorm": {"limit": 0.5}},
}


def model(norm: str) -> list:
    bias = norm in ("none", "rmsNorm")
    return [{"conv2d": {"filters": 4, "bias": bias}}, *normalizations[norm], "tanh", "flatten", {"dense": {"units": 3}}]


def penalty(kind: str, weights: list) -> torch.Tensor:
    absolute = sum(w.abs().sum() for w in weights)
    square = sum((w * w).sum() for w in weights)
    return {"l1": 0.001 * absolute, "l2": 0.005 * square, "elasticNet": 0.001 * absolute + 0.005 * square}.get(kind, torch.tensor(0.0))


@torch.no_grad()
def after(kind: str, moved: torch.Tensor, before: torch.Tensor, lr: float) -> torch.Tensor:
    """What a regularizer does to a weight, in PyTorch's layout: units stand on the first axis."""
    if kind == "proximal":
        return F.softshrink(moved, lr * 0.01)
    if kind == "weightDecay":
        return moved - lr * 0.1 * before
    if kind == "maxNorm":
        # As torch.renorm, without the 1e-7 that it adds to the length.
        length = moved.flatten(1).norm(dim=1).view(-1, *[1] * (moved.ndim - 1))
        return moved * (0.5 / length).clamp(max=1)
    return moved


def train(optimizer: str, norm: str, regularizer: str, features, target, order) -> list[float]:
    network = Network(model(norm), SHAPE, 3)
    network.train(True)
    lr = rates[optimizer]
    decays = {name: name.endswith("weight") for name in network.parameters}
    # Muon wants matrices in its own layout, so each parameter has a twin that the optimizer moves.
    twins, steps = {}, {}
    for name, p in network.parameters.items():
        # Lion, as Muon, sees its parameter alone.
        twins[name] = torch.nn.Parameter((to_torch(optimizer, transposed(name, p)) if decays[name] else p).detach().clone())
        steps[name] = torch_optimizer(optimizer, {"lr": lr}, twins[name], 0.0, decays[name])
    losses = []
    for rows in order:
        value = F.cross_entropy(network(features[rows]), target[rows])
        weights = [p for name, p in network.parameters.items() if decays[name]]
        slopes = torch.autograd.grad(value + penalty(regularizer, weights), list(network.parameters.values()))
        losses.append(value.item())
        for (name, p), slope in zip(network.parameters.items(), slopes):
            own = decays[name]
            twins[name].grad = (to_torch(optimizer, transposed(name, slope)) if own else slope).clone()
            with torch.no_grad():
                twins[name].copy_(to_torch(optimizer, transposed(name, p)) if own else p)
            with mock.patch.object(torch.Tensor, "bfloat16", torch.Tensor.clone):
                steps[name].step()
            with torch.no_grad():
                wellfit = transposed(name, p)
                moved = transposed(name, from_torch(optimizer, twins[name].detach(), wellfit.shape)) if own else twins[name].detach()
                p.copy_(after(regularizer, moved, p.detach().clone(), lr) if own else moved)
    return losses


def transposed(name: str, x: torch.Tensor) -> torch.Tensor:
    """Between PyTorch's dense weights and Wellfit's, either way."""
    return x.T if name.startswith("dense") and x.ndim == 2 else x


def main() -> None:
    # float32 is allowed a wider gap for Lion, see the test.
    Lion.strict = False
    random = np.random.default_rng(5)
    features = uniform([ROWS, *SHAPE], 1).mul(2)
    summary = features.reshape(ROWS, -1)[:, :6].sum(1)
    target = torch.bucketize(summary, torch.quantile(summary, torch.tensor([1 / 3, 2 / 3])))
    order = np.concatenate([random.permutation(ROWS) for _ in range(UPDATES * BATCH // ROWS)]).astype(np.int32)
    starts = [{"norm": norm, "model": model(norm), "start": Network(model(norm), SHAPE, 3).values()} for norm in normalizations]
    cases = [
        {"optimizer": {o: {"lr": rates[o]}}, "norm": n, "regularizer": r, "regularize": regularizers[r],
         "losses": tensor(np.array(train(o, n, r, features, target, order.reshape(UPDATES, BATCH))))}
        for o in rates for n in normalizations for r in regularizers
    ]  # fmt: skip
    about = {
        "script": "tools/golden/torch_matrix.py", "torch": torch.__version__.split("+")[0], "shape": SHAPE, "batch": BATCH, "classes": 3,
        "features": stored(features), "targets": tensor(target.numpy().astype(np.int32)), "rows": tensor(order),
    }  # fmt: skip
    write("torch-matrix.json", about, {"starts": starts, "cases": cases})


if __name__ == "__main__":
    main()

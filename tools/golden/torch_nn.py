"""Writes test/golden/torch-nn.json: what PyTorch computes in float64 for layers, losses, optimizers and whole trainings.

Needs the packages torch and numpy. Run: python tools/golden/torch_nn.py
"""

import numpy as np
import torch
import torch.nn.functional as F
from golden import tensor, write
from torch import nn
from torch_network import Network, stored, uniform

# --- Layers --------------------------------------------------------------------------------------------------------------------------------


def layer_case(label: str, entry, shape: list[int], training=True, calls=1) -> dict:
    """Output and gradients of sum(output * pull) for one layer; running statistics are kept from call to call."""
    network = Network([entry], shape[1:], seed=1)
    for norm in network.norms.values():
        norm.running_mean.copy_(torch.zeros(shape[1]) if training else uniform(shape[1], 7))
        norm.running_var.copy_(torch.ones(shape[1]) if training else uniform(shape[1], 8, 0.5, 2))
    before = network.states()
    network.train(training)
    results = []
    for call in range(calls):
        x = uniform(shape, 100 + call).mul(2).requires_grad_()
        y = network(x)
        pull = uniform(y.shape, 200 + call)
        for parameter in network.parameters.values():
            parameter.grad = None
        (y * pull).sum().backward()
        results.append(
            {"x": stored(x), "pull": stored(pull), "y": stored(y), "dx": stored(x.grad), "gradients": network.gradients(), "states": network.states()}
        )
    return {"label": label, "layer": entry, "training": training, "parameters": network.values(), "states": before, "calls": results}


def layers() -> list[dict]:
    def conv(label, shape, **options):
        return layer_case(f"conv2d, {label}", {"conv2d": options}, shape)

    def pool(kind, label, shape, **options):
        return layer_case(f"{kind}, {label}", {kind: options}, shape)

    def norm(label, shape, options=None, **how):
        return layer_case(f"batchNorm, {label}", {"batchNorm": options or {}}, shape, **how)

    return [
        layer_case("dense", {"dense": {"units": 4}}, [5, 3]),
        layer_case("dense, no bias", {"dense": {"units": 2, "bias": False}}, [3, 4]),
        conv("3x3, same", [2, 3, 5, 6], filters=4),
        conv("no bias", [2, 2, 4, 4], filters=3, bias=False),
        conv("padding 1, stride 2", [2, 3, 7, 6], filters=4, stride=2, padding=1),
        conv("padding 2, stride 1 by 2", [2, 2, 5, 7], filters=3, stride=[1, 2], padding=2),
        conv("valid", [2, 2, 5, 5], filters=3, padding="valid"),
        conv("4x4, same: the odd row of padding is below", [2, 2, 5, 5], filters=2, kernel=4),
        conv("dilation 2", [2, 2, 7, 8], filters=3, dilation=2, padding="valid"),
        conv("dilation 2, same", [1, 2, 6, 6], filters=2, dilation=2),
        conv("2 groups", [2, 4, 5, 5], filters=6, groups=2),
        conv("a group a channel, stride 2", [2, 3, 6, 6], filters=6, groups=3, stride=2, padding=1),
        conv("1x1", [2, 3, 4, 4], filters=5, kernel=1),
        conv("3x1", [2, 2, 5, 4], filters=3, kernel=[3, 1]),
        conv("many channels", [2, 9, 4, 5], filters=3),
        conv("many channels, stride 2", [2, 9, 5, 5], filters=3, stride=2, padding=1),
        conv("blocks of 16 channels", [2, 16, 5, 5], filters=16),
        conv("all at once", [2, 4, 9, 10], filters=4, kernel=[3, 2], stride=[2, 3], padding=2, dilation=[2, 1], groups=2, bias=True),
        *[
            case
            for kind in ("maxPool", "averagePool")
            for case in (
                pool(kind, "2x2", [2, 3, 6, 4]),
                pool(kind, "2x2 with a rest", [2, 2, 5, 7]),
                pool(kind, "3x3, stride 2: windows overlap", [2, 2, 7, 7], size=3, stride=2),
                pool(kind, "3x3, stride 2, padding 1", [2, 2, 6, 7], size=3, stride=2, padding=1),
                pool(kind, "2x3, stride 3x2: gaps", [2, 2, 8, 8], size=[2, 3], stride=[3, 2]),
            )
        ],
        layer_case("globalAveragePool", "globalAveragePool", [3, 4, 3, 5]),
        layer_case("flatten", "flatten", [2, 3, 2, 2]),
        layer_case("relu", "relu", [4, 5]),
        layer_case("sigmoid", "sigmoid", [4, 5]),
        layer_case("tanh", "tanh", [4, 5]),
        norm("features, three updates", [6, 4], calls=3),
        norm("channels, three updates", [3, 4, 3, 2], calls=3),
        norm("momentum 0.3 and epsilon 0.01", [5, 3], calls=3, options={"momentum": 0.3, "epsilon": 0.01}),
        norm("a batch of two", [2, 3]),
        norm("features, evaluation", [4, 5], training=False),
        norm("channels, evaluation", [2, 3, 3, 4], training=False),
    ]


# --- Losses --------------------------------------------------------------------------------------------------------------------------------

torch_losses = {
    "crossEntropy": lambda y, t: F.cross_entropy(y, t.long()),
    "binaryCrossEntropy": lambda y, t: F.binary_cross_entropy_with_logits(y[:, 0], t.double()),
    "meanSquaredError": F.mse_loss,
}


def loss_case(label: str, loss: str, output, target) -> dict:
    y = torch.as_tensor(output, dtype=torch.float64).clone().requires_grad_()
    t = torch.as_tensor(target)
    value = torch_losses[loss](y, t)
    value.backward()
    target = stored(t) if t.is_floating_point() else tensor(t.numpy().astype(np.int32))
    return {"label": f"{loss}, {label}", "loss": loss, "output": stored(y), "target": target, "value": stored(value), "gradient": stored(y.grad)}


def losses() -> list[dict]:
    extremes = [0.0, 100.0, -100.0, 1000.0, -1000.0]
    pairs = [[a, b] for a in extremes for b in extremes]
    both = [[a] for a in extremes for _ in (0, 1)]
    return [
        loss_case("five classes", "crossEntropy", uniform([6, 5], 1).mul(3), [0, 1, 2, 3, 4, 2]),
        loss_case("one row", "crossEntropy", uniform([1, 3], 2), [2]),
        loss_case("logits of 100 and 1000, class 0", "crossEntropy", pairs, [0] * len(pairs)),
        loss_case("logits of 100 and 1000, class 1", "crossEntropy", pairs, [1] * len(pairs)),
        loss_case("both classes", "binaryCrossEntropy", uniform([8, 1], 3).mul(4), [0, 1, 1, 0, 1, 0, 0, 1]),
        loss_case("logits of 100 and 1000", "binaryCrossEntropy", both, [0, 1] * len(extremes)),
        loss_case("one output", "meanSquaredError", uniform([7, 1], 4), uniform([7, 1], 5)),
        loss_case("three outputs", "meanSquaredError", uniform([4, 3], 6).mul(10), uniform([4, 3], 7)),
    ]


# --- Optimizers ----------------------------------------------------------------------------------------------------------------------------


def torch_optimizer(kind: str, options: dict, groups) -> torch.optim.Optimizer:
    if kind == "adam":
        betas = (options.get("beta1", 0.9), options.get("beta2", 0.999))
        return torch.optim.Adam(groups, lr=options["lr"], betas=betas, eps=options.get("epsilon", 1e-8))
    return torch.optim.SGD(groups, lr=options["lr"], momentum=options.get("momentum", 0.9) if kind == "momentum" else 0)


def optimizer_case(label: str, kind: str, options: dict, l2=0.0, decay=1.0) -> dict:
    """30 updates from fixed gradients; the rate is multiplied by `decay` after each."""
    parameter = nn.Parameter(uniform([2, 3], 1))
    start = stored(parameter)
    steps = torch_optimizer(kind, options, [{"params": [parameter], "weight_decay": l2}])
    gradients, trajectory, rates = [], [], []
    for step in range(30):
        # Sizes from 1e-6 to 1, so that epsilon matters somewhere; one number has no gradient at first.
        gradient = uniform([2, 3], 10 + step) * torch.tensor([[1.0, 1e-6, 1e-2], [1.0, 1e-3, 1.0]])
        gradient[1, 2] = 0.0 if step < 10 else gradient[1, 2]
        rates.append(steps.param_groups[0]["lr"])
        parameter.grad = gradient.clone()
        steps.step()
        steps.param_groups[0]["lr"] *= decay
        gradients.append(gradient)
        trajectory.append(parameter.detach().clone())
    return {
        "label": f"{kind}, {label}",
        "optimizer": {kind: options},
        "l2": l2,
        "rates": rates,
        "start": start,
        "gradients": stored(torch.stack(gradients)),
        "trajectory": stored(torch.stack(trajectory)),
    }


def optimizers() -> list[dict]:
    return [
        optimizer_case("lr 0.1", "sgd", {"lr": 0.1}),
        optimizer_case("with l2", "sgd", {"lr": 0.5}, l2=0.01),
        optimizer_case("falling rate", "sgd", {"lr": 0.5}, decay=0.9),
        optimizer_case("0.9", "momentum", {"lr": 0.05}),
        optimizer_case("0.5 with l2", "momentum", {"lr": 0.2, "momentum": 0.5}, l2=0.1),
        optimizer_case("0", "momentum", {"lr": 0.1, "momentum": 0.0}),
        optimizer_case("falling rate", "momentum", {"lr": 0.1}, decay=0.9),
        optimizer_case("the paper's settings", "adam", {"lr": 0.001}),
        optimizer_case("other betas", "adam", {"lr": 0.01, "beta1": 0.8, "beta2": 0.99}),
        optimizer_case("large epsilon", "adam", {"lr": 0.1, "epsilon": 1e-3}),
        optimizer_case("no memory", "adam", {"lr": 0.01, "beta1": 0.0, "beta2": 0.0}),
        optimizer_case("with l2", "adam", {"lr": 0.01}, l2=0.1),
        optimizer_case("falling rate", "adam", {"lr": 0.05}, decay=0.9),
    ]


# --- Whole trainings -----------------------------------------------------------------------------------------------------------------------


def training_case(label: str, model: list, shape: list[int], outputs: dict, loss: str, optimizer: dict, l2=0.0, rows=60, batch=12) -> dict:
    """30 updates; weights carry l2, biases and normalization parameters do not."""
    random = np.random.default_rng(2)
    features = uniform([rows, *shape], 1).mul(2)
    network = Network(model, shape, 3)
    start = network.values()
    # Targets that depend on the features, so that there is something to learn.
    summary = features.reshape(rows, -1)[:, :6].sum(1)
    if "classes" in outputs:
        target = torch.bucketize(summary, torch.quantile(summary, torch.arange(1, outputs["classes"]) / outputs["classes"]))
    else:
        target = torch.stack([torch.sin(summary), summary / 3], 1).float().double()
    ((kind, options),) = optimizer.items()
    decays = [p for name, p in network.parameters.items() if name.endswith("weight")]
    rest = [p for name, p in network.parameters.items() if not name.endswith("weight")]
    steps = torch_optimizer(kind, options, [{"params": decays, "weight_decay": l2}, {"params": rest, "weight_decay": 0.0}])
    network.train(True)
    order = np.concatenate([random.permutation(rows) for _ in range(30 * batch // rows)]).astype(np.int32)
    results = []
    for indices in order.reshape(30, batch):
        steps.zero_grad()
        value = torch_losses[loss](network(features[indices]), target[indices])
        value.backward()
        steps.step()
        results.append(value.detach())
    return {
        "label": label,
        "model": model,
        "shape": shape,
        "outputs": outputs,
        "loss": loss,
        "optimizer": optimizer,
        "l2": l2,
        "batch": batch,
        "features": stored(features),
        "targets": tensor(target.numpy().astype(np.int32)) if "classes" in outputs else stored(target),
        "start": start,
        "rows": tensor(order),
        "losses": stored(torch.stack(results)),
        "end": {**network.values(), **network.states()},
    }


def trainings() -> list[dict]:
    return [
        training_case(
            "MLP with relu, momentum and l2",
            [{"dense": {"units": 16}}, "relu", {"dense": {"units": 8}}, "relu", {"dense": {"units": 3}}],
            [7],
            {"classes": 3},
            "crossEntropy",
            {"momentum": {"lr": 0.05, "momentum": 0.9}},
            l2=0.01,
        ),
        training_case(
            "MLP with tanh, batchNorm and adam",
            # Without the bias: its gradient is 0 before batchNorm, and adam would blow up what rounding leaves of it.
            [{"dense": {"units": 12, "bias": False}}, "batchNorm", "tanh", {"dense": {"units": 2}}],
            [6],
            {"numbers": 2},
            "meanSquaredError",
            {"adam": {"lr": 0.05}},
        ),
        training_case(
            "CNN with batchNorm, relu, maxPool and sgd",
            [{"conv2d": {"filters": 4}}, "batchNorm", "relu", "maxPool", {"conv2d": {"filters": 6}}, "relu", "flatten", {"dense": {"units": 3}}],
            [2, 8, 8],
            {"classes": 3},
            "crossEntropy",
            {"sgd": {"lr": 0.1}},
        ),
    ]


write(
    "torch-nn.json",
    {"script": "tools/golden/torch_nn.py", "torch": torch.__version__.split("+")[0]},
    {"layers": layers(), "losses": losses(), "optimizers": optimizers(), "trainings": trainings()},
)

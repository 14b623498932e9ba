"""Writes test/golden/torch-nn.json and torch-trainings.json: what PyTorch computes in float64 for layers, initializers and whole trainings.

Needs the packages torch and numpy. Run: python tools/golden/torch_nn.py
"""

import json

import numpy as np
import torch
import torch.nn.functional as F
from golden import tensor, write
from torch import nn
from torch_network import Network, stored, uniform

# --- Layers --------------------------------------------------------------------------------------------------------------------------------


def layer_case(label: str, entry, shape: list[int], training=True, calls=1, given: torch.Tensor | None = None) -> dict:
    """Output and gradients of sum(output * pull) for one layer; running statistics are kept from call to call."""
    network = Network([entry], shape[1:], seed=1)
    for norm in network.norms.values():
        norm.running_mean.copy_(torch.zeros(shape[1]) if training else uniform(shape[1], 7))
        norm.running_var.copy_(torch.ones(shape[1]) if training else uniform(shape[1], 8, 0.5, 2))
    before = network.states()
    network.train(training)
    results = []
    for call in range(calls):
        x = (uniform(shape, 100 + call).mul(2) if given is None else given).requires_grad_()
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
        conv("blocks of 16 channels", [2, 16, 3, 3], filters=16),
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
        norm("features, three updates", [6, 4], calls=3),
        norm("channels, three updates", [3, 4, 3, 2], calls=3),
        norm("momentum 0.3 and epsilon 0.01", [5, 3], calls=3, options={"momentum": 0.3, "epsilon": 0.01}),
        norm("a batch of two", [2, 3]),
        norm("features, evaluation", [4, 5], training=False),
        norm("channels, evaluation", [2, 3, 3, 4], training=False),
        *rowwise_norms(),
        *activations(),
        layer_case("maxout", {"maxout": {"units": 4}}, [5, 3]),
        layer_case("maxout, three pieces, no bias", {"maxout": {"units": 2, "pieces": 3, "bias": False}}, [4, 5]),
        *embeddings(),
    ]


def embeddings() -> list[dict]:
    """Rows of `numbers` ordinary numbers and a code for each category; some codes in several rows, some in none."""

    def case(label: str, numbers: int, options: dict, rows=6) -> dict:
        codes = [torch.from_numpy(np.random.default_rng(400 + i).integers(0, n, rows)) for i, n in enumerate(options["slots"])]
        x = torch.cat([uniform([rows, numbers], 100), torch.stack(codes, 1).double()], 1)
        return layer_case(f"embed, {label}", {"embed": options}, list(x.shape), given=x)

    return [
        case("one category after two numbers", 2, {"slots": [5]}),
        case("three categories, 3 units", 3, {"slots": [4, 1, 9], "units": 3}),
    ]


def said(entry) -> str:
    return entry if isinstance(entry, str) else json.dumps(entry)[1:-1].replace('"', "").replace(": {}", "")


def rowwise_norms() -> list[dict]:
    # Rows that do not vary, rows far below epsilon, rows of 10000s.
    sizes = torch.tensor([0.0, 1e-8, 1e-3, 1e4])
    harsh = (uniform([4, 2, 3, 2], 300) * sizes[:, None, None, None]).float().double()
    harsh[0, 0] = 0.5
    cases = [
        ("layerNorm", {}, [[4, 5], [3, 2, 3, 2]]),
        ("layerNorm", {"epsilon": 0.1}, [[3, 4]]),
        ("rmsNorm", {}, [[4, 5], [3, 2, 3, 2]]),
        ("rmsNorm", {"epsilon": 0.1}, [[3, 4]]),
        ("groupNorm", {"groups": 2}, [[3, 6], [2, 4, 3, 2]]),
        ("groupNorm", {"groups": 1, "epsilon": 0.1}, [[2, 3, 2, 2]]),
        ("instanceNorm", {}, [[2, 3, 3, 2]]),
        ("instanceNorm", {"affine": True, "epsilon": 0.1}, [[2, 3, 2, 2]]),
    ]
    return [
        *[layer_case(f"{said({kind: options})}, rows of {shape[1:]}", {kind: options}, shape) for kind, options, shapes in cases for shape in shapes],
        *[
            layer_case(f"{kind}, flat, tiny and huge rows", {kind: {"groups": 2} if kind == "groupNorm" else {}}, list(harsh.shape), given=harsh.clone())
            for kind in ("layerNorm", "rmsNorm", "groupNorm", "instanceNorm")
        ],
        layer_case("layerNorm, evaluation", {"layerNorm": {}}, [3, 4], training=False),
    ]


def activations() -> list[dict]:
    """Each over ordinary numbers, and over its kinks and the ends of float32."""
    entries = [
        *["relu", "selu", "silu", "sigmoid", "hardSigmoid", "tanh", "linear", "exponential"],
        *["leakyRelu", {"leakyRelu": {"slope": 0.3}}, {"leakyRelu": {"slope": 1}}],
        *["elu", {"elu": {"alpha": 0.5}}],
        *["softplus", {"softplus": {"beta": 3}}],
        *["gelu", {"gelu": {"approximate": "tanh"}}],
        *["prelu", {"prelu": {"shared": True}}],
    ]
    sizes = [0.0, 1e-8, 1.0, 3.0, 17.0, 20.0, 88.0, 1e4, 3e38]
    cases = []
    for entry in entries:
        # The exponential of more is infinite.
        harsh = torch.tensor([[sign * size] for size in sizes for sign in (1, -1) if entry != "exponential" or size < 100]).float().double()
        cases.append(layer_case(said(entry), entry, [4, 5]))
        cases.append(layer_case(f"{said(entry)}, extremes", entry, list(harsh.shape), given=harsh))
    cases.append(layer_case("prelu, channels", "prelu", [2, 3, 2, 2]))
    cases.append(layer_case("prelu, channels, shared", {"prelu": {"shared": True}}, [2, 3, 2, 2]))
    return cases


# --- Initializers --------------------------------------------------------------------------------------------------------------------------


def variances() -> list[dict]:
    """The variance that torch.nn.init gives weights, measured over at least four million numbers, which is right within 0.2 %."""
    init = nn.init
    draws = [
        ("xavier", {}, init.xavier_normal_),
        ("xavier", {"distribution": "uniform"}, init.xavier_uniform_),
        ("he", {}, lambda w: init.kaiming_normal_(w, nonlinearity="relu")),
        ("he", {"distribution": "uniform"}, lambda w: init.kaiming_uniform_(w, nonlinearity="relu")),
        ("he", {"slope": 0.5}, lambda w: init.kaiming_normal_(w, a=0.5)),
        ("lecun", {}, lambda w: init.kaiming_normal_(w, nonlinearity="linear")),
        ("truncatedNormal", {"std": 0.03}, lambda w: init.trunc_normal_(w, std=0.03, a=-0.06, b=0.06)),
    ]
    shapes = [("dense", [200], {"units": 100}, (100, 200)), ("conv2d", [16, 6, 6], {"filters": 32, "kernel": [3, 5]}, (32, 16, 3, 5))]
    torch.manual_seed(0)
    cases = []
    for kind, options, draw in draws:
        for layer, shape, rest, weight in shapes:
            times = 4_000_000 // np.prod(weight) + 1
            square = np.mean([draw(torch.empty(weight)).square().mean().item() for _ in range(times)])
            cases.append({"init": {kind: options}, "layer": {layer: rest}, "shape": shape, "variance": square})
    return cases


def identities() -> list[dict]:
    """eye_ and dirac_ where in and out are as many, and where one is more; in groups too."""

    def case(layer: dict, shape: list[int], weight: torch.Tensor) -> dict:
        return {"layer": layer, "shape": shape, "weight": stored(weight)}

    def dense(features: int, units: int) -> dict:
        return case({"dense": {"units": units}}, [features], nn.init.eye_(torch.empty(features, units)))

    def conv(channels: int, filters: int, kernel: list[int], groups: int) -> dict:
        weight = nn.init.dirac_(torch.empty(filters, channels // groups, *kernel), groups)
        return case({"conv2d": {"filters": filters, "kernel": kernel, "groups": groups}}, [channels, 6, 6], weight)

    return [dense(3, 3), dense(2, 4), dense(4, 2), conv(3, 3, [3, 3], 1), conv(2, 4, [3, 5], 1), conv(4, 6, [1, 3], 2), conv(4, 4, [3, 3], 4)]


# --- Whole trainings -----------------------------------------------------------------------------------------------------------------------

torch_losses = {
    "crossEntropy": lambda y, t: F.cross_entropy(y, t.long()),
    "binaryCrossEntropy": lambda y, t: F.binary_cross_entropy_with_logits(y[:, 0], t.double()),
    "meanSquaredError": F.mse_loss,
}


def torch_optimizer(kind: str, options: dict, groups) -> torch.optim.Optimizer:
    if kind == "adam":
        betas = (options.get("beta1", 0.9), options.get("beta2", 0.999))
        return torch.optim.Adam(groups, lr=options["lr"], betas=betas, eps=options.get("epsilon", 1e-8))
    return torch.optim.SGD(groups, lr=options["lr"], momentum=options.get("momentum", 0.9) if kind == "momentum" else 0)


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
        training_case(
            "MLP with maxout, layerNorm, gelu, momentum and l2",
            [{"maxout": {"units": 8, "pieces": 3}}, "layerNorm", {"dense": {"units": 8}}, "gelu", {"dense": {"units": 3}}],
            [7],
            {"classes": 3},
            "crossEntropy",
            {"momentum": {"lr": 0.05, "momentum": 0.9}},
            l2=0.01,
        ),
        training_case(
            "CNN with groupNorm, prelu, averagePool and sgd",
            [{"conv2d": {"filters": 4}}, {"groupNorm": {"groups": 2}}, "prelu", "averagePool", "flatten", {"dense": {"units": 2}}],
            [2, 6, 6],
            {"numbers": 2},
            "meanSquaredError",
            {"sgd": {"lr": 0.1}},
        ),
    ]


about = {"script": "tools/golden/torch_nn.py", "torch": torch.__version__.split("+")[0]}
write("torch-nn.json", about, {"layers": layers(), "variances": variances(), "identities": identities()})
write("torch-trainings.json", about, {"trainings": trainings()})

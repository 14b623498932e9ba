"""PyTorch networks from the same entries that an experiment writes, in float64."""

import numpy as np
import torch
import torch.nn.functional as F
from golden import tensor
from torch import nn

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def uniform(shape, seed: int, low=-1.0, high=1.0) -> torch.Tensor:
    """Numbers that float32 holds too, so that every engine starts from the same ones."""
    return torch.from_numpy(np.random.default_rng(seed).uniform(low, high, shape)).float().double()


def stored(x: torch.Tensor) -> dict:
    """In half the bytes where float32 holds the same numbers."""
    x = x.detach()
    narrow = x.float()
    return tensor((narrow if x.dtype == torch.float64 and torch.equal(narrow.double(), x) else x).numpy())


class Exponential(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.exp(x)


class HardSigmoid(nn.Module):
    """torch's own Hardsigmoid takes a float32 1/6 in its gradient, whatever the type of the numbers."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu6(x + 3) / 6


class Maxout(nn.Module):
    """torch has none; made of its own linear layer and its amax."""

    def __init__(self, features: int, units: int, pieces: int, bias: bool):
        super().__init__()
        self.units, self.pieces = units, pieces
        self.linear = nn.Linear(features, pieces * units, bias=bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x).view(-1, self.pieces, self.units).amax(1)


class Embed(nn.Module):
    """The last numbers of a row are codes of categories; all categories share one table, one after the other."""

    def __init__(self, slots: list[int], units: int):
        super().__init__()
        self.slots = slots
        self.weight = nn.Parameter(torch.empty(sum(slots), units))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        codes = x[:, -len(self.slots) :].detach().long()
        tables = self.weight.split(self.slots)
        vectors = [F.embedding(codes[:, i], table) for i, table in enumerate(tables)]
        return torch.cat([x[:, : x.shape[1] - len(self.slots)], *vectors], 1)


plain = {
    "flatten": nn.Flatten,
    "relu": nn.ReLU,
    "selu": nn.SELU,
    "silu": nn.SiLU,
    "sigmoid": nn.Sigmoid,
    "hardSigmoid": HardSigmoid,
    "tanh": nn.Tanh,
    "exponential": Exponential,
    "linear": nn.Identity,
}


def module(kind: str, options: dict, shape: list[int]) -> nn.Module:
    if kind == "dense":
        return nn.Linear(shape[0], options["units"], bias=options.get("bias", True))
    if kind == "conv2d":
        rest = {key: options[key] for key in ("stride", "dilation", "groups", "bias") if key in options}
        return nn.Conv2d(shape[0], options["filters"], options.get("kernel", 3), padding=options.get("padding", "same"), **rest)
    if kind in ("maxPool", "averagePool"):
        pool = nn.MaxPool2d if kind == "maxPool" else nn.AvgPool2d
        return pool(options.get("size", 2), options.get("stride"), options.get("padding", 0))
    if kind == "batchNorm":
        norm = nn.BatchNorm1d if len(shape) == 1 else nn.BatchNorm2d
        return norm(shape[0], eps=options.get("epsilon", 1e-5), momentum=options.get("momentum", 0.1))
    if kind == "globalAveragePool":
        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    if kind == "layerNorm":
        return nn.LayerNorm(shape, eps=options.get("epsilon", 1e-5))
    if kind == "rmsNorm":
        # PyTorch's default is the epsilon of the numbers' type; Wellfit's that of float32.
        return nn.RMSNorm(shape, eps=options.get("epsilon", torch.finfo(torch.float32).eps))
    if kind == "groupNorm":
        return nn.GroupNorm(options["groups"], shape[0], eps=options.get("epsilon", 1e-5))
    if kind == "instanceNorm":
        return nn.InstanceNorm2d(shape[0], eps=options.get("epsilon", 1e-5), affine=options.get("affine", False))
    if kind == "maxout":
        return Maxout(shape[0], options["units"], options.get("pieces", 2), options.get("bias", True))
    if kind == "embed":
        return Embed(options["slots"], options.get("units", 8))
    if kind == "leakyRelu":
        return nn.LeakyReLU(options.get("slope", 0.01))
    if kind == "prelu":
        return nn.PReLU(1 if options.get("shared", False) else shape[0])
    if kind == "elu":
        return nn.ELU(options.get("alpha", 1.0))
    if kind == "softplus":
        # Beyond the threshold PyTorch returns x; at 40 that is exact in float64.
        return nn.Softplus(options.get("beta", 1.0), threshold=40)
    if kind == "gelu":
        return nn.GELU(options.get("approximate", "none"))
    return plain[kind]()


class Network:
    """Layers in order; parameters and running statistics have the names that Wellfit gives them, as "dense1.weight"."""

    def __init__(self, entries: list, shape: list[int], seed: int):
        self.layers: list[nn.Module] = []
        self.norms: dict[str, nn.Module] = {}
        self.parameters: dict[str, nn.Parameter] = {}
        counts: dict[str, int] = {}
        x = torch.zeros(2, *shape)
        for entry in entries:
            kind, options = (entry, {}) if isinstance(entry, str) else next(iter(entry.items()))
            counts[kind] = counts.get(kind, 0) + 1
            layer = module(kind, options, list(x.shape[1:]))
            self.layers.append(layer)
            self.name(f"{kind}{counts[kind]}", kind, layer)
            x = layer.eval()(x)
        for i, (name, parameter) in enumerate(self.parameters.items()):
            self.fill(name, parameter, seed + i)

    def name(self, prefix: str, kind: str, layer: nn.Module) -> None:
        if kind == "batchNorm":
            self.norms[prefix] = layer
        ours = {"weight": "scale", "bias": "shift"} if kind.endswith("Norm") else {"weight": "slope"} if kind == "prelu" else {}
        for theirs, parameter in (layer.linear if kind == "maxout" else layer).named_parameters():
            self.parameters[f"{prefix}.{ours.get(theirs, theirs)}"] = parameter

    def fill(self, name: str, parameter: nn.Parameter, seed: int) -> None:
        fan = parameter[0].numel()
        values = uniform(parameter.shape, seed, 0.5, 1.5) if name.endswith("scale") else uniform(parameter.shape, seed) / fan**0.5
        with torch.no_grad():
            parameter.copy_(values.float())

    def train(self, training: bool) -> None:
        for layer in self.layers:
            layer.train(training)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = layer(x)
        return x

    def values(self) -> dict:
        return {name: stored(as_wellfit(name, p)) for name, p in self.parameters.items()}

    def gradients(self) -> dict:
        return {name: stored(as_wellfit(name, p.grad)) for name, p in self.parameters.items()}

    def states(self) -> dict:
        named = {"mean": "running_mean", "variance": "running_var"}
        return {f"{name}.{key}": stored(getattr(norm, theirs)) for name, norm in self.norms.items() for key, theirs in named.items()}


def as_wellfit(name: str, value: torch.Tensor) -> torch.Tensor:
    """The weights of "dense" and "maxout" are [features, units], the transpose of PyTorch's."""
    return value.T if name.startswith(("dense", "maxout")) and name.endswith("weight") else value

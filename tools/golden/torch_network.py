"""PyTorch networks from the same entries that an experiment writes, in float64."""

import numpy as np
import torch
from golden import tensor
from torch import nn

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def uniform(shape, seed: int, low=-1.0, high=1.0) -> torch.Tensor:
    """Numbers that float32 holds too, so that every engine starts from the same ones."""
    return torch.from_numpy(np.random.default_rng(seed).uniform(low, high, shape)).float().double()


def stored(x: torch.Tensor) -> dict:
    return tensor(x.detach().numpy())


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
    return {"flatten": nn.Flatten, "relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh}[kind]()


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
            self.parameters |= {f"{prefix}.scale": layer.weight, f"{prefix}.shift": layer.bias}
        elif kind in ("dense", "conv2d"):
            self.parameters[f"{prefix}.weight"] = layer.weight
            if layer.bias is not None:
                self.parameters[f"{prefix}.bias"] = layer.bias

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
    """The weights of "dense" are [features, units], the transpose of PyTorch's."""
    return value.T if name.startswith("dense") and name.endswith("weight") else value

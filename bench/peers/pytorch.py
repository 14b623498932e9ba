"""Eager PyTorch as a peer: python pytorch.py --step <name> --threads <n> [--fused]"""

import argparse
import json
import math
import pathlib
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

from pytorch_augment import make_augment

WARM_UP_SECONDS = 0.5


def make_model(step):
    layers = []
    shape = step["shape"]
    for layer in step["model"]:
        match layer["type"]:
            case "dense":
                layers.append(nn.Linear(shape[0], layer["units"]))
                shape = [layer["units"]]
            case "conv":
                layers.append(nn.Conv2d(shape[0], layer["filters"], 3, padding=1, bias=layer["bias"]))
                shape = [layer["filters"], *shape[1:]]
            case "batchnorm":
                layers.append(nn.BatchNorm2d(shape[0]) if len(shape) == 3 else nn.BatchNorm1d(shape[0]))
            case "maxpool":
                layers.append(nn.MaxPool2d(2))
                shape = [shape[0], shape[1] // 2, shape[2] // 2]
            case "flatten":
                layers.append(nn.Flatten())
                shape = [math.prod(shape)]
            case "relu":
                layers.append(nn.ReLU())
            case "dropout":
                layers.append(nn.Dropout(layer["rate"]))
    for layer in layers:
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return nn.Sequential(*layers)


def make_optimizer(settings, parameters, fused, decay):
    # None leaves the choice of the implementation to PyTorch, which is its default.
    fused = True if fused else None
    if settings["type"] == "adam":
        return torch.optim.Adam(parameters, lr=settings["learningRate"], fused=fused)
    momentum = settings["momentum"]
    return torch.optim.SGD(parameters, lr=settings["learningRate"], momentum=momentum, weight_decay=decay, fused=fused)


def make_penalty(step, model):
    """The penalty as most programs write it: tensor by tensor, added to the loss."""
    if "penalties" not in step:
        return lambda loss: loss
    l1, l2 = step["penalties"]["l1"], step["penalties"]["l2"]
    weights = [parameter for parameter in model.parameters() if parameter.dim() > 1]
    return lambda loss: (
        loss + l1 * sum(w.abs().sum() for w in weights) + l2 / 2 * sum(w.square().sum() for w in weights)
    )


def make_data(step):
    # Images lie in memory with the channels last: gathered rows then are channels_last batches without a copy.
    shape = [*step["shape"][1:], step["shape"][0]]
    size = (step["rows"], *shape)
    if step["data"] == "uint8":
        return torch.randint(0, 256, size, dtype=torch.uint8)
    return torch.randn(size)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--step", required=True)
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--fused", action="store_true")
    options = arguments.parse_args()
    steps = json.loads(pathlib.Path(__file__).with_name("steps.json").read_text())
    step = next(each for each in steps if each["name"] == options.step)

    torch.set_num_threads(options.threads)
    torch.set_num_interop_threads(1)
    torch.manual_seed(0)
    data = make_data(step)
    labels = torch.randint(0, step["classes"], (step["rows"],))
    # The layout that PyTorch recommends for convolutions on CPUs; it changes nothing for dense layers.
    model = make_model(step).to(memory_format=torch.channels_last)
    optimizer = make_optimizer(step["optimizer"], model.parameters(), options.fused, step.get("weightDecay", 0))
    penalized = make_penalty(step, model)
    augment_raw, augment_float = make_augment(step)
    batches = [index for index in torch.randperm(step["rows"]).split(step["batch"]) if len(index) == step["batch"]]
    scaled = step["data"] == "uint8"
    convolutional = len(step["shape"]) == 3
    done = 0

    def train():
        nonlocal done
        index = batches[done % len(batches)]
        done += 1
        # index_select gathers whole rows, several times faster than data[index].
        x = augment_raw(data.index_select(0, index))
        if scaled:
            x = x.float().mul_(1 / 255)
        if convolutional:
            x = augment_float(x.permute(0, 3, 1, 2))
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(x), labels.index_select(0, index))
        penalized(loss).backward()
        optimizer.step()
        return loss

    def run(count):
        start = time.perf_counter()
        for _ in range(count):
            loss = train()
        value = loss.item()
        return {"seconds": time.perf_counter() - start, "loss": value}

    start = time.perf_counter()
    while time.perf_counter() - start < WARM_UP_SECONDS:
        train()
    print(
        json.dumps(
            {
                "ready": True,
                "peer": "pytorch-fused" if options.fused else "pytorch",
                "version": torch.__version__.split("+")[0],
                "parameters": sum(parameter.numel() for parameter in model.parameters()),
                "threads": torch.get_num_threads(),
            }
        ),
        flush=True,
    )
    for line in sys.stdin:
        command, *rest = line.split()
        if command == "quit":
            break
        print(json.dumps(run(int(rest[0]))), flush=True)


main()

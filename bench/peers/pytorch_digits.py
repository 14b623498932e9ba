"""A whole training script in PyTorch: load digits, train, validate, test, save."""

import argparse
import gzip
import json

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", required=True)
    arguments.add_argument("--epochs", type=int, default=1)
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--units", type=int, nargs="*", default=[128, 64])
    arguments.add_argument("--batch", type=int, default=32)
    arguments.add_argument("--lr", type=float, default=1e-3)
    arguments.add_argument("--out", required=True)
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)

    with gzip.open(options.data, "rt") as file:
        header = 0 if file.read(1).isdigit() else 1
    table = np.loadtxt(options.data, delimiter=",", dtype=np.float32, skiprows=header)
    table = table[np.random.default_rng(0).permutation(len(table))]
    train_end, validation_end = int(0.8 * len(table)), int(0.9 * len(table))
    mean = table[:train_end, :-1].mean(axis=0)
    deviation = table[:train_end, :-1].std(axis=0)
    deviation[deviation == 0] = 1
    x = torch.from_numpy((table[:, :-1] - mean) / deviation)
    y = torch.from_numpy(table[:, -1].astype(np.int64))
    parts = [train_end, validation_end - train_end, len(table) - validation_end]
    (x_train, x_validation, x_test), (y_train, y_validation, y_test) = x.split(parts), y.split(parts)

    sizes = [x.shape[1], *options.units]
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    model = nn.Sequential(*layers, nn.Linear(sizes[-1], 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=options.lr)

    def accuracy(inputs, targets):
        model.eval()
        with torch.inference_mode():
            return (model(inputs).argmax(dim=1) == targets).float().mean().item()

    for epoch in range(options.epochs):
        model.train()
        for index in torch.randperm(train_end).split(options.batch):
            optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(model(x_train[index]), y_train[index])
            loss.backward()
            optimizer.step()
        validation = accuracy(x_validation, y_validation)
    print(json.dumps({"epochs": epoch + 1, "validation": validation, "test": accuracy(x_test, y_test)}))
    torch.save(model.state_dict(), options.out)


main()

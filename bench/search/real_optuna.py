"""Optuna's side of real.ts: searches the settings of a PyTorch network in several processes, and trains the best again.

The data lie on tensors, shuffled once an epoch, with the fused Adam and one thread for each process. Prints one line of JSON.
"""

import argparse
import json
import multiprocessing
import pathlib
import tempfile
import time
import warnings

import numpy as np
import optuna
import torch
import torch.nn.functional as F
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from torch import nn

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


def load(folder):
    facts = json.loads((folder / "facts.json").read_text())
    x = np.fromfile(folder / "features.f32", dtype=np.float32).reshape(-1, facts["width"])
    y = torch.from_numpy(np.fromfile(folder / "targets.i32", dtype=np.int32).astype(np.int64))
    train = x[: facts["parts"][0]]
    deviation = train.std(axis=0)
    deviation[deviation == 0] = 1
    x = torch.from_numpy((x - train.mean(axis=0)) / deviation)
    return list(zip(x.split(facts["parts"]), y.split(facts["parts"]))), facts["epochs"]


def accuracy(model, part):
    with torch.inference_mode():
        return (model(part[0]).argmax(dim=1) == part[1]).float().mean().item()


def train(parts, epochs, params, seed, on_epoch=lambda epoch, value: None):
    """The network after its last epoch, and its validation accuracy."""
    torch.manual_seed(seed)
    (x, y), validation, _ = parts
    first, last = nn.Linear(x.shape[1], params["units"]), nn.Linear(params["units"], 10)
    model = nn.Sequential(first, ACTIVATIONS[params["activation"]](), last)
    # As in Wellfit, weights are penalized and biases are not.
    groups = [
        {"params": [first.weight, last.weight], "weight_decay": params["l2"]},
        {"params": [first.bias, last.bias]},
    ]
    optimizer = torch.optim.Adam(groups, lr=params["lr"], fused=True)
    value = 0.0
    for epoch in range(1, epochs + 1):
        order = torch.randperm(len(x))
        for inputs, targets in zip(x[order].split(params["batch"]), y[order].split(params["batch"])):
            optimizer.zero_grad()
            F.cross_entropy(model(inputs), targets).backward()
            optimizer.step()
        value = accuracy(model, validation)
        on_epoch(epoch, value)
    return model, value


def suggest(trial):
    return {
        "units": trial.suggest_int("units", 16, 256, step=16),
        "activation": trial.suggest_categorical("activation", list(ACTIVATIONS)),
        "lr": trial.suggest_float("lr", 1e-5, 1e-1, log=True),
        "l2": trial.suggest_float("l2", 1e-6, 1e-2, log=True),
        "batch": trial.suggest_categorical("batch", [16, 32, 64, 128]),
    }


PRUNERS = {"none": optuna.pruners.NopPruner, "median": optuna.pruners.MedianPruner}


def study_of(journal, pruner, seed):
    return optuna.create_study(
        study_name="real",
        storage=JournalStorage(JournalFileBackend(journal)),
        sampler=optuna.samplers.TPESampler(seed=seed),
        pruner=PRUNERS[pruner](),
        direction="maximize",
        load_if_exists=True,
    )


def quiet():
    warnings.filterwarnings("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    torch.set_num_threads(1)


def work(index, options, journal, ready, tickets, trials_done):
    quiet()
    parts, epochs = load(options.data)
    study = study_of(journal, options.pruner, options.seed * options.processes + index)

    def objective(trial):
        def on_epoch(epoch, value):
            trial.report(value, epoch)
            if epoch < epochs and trial.should_prune():
                raise optuna.TrialPruned

        return train(parts, epochs, suggest(trial), options.seed * 10_000 + trial.number, on_epoch)[1]

    ready.wait()
    while True:
        with tickets.get_lock():
            if tickets.value == 0:
                break
            tickets.value -= 1
        study.optimize(objective, n_trials=1)
    trials_done.wait()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", type=pathlib.Path, required=True)
    arguments.add_argument("--trials", type=int, required=True)
    arguments.add_argument("--pruner", required=True)
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--processes", type=int, default=2)
    options = arguments.parse_args()
    quiet()

    with tempfile.TemporaryDirectory() as folder:
        journal = str(pathlib.Path(folder) / "journal.log")
        study = study_of(journal, options.pruner, options.seed)
        context = multiprocessing.get_context("spawn")
        # The clock starts when every process has imported everything and read its data.
        ready, over = (context.Barrier(options.processes + 1) for _ in range(2))
        tickets = context.Value("i", options.trials)
        workers = [
            context.Process(target=work, args=(index, options, journal, ready, tickets, over))
            for index in range(options.processes)
        ]
        for worker in workers:
            worker.start()
        ready.wait()
        began = time.time()
        over.wait()
        seconds = time.time() - began
        for worker in workers:
            worker.join()
        trials = study.trials
        best = study.best_trial

    parts, epochs = load(options.data)
    again = [train(parts, epochs, best.params, 1_000_000 + seed) for seed in range(3)]
    print(
        json.dumps(
            {
                "seconds": seconds,
                "trials": [
                    {
                        "seconds": trial.datetime_complete.timestamp() - began,
                        "value": trial.value if trial.state.name == "COMPLETE" else None,
                        "epochs": len(trial.intermediate_values),
                    }
                    for trial in sorted(trials, key=lambda trial: trial.datetime_complete)
                ],
                "best": best.value,
                "settings": best.params,
                "validation": [value for _, value in again],
                "test": [accuracy(model, parts[2]) for model, _ in again],
            }
        )
    )


if __name__ == "__main__":
    main()

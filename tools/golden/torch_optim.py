"""Writes test/golden/torch-optim.json: what PyTorch computes in float64 for optimizers, regularizers, clipping and schedules of the learning rate.

Lion is not part of PyTorch: its numbers come from the plain transcription of the paper's algorithm below. torch.optim.Muon runs as it is, except
that its iteration stays in float64 instead of going through bfloat16.

Needs the packages torch and numpy. Run: python tools/golden/torch_optim.py
"""

import math
from unittest import mock

import numpy as np
import torch
from golden import tensor, write
from torch.optim import lr_scheduler

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

STEPS = 30


def uniform(shape, seed: int) -> torch.Tensor:
    """Numbers that float32 holds too, so that every engine starts from the same ones."""
    return torch.from_numpy(np.random.default_rng(seed).uniform(-1, 1, shape)).float().double()


def stored(x: torch.Tensor) -> dict:
    return tensor(x.detach().numpy())


# --- Parameters and their gradients, in the layout that Wellfit has ------------------------------------------------------------------------


def sized_gradients() -> torch.Tensor:
    """Sizes from 1e-6 to 1, so that epsilon matters somewhere; one number has no gradient at first."""
    gradients = torch.stack([uniform([2, 3], 10 + step) for step in range(STEPS)])
    gradients *= torch.tensor([[1.0, 1e-6, 1e-2], [1.0, 1e-3, 1.0]])
    gradients[:10, 1, 2] = 0
    return gradients.float().double()


tasks = {
    "sizes": (uniform([2, 3], 1), sized_gradients()),
    "more inputs": (uniform([4, 2], 2), uniform([STEPS, 4, 2], 3)),
    "more units": (uniform([3, 4], 4), uniform([STEPS, 3, 4], 5)),
    "kernels": (uniform([3, 2, 1, 2], 6), uniform([STEPS, 3, 2, 1, 2], 7)),
    "many kernels": (uniform([5, 1, 2, 1], 12), uniform([STEPS, 5, 1, 2, 1], 13)),
    "bias": (uniform([4], 8), uniform([STEPS, 4], 9)),
    "tiny gradients": (uniform([2, 3], 15), uniform([STEPS, 2, 3], 16) * 2.0**-26),
    "no gradient": (uniform([2, 3], 14), torch.zeros(STEPS, 2, 3)),
}


# --- Optimizers ----------------------------------------------------------------------------------------------------------------------------


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of Chen et al. 2023, line by line."""

    strict = True

    def __init__(self, groups, lr, betas):
        super().__init__(groups, {"lr": lr, "betas": betas, "weight_decay": 0.0})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].get("m", torch.zeros_like(p))
                c = beta1 * m + (1 - beta1) * p.grad
                assert not self.strict or (c.abs()[p.grad != 0] > 1e-9).all(), "a sign that float32 could miss"
                p -= group["lr"] * (torch.sign(c) + group["weight_decay"] * p)
                self.state[p]["m"] = beta2 * m + (1 - beta2) * p.grad


def torch_optimizer(kind: str, options: dict, parameter: torch.nn.Parameter, l2: float, decay: bool) -> torch.optim.Optimizer:
    """The optimizer that Wellfit calls by this name; what the options leave out is Wellfit's default."""
    o = options
    lr, optim = o["lr"], torch.optim
    betas = (o.get("beta1", 0.9), o.get("beta2", 0.999))
    adam = {"lr": lr, "betas": betas, "eps": o.get("epsilon", 1e-8)}
    own = o.get("decay", {"adamw": 0.01, "muon": 0.1}.get(kind, 0.0)) if decay else 0.0
    group = [{"params": [parameter], "weight_decay": l2 or own}]
    if kind in ("sgd", "momentum", "nesterov"):
        return optim.SGD(group, lr=lr, momentum=0 if kind == "sgd" else o.get("momentum", 0.9), nesterov=kind == "nesterov")
    if kind == "adagrad":
        rest = {"lr_decay": o.get("lrDecay", 0), "initial_accumulator_value": o.get("initialAccumulator", 0)}
        return optim.Adagrad(group, lr=lr, eps=o.get("epsilon", 1e-10), **rest)
    if kind == "adadelta":
        return optim.Adadelta(group, lr=lr, rho=o.get("rho", 0.9), eps=o.get("epsilon", 1e-6))
    if kind == "rmsprop":
        rest = {"alpha": o.get("alpha", 0.99), "momentum": o.get("momentum", 0), "centered": o.get("centered", False)}
        return optim.RMSprop(group, lr=lr, eps=o.get("epsilon", 1e-8), **rest)
    if kind in ("adam", "amsgrad"):
        return optim.Adam(group, amsgrad=kind == "amsgrad", **adam)
    if kind == "adamw" or (kind == "muon" and (parameter.ndim < 2 or not decay)):
        return optim.AdamW(group, **adam)
    if kind == "nadam":
        return optim.NAdam(group, momentum_decay=o.get("momentumDecay", 0.004), **adam)
    if kind == "muon":
        adjust = {"matchAdamw": "match_rms_adamw", "original": "original"}[o.get("adjust", "matchAdamw")]
        return optim.Muon(group, lr=lr, momentum=o.get("momentum", 0.95), nesterov=o.get("nesterov", True), adjust_lr_fn=adjust)
    if kind == "lion":
        return Lion(group, lr=lr, betas=(betas[0], o.get("beta2", 0.99)))
    return {"radam": optim.RAdam, "adamax": optim.Adamax}[kind](group, **adam)


def to_torch(kind: str, x: torch.Tensor) -> torch.Tensor:
    """torch.optim.Muon takes matrices of [outputs, inputs]: the transpose of our dense weights; kernels become [filters, rest]."""
    if kind != "muon" or x.ndim < 2:
        return x
    return x.T if x.ndim == 2 else x.flatten(1)


def from_torch(kind: str, x: torch.Tensor, shape) -> torch.Tensor:
    return x.T if kind == "muon" and len(shape) == 2 else x.reshape(shape)


def optimizer_case(label: str, kind: str, options: dict, task="sizes", l2=0.0, decay=True, falling=1.0) -> dict:
    """Updates from fixed gradients; the rate is multiplied by `falling` after each."""
    start, gradients = tasks[task]
    parameter = torch.nn.Parameter(to_torch(kind, start).clone())
    optimizer = torch_optimizer(kind, options, parameter, l2, decay)
    trajectory = []
    for gradient in gradients:
        parameter.grad = to_torch(kind, gradient).clone()
        # Muon would go to bfloat16 for its iteration.
        with mock.patch.object(torch.Tensor, "bfloat16", torch.Tensor.clone):
            optimizer.step()
        assert parameter.dtype == torch.float64
        optimizer.param_groups[0]["lr"] *= falling
        trajectory.append(from_torch(kind, parameter.detach().clone(), start.shape))
    return {
        "label": f"{kind}, {label}",
        "optimizer": {kind: options},
        "task": task,
        "decay": decay,
        "l2": l2,
        "falling": falling,
        "trajectory": stored(torch.stack(trajectory)),
    }


def optimizers() -> list[dict]:
    case = optimizer_case
    adams = [
        entry
        for kind in ("adam", "amsgrad", "nadam", "radam", "adamax")
        for entry in (
            case("the paper's settings", kind, {"lr": 0.001}),
            case("other betas", kind, {"lr": 0.01, "beta1": 0.8, "beta2": 0.9}),
            case("large epsilon", kind, {"lr": 0.1, "epsilon": 1e-3}),
            case("with l2", kind, {"lr": 0.01}, l2=0.1),
            case("falling rate", kind, {"lr": 0.05}, falling=0.9),
        )
    ]
    return [
        case("lr 0.1", "sgd", {"lr": 0.1}),
        case("with l2", "sgd", {"lr": 0.5}, l2=0.01),
        case("falling rate", "sgd", {"lr": 0.5}, falling=0.9),
        *[
            entry
            for kind in ("momentum", "nesterov")
            for entry in (
                case("0.9", kind, {"lr": 0.05}),
                case("0.5 with l2", kind, {"lr": 0.2, "momentum": 0.5}, l2=0.1),
                case("falling rate", kind, {"lr": 0.1}, falling=0.9),
            )
        ],
        case("0", "momentum", {"lr": 0.1, "momentum": 0.0}),
        case("default", "adagrad", {"lr": 0.01}),
        case("rate that decays", "adagrad", {"lr": 0.1, "lrDecay": 0.1}),
        case("accumulator of 0.1", "adagrad", {"lr": 0.1, "initialAccumulator": 0.1}),
        case("large epsilon, with l2", "adagrad", {"lr": 0.1, "epsilon": 1e-3}, l2=0.1),
        case("default", "adadelta", {"lr": 1.0}),
        case("other rho and epsilon", "adadelta", {"lr": 0.5, "rho": 0.7, "epsilon": 1e-4}),
        case("with l2", "adadelta", {"lr": 1.0}, l2=0.1),
        case("falling rate", "adadelta", {"lr": 2.0}, falling=0.9),
        case("default", "rmsprop", {"lr": 0.01}),
        case("other alpha and epsilon", "rmsprop", {"lr": 0.01, "alpha": 0.9, "epsilon": 1e-4}),
        case("momentum", "rmsprop", {"lr": 0.01, "momentum": 0.9}),
        case("centered", "rmsprop", {"lr": 0.01, "centered": True}),
        case("centered with momentum", "rmsprop", {"lr": 0.001, "centered": True, "momentum": 0.5, "alpha": 0.9}, falling=0.95),
        case("with l2", "rmsprop", {"lr": 0.01}, l2=0.1),
        *adams,
        case("no memory", "adam", {"lr": 0.01, "beta1": 0.0, "beta2": 0.0}),
        case("momentum that rises soon", "nadam", {"lr": 0.01, "momentumDecay": 0.5}),
        case("beta2 too small to adapt", "radam", {"lr": 0.01, "beta2": 0.6}),
        case("default", "adamw", {"lr": 0.001}),
        case("large decay", "adamw", {"lr": 0.01, "decay": 1.0}),
        case("large decay, falling rate", "adamw", {"lr": 0.05, "decay": 0.5}, falling=0.9),
        case("a tensor that does not decay", "adamw", {"lr": 0.01, "decay": 1.0}, decay=False),
        case("default", "lion", {"lr": 0.0001}),
        case("other betas", "lion", {"lr": 0.01, "beta1": 0.7, "beta2": 0.8}),
        case("decay, falling rate", "lion", {"lr": 0.01, "decay": 1.0}, falling=0.9),
        case("a tensor that does not decay", "lion", {"lr": 0.01, "decay": 1.0}, decay=False),
        *[case(task, "muon", {"lr": 0.01}, task=task) for task in tasks if task != "sizes"],
        *[case(f"{task}, original", "muon", {"lr": 0.02, "adjust": "original"}, task=task) for task in ("more inputs", "more units", "many kernels")],
        case("no Nesterov, falling rate", "muon", {"lr": 0.05, "nesterov": False, "momentum": 0.8}, task="more units", falling=0.9),
        case("with decay", "muon", {"lr": 0.1, "decay": 0.5}, task="more inputs"),
        case("a matrix that does not decay", "muon", {"lr": 0.01, "beta2": 0.9}, task="more inputs", decay=False),
    ]


# --- Regularizers --------------------------------------------------------------------------------------------------------------------------


def max_norm(w: torch.Tensor, limit: float) -> torch.Tensor:
    if w.ndim < 2:
        return w.clamp(-limit, limit)
    units = w.T if w.ndim == 2 else w.flatten(1)
    length = torch.linalg.vector_norm(units, dim=1, keepdim=True)
    exact = units * (limit / length).clamp(max=1)
    # renorm divides by the length + 1e-7.
    torch.testing.assert_close(exact, torch.renorm(units, 2, 0, limit), rtol=0, atol=1e-6)
    return exact.T if w.ndim == 2 else exact.reshape(w.shape)


def regularizer_case(label: str, regularize: dict, task="more inputs", kind="sgd", lr=0.1, rows=40) -> dict:
    """Updates with the gradient of the penalty by PyTorch's autograd, and what is done after each."""
    start, gradients = tasks[task]
    w = torch.nn.Parameter(start.clone())
    decoupled = regularize.get("weightDecay", {}).get("strength", 0)
    group = [{"params": [w], "weight_decay": decoupled}]
    optimizer = torch.optim.AdamW(group, lr=lr) if kind == "adam" else torch.optim.SGD([w], lr=lr)
    trajectory = []
    for gradient in gradients:
        loss = (w * gradient).sum()
        after = []
        for name, o in regularize.items():
            share = 1 / rows if o.get("perRow") else 1
            if name == "l1" and o.get("proximal"):
                after.append(lambda x, t=lr * share * o["strength"]: torch.nn.functional.softshrink(x, t))
            elif name == "l1":
                loss = loss + share * o["strength"] * w.abs().sum()
            elif name == "l2":
                loss = loss + share * o["strength"] / 2 * w.square().sum()
            elif name == "elasticNet":
                loss = loss + share * (o["l1"] * w.abs().sum() + o["l2"] / 2 * w.square().sum())
            elif name == "maxNorm":
                after.append(lambda x, limit=o["limit"]: max_norm(x, limit))
        optimizer.zero_grad()
        loss.backward()
        if decoupled and kind == "sgd":
            w.data.mul_(1 - lr * decoupled)
        optimizer.step()
        for change in after:
            w.data = change(w.data)
        trajectory.append(w.detach().clone())
    return {
        "label": label,
        "regularize": regularize,
        "optimizer": {kind: {"lr": lr}},
        "task": task,
        "rows": rows,
        "trajectory": stored(torch.stack(trajectory)),
    }


def regularizers() -> list[dict]:
    case = regularizer_case
    return [
        case("l1", {"l1": {"strength": 0.5}}),
        case("l1 over the rows, kernels", {"l1": {"strength": 10, "perRow": True}}, task="kernels"),
        case("l1, proximal: exact zeros", {"l1": {"strength": 1, "proximal": True}}),
        case("l1, proximal, over the rows", {"l1": {"strength": 30, "proximal": True, "perRow": True}}, task="kernels"),
        case("l2", {"l2": {"strength": 0.5}}),
        case("l2 over the rows", {"l2": {"strength": 12, "perRow": True}}, rows=24),
        case("l2 of biases", {"l2": {"strength": 0.5, "biases": True}}, task="bias"),
        case("elasticNet", {"elasticNet": {"l1": 0.2, "l2": 0.3}}),
        case("elasticNet over the rows", {"elasticNet": {"l1": 5, "l2": 20, "perRow": True}}, task="kernels"),
        case("weightDecay with adam is AdamW", {"weightDecay": {"strength": 0.5}}, kind="adam", lr=0.02),
        case("weightDecay with sgd", {"weightDecay": {"strength": 0.5}}),
        case("maxNorm of columns", {"maxNorm": {"limit": 0.7}}),
        case("maxNorm of kernels", {"maxNorm": {"limit": 0.9}}, task="kernels"),
        case("maxNorm of biases", {"maxNorm": {"limit": 0.3, "biases": True}}, task="bias"),
        case("maxNorm that never applies", {"maxNorm": {"limit": 100}}),
        case(
            "l1, l2, weightDecay and maxNorm",
            {"l1": {"strength": 0.1}, "l2": {"strength": 0.2}, "weightDecay": {"strength": 0.3}, "maxNorm": {"limit": 0.8}},
        ),
    ]


# --- Clipping ------------------------------------------------------------------------------------------------------------------------------


def clip_case(label: str, kind: str, limit: float, scale=1.0) -> dict:
    gradients = [uniform([3, 4], 50) * scale, uniform([2, 2, 2], 51) * scale, uniform([5], 52) * scale]
    parameters = [torch.nn.Parameter(torch.zeros(g.shape)) for g in gradients]
    for p, g in zip(parameters, gradients, strict=True):
        p.grad = g.clone()
    clip = {"value": torch.nn.utils.clip_grad_value_, "norm": torch.nn.utils.clip_grad_norm_}[kind]
    clip(parameters, limit)
    return {
        "label": f"{kind}, {label}",
        "kind": kind,
        "limit": limit,
        "gradients": [stored(g) for g in gradients],
        "clipped": [stored(p.grad) for p in parameters],
    }


def clippings() -> list[dict]:
    return [
        clip_case("some are too large", "value", 0.5),
        clip_case("none is too large", "value", 2.0),
        clip_case("too long", "norm", 1.0),
        clip_case("short enough", "norm", 100.0),
        clip_case("all zero", "norm", 1.0, scale=0.0),
        clip_case("tiny: the 1e-6 in the divisor matters", "norm", 1e-4, scale=2.0**-12),
    ]


# --- Schedules -----------------------------------------------------------------------------------------------------------------------------


def schedule_case(label: str, kind: str, options: dict, make, total=48, per_epoch=1, step=None, losses=None) -> dict:
    """The rate at each update; the base rate is 1. `step(scheduler, updates)` is called between updates."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    warmup = options.get("warmup", 0)
    scheduler = make(optimizer)
    if warmup:
        rise = lr_scheduler.LinearLR(optimizer, 1 / warmup, 1.0, warmup - 1)
        scheduler = lr_scheduler.SequentialLR(optimizer, [rise, scheduler], [warmup])
    step = step or (lambda scheduler, updates: scheduler.step())
    factors = []
    for updates in range(1, total + 1):
        factors.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if updates < total:
            step(scheduler, updates)
    return {
        "label": f"{kind}, {label}",
        "schedule": {kind: options},
        "total": total,
        "perEpoch": per_epoch,
        "losses": tensor(np.array(losses or [])),
        "factors": tensor(np.array(factors)),
    }


def epoch_ends(per_epoch: int):
    return lambda scheduler, updates: scheduler.step() if updates % per_epoch == 0 else None


def plateau_case(label: str, losses: list[float], per_epoch=1, total=None, **options) -> dict:
    names = {"minFactor": "min_lr"}
    given = {"factor": 0.1, "patience": 10, "threshold": 1e-4, "cooldown": 0, "minFactor": 0.0} | options
    arguments = {names.get(name, name): value for name, value in given.items()}

    def step(scheduler, updates):
        if updates % per_epoch == 0 and updates // per_epoch <= len(losses):
            scheduler.step(losses[updates // per_epoch - 1])

    return schedule_case(
        label,
        "reduceOnPlateau",
        options,
        lambda o: lr_scheduler.ReduceLROnPlateau(o, eps=0.0, **arguments),
        total=total or len(losses) * per_epoch,
        per_epoch=per_epoch,
        step=step,
        losses=losses,
    )


def schedules() -> list[dict]:
    case, s = schedule_case, lr_scheduler
    random = np.random.default_rng(60)
    noisy = [float(1 / (1 + 0.3 * i) + 0.05 * random.normal()) for i in range(60)]
    infinite = [1.0, math.inf, 0.5, 0.6, 0.7, math.nan, 0.8, 0.4, *[0.5] * 7]

    def constant(label, options):
        return case(label, "constant", options, lambda o: s.LambdaLR(o, lambda _: 1.0))

    def one_cycle(label, options, total=50, **arguments):
        return case(label, "oneCycle", options, lambda o: s.OneCycleLR(o, 1.0, total_steps=total, cycle_momentum=False, **arguments), total=total)

    def cyclic(label, options, up, down, per_epoch=1, **arguments):
        base = options.get("base", 0.1)
        make = lambda o: s.CyclicLR(o, base, 1.0, up, down, cycle_momentum=False, **arguments)  # noqa: E731
        return case(label, "cyclic", options, make, per_epoch=per_epoch)

    def restarts(label, options, per_epoch=1):
        return case(
            label,
            "cosineRestarts",
            options,
            lambda o: s.CosineAnnealingWarmRestarts(o, options["period"], options.get("multiply", 1)),
            total=60,
            per_epoch=per_epoch,
            step=lambda scheduler, updates: scheduler.step(updates / per_epoch),
        )

    return [
        constant("from the start", {}),
        constant("after a warm-up", {"warmup": 5}),
        case("10", "step", {"every": 10}, lambda o: s.StepLR(o, 10)),
        case("3 epochs of 4 updates", "step", {"every": 3, "factor": 0.5}, lambda o: s.StepLR(o, 3, 0.5), per_epoch=4, step=epoch_ends(4)),
        case("half epochs", "step", {"every": 0.5, "factor": 0.8}, lambda o: s.StepLR(o, 3, 0.8), per_epoch=6),
        case("tenths of an epoch", "step", {"every": 0.1, "factor": 0.9}, lambda o: s.StepLR(o, 1, 0.9), per_epoch=10),
        case("after a warm-up", "step", {"every": 10, "warmup": 7}, lambda o: s.StepLR(o, 10)),
        case("three milestones", "multiStep", {"at": [5, 20, 30]}, lambda o: s.MultiStepLR(o, [5, 20, 30])),
        case("epochs of 4", "multiStep", {"at": [2, 5], "factor": 0.3}, lambda o: s.MultiStepLR(o, [2, 5], 0.3), per_epoch=4, step=epoch_ends(4)),
        case("0.9", "exponential", {"factor": 0.9}, lambda o: s.ExponentialLR(o, 0.9)),
        case("epochs of 5", "exponential", {"factor": 0.8}, lambda o: s.ExponentialLR(o, 0.8**0.2), per_epoch=5),
        case("after a warm-up", "exponential", {"factor": 0.95, "warmup": 10}, lambda o: s.ExponentialLR(o, 0.95)),
        case("0.5", "inverseTime", {"decay": 0.5}, lambda o: s.LambdaLR(o, lambda t: 1 / (1 + 0.5 * t))),
        case("epochs of 8", "inverseTime", {"decay": 2}, lambda o: s.LambdaLR(o, lambda t: 1 / (1 + 2 * t / 8)), per_epoch=8),
        case("a line", "polynomial", {}, lambda o: s.PolynomialLR(o, 48)),
        case("power 2", "polynomial", {"power": 2}, lambda o: s.PolynomialLR(o, 48, 2.0)),
        case("power 0.5 after a warm-up", "polynomial", {"power": 0.5, "warmup": 8}, lambda o: s.PolynomialLR(o, 40, 0.5)),
        case("a line to 0.2", "polynomial", {"end": 0.2}, lambda o: s.LinearLR(o, 1.0, 0.2, 48)),
        case("whole run", "cosine", {}, lambda o: s.CosineAnnealingLR(o, 48)),
        case("after a warm-up", "cosine", {"warmup": 6}, lambda o: s.CosineAnnealingLR(o, 42)),
        *[
            case(label, "logCosine", options, lambda o, k=cycles, n=length: s.LambdaLR(o, lambda t: math.sin(math.pi * math.log2(1 + (2**k - 1) * t / n)) ** 2))
            for label, options, cycles, length in [
                ("four cycles", {}, 4, 48),
                ("one cycle", {"cycles": 1}, 1, 48),
                ("after a warm-up", {"cycles": 2, "warmup": 8}, 2, 40),
            ]
        ],
        restarts("10", {"period": 10}),
        restarts("doubling", {"period": 4, "multiply": 2}),
        restarts("doubling, epochs of 6", {"period": 1, "multiply": 2}, per_epoch=6),
        restarts("epochs of 7", {"period": 2}, per_epoch=7),
        one_cycle("defaults", {}),
        one_cycle("a line", {"anneal": "linear", "pctStart": 0.4}, anneal_strategy="linear", pct_start=0.4),
        one_cycle("three phases", {"threePhase": True}, three_phase=True),
        one_cycle(
            "three lines, other ends",
            {"threePhase": True, "anneal": "linear", "divFactor": 10, "finalDivFactor": 100},
            three_phase=True,
            anneal_strategy="linear",
            div_factor=10,
            final_div_factor=100,
        ),
        one_cycle("up all the time", {"pctStart": 1}, pct_start=1.0),
        one_cycle("down all the time", {"pctStart": 0}, pct_start=0.0),
        cyclic("triangular", {"up": 8}, 8, None),
        cyclic("steep rise, epochs of 4", {"up": 1, "down": 2.5, "base": 0.25}, 4, 10, per_epoch=4),
        cyclic("triangular2", {"up": 5, "mode": "triangular2"}, 5, None, mode="triangular2"),
        cyclic("exp_range", {"up": 6, "down": 3, "mode": "expRange", "gamma": 0.95}, 6, 3, mode="exp_range", gamma=0.95),
        plateau_case("never better", [1.0] * 45),
        plateau_case("noise", noisy, factor=0.5, patience=2),
        plateau_case("noise, cooldown", noisy, factor=0.5, patience=1, cooldown=3, threshold=0.05),
        plateau_case("noise, least rate", noisy, factor=0.3, patience=0, minFactor=0.02),
        plateau_case("epochs of 3, losses that are no numbers", infinite, per_epoch=3, factor=0.5, patience=1),
    ]


if __name__ == "__main__":
    write(
        "torch-optim.json",
        {"script": "tools/golden/torch_optim.py", "torch": torch.__version__.split("+")[0], "numpy": np.__version__},
        {
            "tasks": [{"task": name, "start": stored(start), "gradients": stored(gradients)} for name, (start, gradients) in tasks.items()],
            "optimizers": optimizers(),
            "regularizers": regularizers(),
            "clippings": clippings(),
            "schedules": schedules(),
        },
    )

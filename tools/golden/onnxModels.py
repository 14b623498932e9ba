"""Writes test/golden/onnxModels: small classifiers as PyTorch exports them to ONNX, what they answer, and three steps of fine-tuning each.

Needs the packages torch, numpy, onnx and onnxscript. Run: python tools/golden/onnxModels.py
"""

import copy
import logging
import warnings

import numpy as np
import onnx
import onnxscript
import torch
from golden import root, tensor, write
from torch import nn

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
folder = root / "test/golden/onnxModels"


class Residual(nn.Module):
    """Depthwise separable convolution with squeeze and excitation around which the input flows, as in MobileNetV3."""

    def __init__(self, channels: int):
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.squeeze = nn.Conv2d(channels, 4, 1)
        self.excite = nn.Conv2d(4, channels, 1)
        self.pointwise = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        y = nn.functional.hardswish(self.norm(self.depthwise(x)))
        scale = nn.functional.adaptive_avg_pool2d(y, 1)
        scale = nn.functional.hardsigmoid(self.excite(nn.functional.relu(self.squeeze(scale))))
        return x + self.pointwise(y * scale)


class Viewed(nn.Module):
    """A convolutional network that flattens by computing the shape, as many hand-written ones do."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(4, 8, 3, groups=2)
        self.pool = nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False, ceil_mode=True)
        self.fc1 = nn.Linear(32, 16)
        self.fc2 = nn.Linear(16, 3)

    def forward(self, x):
        x = nn.functional.max_pool2d(nn.functional.leaky_relu(self.conv1(x), 0.2), 2, stride=1, ceil_mode=True)
        x = self.pool(nn.functional.silu(self.conv2(x)))
        x = x.view(x.size(0), -1)
        return nn.functional.log_softmax(self.fc2(nn.functional.elu(self.fc1(x))), dim=1)


class Mixer(nn.Module):
    """Layer normalization, learned slopes, a split, a mean over positions, products without bias, 1-d convolution."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Conv1d(2, 8, 3, padding=1)
        self.norm = nn.LayerNorm(8)
        self.prelu = nn.PReLU(8)
        self.mix = nn.Linear(8, 16, bias=False)
        self.out = nn.Linear(8, 4)

    def forward(self, x):
        x = self.prelu(self.embed(x)).transpose(1, 2)
        a, b = self.mix(self.norm(x)).chunk(2, dim=-1)
        x = nn.functional.gelu(a) * torch.sigmoid(b)
        x = torch.cat([x[:, :3].mean(dim=1), x[:, 3:].amax(dim=1)], dim=1).unflatten(1, (2, 8)).sum(dim=1)
        return torch.softmax(self.out(nn.functional.softplus(x)), dim=-1)


class Attention(nn.Module):
    """Attention between positions, for which the batch axis moves behind another and back."""

    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(6, 24)
        self.out = nn.Linear(8, 3)

    def forward(self, x):
        rows, places, _ = x.shape
        q, k, v = self.qkv(x).reshape(rows, places, 3, 2, 4).permute(2, 0, 3, 1, 4)
        shares = torch.softmax(q @ k.transpose(-2, -1) / 2, dim=-1)
        return self.out((shares @ v).transpose(1, 2).reshape(rows, places, 8)[:, 0])


def mlp():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(12, 10), nn.ReLU(), nn.Dropout(0.5), nn.Linear(10, 8), nn.Tanh(), nn.Linear(8, 5)
    )


def cnn():
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1, bias=False), nn.BatchNorm2d(6), nn.ReLU6(), nn.MaxPool2d(2),
        nn.Conv2d(6, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 5),
    )


def mobile():
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.Hardswish(), Residual(8), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Dropout(0.2), nn.Linear(8, 4),
    )


models = {
    "mlp": (mlp, [3, 4], ["script", "old", "dynamo"]),
    "cnn": (cnn, [3, 8, 8], ["script", "folded", "dynamo"]),
    "mobile": (mobile, [3, 9, 9], ["script", "old", "dynamo"]),
    "viewed": (Viewed, [1, 12, 12], ["folded", "old", "dynamo"]),
    "mixer": (Mixer, [2, 7], ["folded", "dynamo"]),
    "attention": (Attention, [5, 6], ["folded", "dynamo"]),
}


def settle(module):
    """Running statistics and scales as after training, so that batch normalization does something."""
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.uniform_(part.bias, -0.5, 0.5)
            part.running_mean.uniform_(-0.5, 0.5)
            part.running_var.uniform_(0.5, 2)
    return module.eval()


def export(module, name: str, x, exporter: str) -> str:
    """`script` is the TorchScript exporter that keeps batch normalization, `folded` and `old` fold it into convolutions; `dynamo` is the new one."""
    path = folder / f"{name}-{exporter}.onnx"
    names = {"input_names": ["x"], "output_names": ["y"]}
    if exporter == "dynamo":
        torch.onnx.export(module, (x,), path, dynamo=True, dynamic_shapes=({0: torch.export.Dim("batch")},), external_data=False, verbose=False, **names)
    else:
        mode = torch.onnx.TrainingMode.PRESERVE if exporter == "script" else torch.onnx.TrainingMode.EVAL
        opset = 11 if exporter == "old" else 17
        axes = {"x": {0: "batch"}, "y": {0: "batch"}}
        torch.onnx.export(module, (x,), path, dynamo=False, opset_version=opset, training=mode, dynamic_axes=axes, **names)
    slim(path)
    return path.name


def slim(path) -> None:
    """Leaves out what a reader has no use for: stack traces and the notes of the exporter."""
    model = onnx.load(path)
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for value in [*model.graph.input, *model.graph.output, *model.graph.value_info, *model.graph.initializer]:
        del value.metadata_props[:]
    del model.graph.value_info[:]
    del model.graph.metadata_props[:]
    del model.metadata_props[:]
    onnx.save(model, path)


def fine_tuned(module, x, labels, frozen: list[str]) -> dict:
    """Three steps of gradient descent in float64 with a new last layer; batch normalization keeps its statistics."""
    module = copy.deepcopy(module).double().eval()
    last = len(module) - 1
    head = nn.Linear(module[last].in_features, 3).double()
    with torch.no_grad():
        head.weight.copy_(head.weight.float())
        head.bias.copy_(head.bias.float())
    first = {"weight": tensor(head.weight.detach().numpy().T), "bias": tensor(head.bias.detach().numpy())}
    module[last] = head
    for name, parameter in module.named_parameters():
        parameter.requires_grad_(not any(name.startswith(prefix) for prefix in frozen))
    moved = [(name, p) for name, p in module.named_parameters() if p.requires_grad]
    optimizer = torch.optim.SGD([p for _, p in moved], lr=0.1)
    losses = []
    for _ in range(3):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(module(x.double()), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    weights = {}
    for name, parameter in moved:
        array = parameter.detach().numpy()
        own = name.startswith(f"{last}.")
        weights[f"head.{name.split('.')[1]}" if own else name] = tensor(array.T if own and array.ndim == 2 else array)
    return {"head": first, "frozen": frozen, "labels": tensor(labels.numpy().astype(np.int32)), "losses": losses, "weights": weights}


def main() -> None:
    torch.manual_seed(7)
    cases = []
    for name, (make, shape, exporters) in models.items():
        module = settle(make())
        x = torch.randn(4, *shape)
        for exporter in exporters:
            file = export(module, name, x, exporter)
            with torch.no_grad():
                entry = {"name": f"{name}, {exporter}", "file": file, "input": tensor(x.numpy()), "output": tensor(module.double()(x.double()).numpy())}
            module.float()
            if name in ("mlp", "cnn") and exporter == "script":
                frozen = ["1."] if name == "mlp" else ["0."]
                entry["tuned"] = fine_tuned(module, x, torch.tensor([0, 2, 1, 2]), frozen)
            cases.append(entry)
    about = {"script": "tools/golden/onnxModels.py", "torch": torch.__version__, "onnx": onnx.__version__, "onnxscript": onnxscript.__version__}
    write("onnxModels/expected.json", about, {"cases": cases})


main()

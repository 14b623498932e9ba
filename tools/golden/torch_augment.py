"""Writes test/golden/torch-augment.json: augmented images for drawn numbers that are written beside them, in float64.

Each picture is moved by PyTorch's affine_grid and grid_sample with the inverse of a matrix that says where its pixels go; elastic fields come from
SciPy's B-splines; colors follow the formulas of torchvision.transforms.functional, which is not needed.
Needs the packages torch, numpy and scipy. Run: python tools/golden/torch_augment.py
"""

import math

import numpy as np
import scipy
import torch
import torch.nn.functional as F
from golden import tensor, write
from scipy.interpolate import BSpline

random = np.random.default_rng(7)
luma = torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64).reshape(3, 1, 1)


def pictures(rows: int, channels: int, height: int, width: int) -> torch.Tensor:
    return torch.from_numpy(random.integers(0, 256, (rows, channels, height, width)).astype(np.float64))


def forward_matrix(kind: str, drawn: list[float]) -> torch.Tensor:
    """Where a pixel goes, counted from the center, x to the right and y downwards."""
    a, b, right, c, d, down = 1.0, 0.0, 0.0, 0.0, 1.0, 0.0
    if kind == "horizontalFlip" and drawn[0]:
        a = -1.0
    if kind == "verticalFlip" and drawn[0]:
        d = -1.0
    if kind == "shift":
        right, down = drawn
    if kind == "crop":
        right, down = -drawn[0], -drawn[1]
    if kind == "rotation":
        angle = math.radians(drawn[0])
        a, b, c, d = math.cos(angle), math.sin(angle), -math.sin(angle), math.cos(angle)
    if kind == "zoom":
        a = d = drawn[0]
    if kind == "shear":
        b = math.tan(math.radians(drawn[0]))
    return torch.tensor([[a, b, right], [c, d, down], [0, 0, 1]], dtype=torch.float64)


def moved(image: torch.Tensor, drawn: dict[str, list[float]], arrows: np.ndarray | None = None) -> torch.Tensor:
    """One image [channels, height, width] through several matrices, the first that is named first."""
    _, height, width = image.shape
    whole = torch.eye(3, dtype=torch.float64)
    for kind, numbers in drawn.items():
        whole = forward_matrix(kind, numbers) @ whole
    half = torch.diag(torch.tensor([width / 2, height / 2, 1], dtype=torch.float64))
    theta = torch.linalg.inv(half) @ torch.linalg.inv(whole) @ half
    grid = F.affine_grid(theta[None, :2], [1, *image.shape], align_corners=False)
    if arrows is not None:
        field = torch.from_numpy(np.stack([displacement(a, height, width) for a in arrows], axis=-1))
        grid = grid + field[None] * torch.tensor([2 / width, 2 / height], dtype=torch.float64)
    return F.grid_sample(image[None], grid, mode="bilinear", padding_mode="zeros", align_corners=False)[0]


def displacement(arrows: np.ndarray, height: int, width: int) -> np.ndarray:
    """[height, width] from arrows [grid + 3, grid + 3], with standard deviation 1 at every pixel where the arrows have it."""
    grid = len(arrows) - 3

    def weights(size: int) -> np.ndarray:
        places = (np.arange(size) + 0.5) / size * grid
        matrix = BSpline.design_matrix(places, np.arange(-3, grid + 4, dtype=float), 3).toarray()
        return matrix / np.sqrt((matrix**2).sum(axis=1, keepdims=True))

    return weights(height) @ arrows @ weights(width).T


def grey(image: torch.Tensor) -> torch.Tensor:
    return image if image.shape[0] == 1 else (luma * image).sum(dim=0, keepdim=True)


def blend(a: torch.Tensor, b: torch.Tensor, ratio: float, most: float) -> torch.Tensor:
    return torch.clamp(ratio * a + (1 - ratio) * b, 0 if most < math.inf else -math.inf, most)


def recolored(image: torch.Tensor, kind: str, ratio: float, most: float) -> torch.Tensor:
    other = {
        "brightness": lambda: torch.zeros_like(image),
        "contrast": lambda: grey(image).mean(),
        "saturation": lambda: grey(image),
    }[kind]()
    return blend(image, other, ratio, most)


def case(label: str, steps: list, image: torch.Tensor, drawn: list[dict], output: torch.Tensor, **more) -> dict:
    return {"label": label, "steps": steps, "image": tensor(image.numpy()), "drawn": drawn, "output": tensor(output.numpy()), **more}


def geometric_case(label: str, drawn: list[dict], channels=2, height=7, width=10) -> dict:
    image = pictures(len(drawn), channels, height, width)
    return case(label, list(drawn[0]), image, drawn, torch.stack([moved(x, numbers) for x, numbers in zip(image, drawn)]))


def elastic_case(label: str, grid: int, others: list[dict], height: int, width: int) -> dict:
    image = pictures(len(others), 1, height, width)
    arrows = random.normal(0, 1.5, (len(others), 2, grid + 3, grid + 3))
    output = torch.stack([moved(x, numbers, field) for x, numbers, field in zip(image, others, arrows)])
    drawn = [{**numbers, "elastic": field.ravel().tolist()} for numbers, field in zip(others, arrows)]
    return case(label, [*others[0], {"elastic": {"grid": grid}}], image, drawn, output)


def color_case(kind: str, ratios: list[float], channels: int, most: float) -> dict:
    image = pictures(len(ratios), channels, 4, 5)
    if most == math.inf:
        image = image / 8 - 16
    output = torch.stack([recolored(x, kind, ratio, most) for x, ratio in zip(image, ratios)])
    label = f"{kind}, {channels} channels, {'bytes' if most < math.inf else 'no bounds'}"
    return case(label, [kind], image, [{kind: [ratio]} for ratio in ratios], output, bytes=most < math.inf)


def cutout_case() -> dict:
    boxes = [[0, 3, 2, 6], [4, 8, 0, 4], [0, 0, 0, 0]]
    image = pictures(3, 2, 6, 8)
    output = image.clone()
    for x, (left, right, top, bottom) in zip(output, boxes):
        x[:, top:bottom, left:right] = 0
    return case("cutout", [{"cutout": 4}], image, [{"cutout": box} for box in boxes], output)


def mixup_case(shape: list[int], lambdas: list[float]) -> dict:
    x = torch.from_numpy(random.normal(size=(len(lambdas), *shape)))
    share = torch.tensor(lambdas, dtype=torch.float64)
    wide = share.reshape(-1, *[1] * len(shape))
    drawn = [{"mixup": [share]} for share in lambdas]
    return case(f"mixup of {shape}", ["mixup"], x, drawn, torch.lerp(x.flip(0), x, wide), mix=tensor(share.numpy()), bytes=False)


def cutmix_case() -> dict:
    boxes = [[1, 4, 0, 3], [0, 0, 0, 0], [0, 5, 0, 4]]
    image = pictures(3, 3, 4, 5)
    output, shares = image.clone(), []
    for i, (left, right, top, bottom) in enumerate(boxes):
        output[i, :, top:bottom, left:right] = image[2 - i, :, top:bottom, left:right]
        shares.append(1 - (right - left) * (bottom - top) / 20)
    drawn = [{"cutmix": [*box, share]} for box, share in zip(boxes, shares)]
    return case("cutmix", ["cutmix"], image, drawn, output, mix=tensor(np.array(shares)))


def several_case() -> dict:
    """Listed out of order: moved, then bent, then recolored in the listed order, then erased, then mixed."""
    image = pictures(2, 3, 8, 6)
    arrows = random.normal(0, 1, (2, 2, 5, 5))
    moves = [{"zoom": [1.2], "rotation": [30]}, {"zoom": [0.8], "rotation": [-50]}]
    colors = [{"contrast": [1.5], "brightness": [0.7]}, {"contrast": [0.6], "brightness": [1.4]}]
    boxes, lambdas = [[0, 2, 0, 2], [3, 5, 4, 6]], [0.3, 0.9]
    rows = []
    for x, move, field, color, (left, right, top, bottom) in zip(image, moves, arrows, colors, boxes):
        x = moved(x, move, field)
        for kind, [ratio] in color.items():
            x = recolored(x, kind, ratio, 255)
        x[:, top:bottom, left:right] = 0
        rows.append(x)
    before = torch.stack(rows)
    share = torch.tensor(lambdas, dtype=torch.float64)
    steps = ["mixup", {"cutout": 2}, "contrast", {"elastic": {"grid": 2}}, "zoom", "brightness", "rotation"]
    drawn = [
        {**move, **color, "elastic": field.ravel().tolist(), "cutout": box, "mixup": [part]}
        for move, color, field, box, part in zip(moves, colors, arrows, boxes, lambdas)
    ]
    output = torch.lerp(before.flip(0), before, share.reshape(2, 1, 1, 1))
    return case("several, listed out of order", steps, image, drawn, output, mix=tensor(share.numpy()))


def main() -> None:
    cases = [
        geometric_case("horizontalFlip", [{"horizontalFlip": [1]}, {"horizontalFlip": [0]}]),
        geometric_case("verticalFlip", [{"verticalFlip": [1]}, {"verticalFlip": [0]}]),
        geometric_case("shift", [{"shift": [3, -2]}, {"shift": [-1, 0]}]),
        geometric_case("crop", [{"crop": [3, -2]}, {"crop": [-4, 4]}]),
        geometric_case("rotation", [{"rotation": [17.3]}, {"rotation": [-90]}, {"rotation": [141.5]}]),
        geometric_case("rotation of a tall picture", [{"rotation": [17.3]}], channels=1, height=9, width=4),
        geometric_case("zoom", [{"zoom": [1.31]}, {"zoom": [0.64]}]),
        geometric_case("shear", [{"shear": [12.5]}, {"shear": [-33]}]),
        geometric_case("mirrored, moved, magnified", [{"horizontalFlip": [1], "shift": [2, 1], "zoom": [1.4]}, {"horizontalFlip": [0], "shift": [-2, 0], "zoom": [0.9]}]),
        geometric_case("turned, then moved, then leant", [{"rotation": [25], "shift": [2, 1], "shear": [15]}, {"rotation": [-8], "shift": [0, -3], "shear": [-40]}]),
        elastic_case("elastic", 4, [{}, {}], 9, 11),
        elastic_case("elastic, coarse, magnified and mirrored", 1, [{"zoom": [1.3], "verticalFlip": [1]}], 6, 8),
        *[color_case(kind, [0.2, 1.0, 1.9], 3, 255) for kind in ["brightness", "contrast", "saturation"]],
        *[color_case(kind, [0.4, 1.7], 1, 255) for kind in ["brightness", "contrast"]],
        color_case("contrast", [0.4, 1.7], 3, math.inf),
        cutout_case(),
        mixup_case([5], [0.25, 0.9, 0.5]),
        mixup_case([2, 3, 4], [0.01, 1.0]),
        cutmix_case(),
        several_case(),
    ]
    write("torch-augment.json", {"script": "tools/golden/torch_augment.py", "torch": torch.__version__.split("+")[0], "scipy": scipy.__version__}, {"cases": cases})


main()

"""How the golden files in test/golden are written: numbers as base64 of their little-endian bytes, exact and safe for NaN and infinity."""

import base64
import json
import pathlib

import numpy as np

root = pathlib.Path(__file__).resolve().parents[2]


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def tensor(array) -> dict:
    array = np.asarray(array)
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
    return {"type": array.dtype.name, "shape": list(array.shape), "data": base64_of(little.tobytes())}


def write(name: str, about: dict, lists: dict) -> None:
    """One line an entry, so that a difference shows which entry changed."""
    parts = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in about.items()]
    for key, entries in lists.items():
        lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
        parts.append(f"{json.dumps(key)}: [\n{lines}\n]")
    (root / "test/golden" / name).write_text("{\n" + ",\n".join(parts) + "\n}\n")

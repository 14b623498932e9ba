"""Writes test/golden/onnx-nodes.json: the official ONNX node tests of the operators in src/ops/table.ts.

Needs the packages onnx and numpy. Run: python tools/golden/onnxNodes.py
"""

import re

import numpy as np
import onnx
from golden import base64_of, root, tensor, write
from onnx import TensorProto, helper, numpy_helper
from onnx.backend.test.case.node import collect_testcases

most_numbers = 20_000

every_type = {"FLOAT", "INT32", "UINT8", "BOOL"}
numbers = {"FLOAT", "INT32"}
element_types = {
    **dict.fromkeys(["Cast", "Concat", "Expand", "Gather", "Pad", "Reshape", "Resize", "Slice", "Transpose", "Where"], every_type),
    **dict.fromkeys(["Add", "Equal", "Greater", "Less", "Mul", "Sub"], numbers),
    "BitwiseXor": {"INT32"},
}
# Operators that ONNX tells axes, shapes, pads and the like by inputs; a static graph holds those inside.
told_by_inputs = {"Expand", "Pad", "ReduceMax", "ReduceMean", "ReduceSum", "ReduceSumSquare", "Reshape", "Resize", "Slice"}
images = {"AveragePool", "Conv", "ConvTranspose", "MaxPool"}


def operator_names() -> set[str]:
    sources = "\n".join(path.read_text() for path in (root / "src/ops").rglob("*.ts"))
    return set(re.findall(r"name: '([A-Z]\w+)'", sources))


def lacking(node, types: list[str], arrays: list[np.ndarray]) -> str | None:
    """What the case needs that the table does not have."""
    a = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
    op, x = node.op_type, arrays[0]
    told = arrays[1:] if op in told_by_inputs else []
    operands = types[: 1 if op in told_by_inputs else None]
    if len(node.output) > 1:
        return "more than one output"
    if op == "Gather":
        operands = types[:1]
    unknown = [t for t in [*operands, TensorProto.DataType.Name(a["to"]) if "to" in a else operands[0]] if t not in element_types.get(op, {"FLOAT"})]
    if unknown:
        return f"element type {unknown[0]}"
    if op == "Pow" and types[1] != types[0] or op == "Where" and types[2] != types[1]:
        return "mixed element types"
    if op in ("Max", "Min") and len(arrays) != 2:
        return f"{len(arrays)} inputs instead of two"
    if op == "MatMul" and min(array.ndim for array in arrays) < 2:
        return "a factor with one axis"
    if op == "Expand" and np.broadcast_shapes(x.shape, tuple(told[0])) != tuple(told[0]):
        return "a shape that is stretched itself"
    if op == "Gather" and a.get("axis", 0) != 0:
        return "an axis other than 0"
    if op == "Gather" and arrays[1].min() < 0:
        return "indices from the end"
    if op == "Gemm" and (a.get("alpha", 1) != 1 or a.get("beta", 1) != 1):
        return "alpha or beta"
    if op in ("Softmax", "LogSoftmax") and a.get("axis", -1) not in (-1, x.ndim - 1):
        return "an axis other than the last"
    if a.get("select_last_index"):
        return "the last of equals"
    if op == "GridSample" and x.ndim != 4:
        return f"{x.ndim - 2} spatial axes"
    if op == "GridSample" and a.get("mode", b"linear") != b"linear":
        return f"mode {a['mode'].decode()}"
    if op == "GridSample" and a.get("padding_mode", b"zeros") != b"zeros":
        return f"padding_mode {a['padding_mode'].decode()}"
    if op == "Pad" and a.get("mode", b"constant") != b"constant":
        return f"mode {a['mode'].decode()}"
    if op == "Pad" and len(told) > 2:
        return "axes"
    if op == "Slice":
        return lacking_in_slice(x.shape, told)
    if op == "Resize":
        return lacking_in_resize(node, a, x.shape, arrays)
    if op in images:
        return lacking_in_window(op, a, x, arrays)
    return None


def lacking_in_slice(shape: tuple, told: list[np.ndarray]) -> str | None:
    starts, ends, *rest = told
    axes = rest[0] if rest else range(len(starts))
    if len(rest) > 1 and min(rest[1]) < 0:
        return "negative steps"
    if min(axes) < 0:
        return "axes from the end"
    if any(not 0 <= start <= end <= shape[axis] for start, end, axis in zip(starts, ends, axes)):
        return "positions from the end or past it"
    return None


def lacking_in_resize(node, a: dict, shape: tuple, arrays: list[np.ndarray]) -> str | None:
    if a.get("mode", b"nearest") != b"nearest":
        return f"mode {a['mode'].decode()}"
    if "axes" in a:
        return "axes"
    if len(node.input) < 4:
        return "scales instead of sizes"
    if any(size % n for size, n in zip(arrays[-1], shape)):
        return "sizes that are no whole multiple"
    how = [a.get("coordinate_transformation_mode", b"half_pixel"), a.get("nearest_mode", b"round_prefer_floor")]
    return None if how == [b"asymmetric", b"floor"] else f"coordinates {b', '.join(how).decode()}"


def lacking_in_window(op: str, a: dict, x: np.ndarray, arrays: list[np.ndarray]) -> str | None:
    if x.ndim != 4:
        return f"{x.ndim - 2} spatial axes"
    if a.get("auto_pad", b"NOTSET") != b"NOTSET":
        return f"auto_pad {a['auto_pad'].decode()}"
    if a.get("ceil_mode"):
        return "ceil_mode"
    if "output_shape" in a:
        return "output_shape"
    if op == "ConvTranspose" and len(arrays) > 2:
        return "a bias"
    if op == "AveragePool" and any(a.get("pads", [])) and not a.get("count_include_pad"):
        return "padding that does not count"
    return None


def static_model(case, inputs: dict) -> tuple[onnx.ModelProto, list[str]]:
    """The official model, but what our table carries as attributes is a constant inside, and row indices are int32."""
    graph = onnx.GraphProto()
    graph.CopyFrom(case.model.graph)
    op = graph.node[0].op_type
    fed = [value for i, value in enumerate(graph.input) if op not in told_by_inputs or i == 0]
    graph.initializer.extend(numpy_helper.from_array(inputs[value.name], value.name) for value in graph.input if value not in fed)
    del graph.input[:]
    graph.input.extend(fed)
    for value in graph.input:
        if op == "Gather" and value.name == graph.node[0].input[1]:
            value.type.tensor_type.elem_type = TensorProto.INT32
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    model.graph.CopyFrom(graph)
    return model, [value.name for value in fed]


def narrow(array: np.ndarray) -> np.ndarray:
    """ONNX has int64 for positions (ArgMax, Gather); our graphs have int32."""
    return array.astype(np.int32) if array.dtype == np.int64 else array


def as_array(value) -> np.ndarray:
    return numpy_helper.to_array(value) if isinstance(value, TensorProto) else np.asarray(value)


def main() -> None:
    operators = operator_names()
    cases, left = [], []
    for case in collect_testcases():
        node = case.model.graph.node[0]
        if len(case.model.graph.node) > 1 or node.domain or node.op_type not in operators or "_expanded" in case.name:
            continue
        inputs, outputs = ([as_array(value) for value in values] for values in case.data_sets[0])
        types = [TensorProto.DataType.Name(value.type.tensor_type.elem_type) for value in case.model.graph.input]
        given = dict(zip([name for name in node.input if name], inputs))
        model, fed = static_model(case, given)
        entry = {"name": case.name, "operator": node.op_type, "model": base64_of(model.SerializeToString())}
        reason = lacking(node, types, inputs)
        if reason:
            left.append({**entry, "reason": reason})
        elif max(array.size for array in [*inputs, *outputs]) > most_numbers:
            left.append({**entry, "reason": f"more than {most_numbers} numbers"})
        else:
            cases.append({**entry, "inputs": {name: tensor(narrow(given[name])) for name in fed}, "output": tensor(narrow(outputs[0]))})
    write("onnx-nodes.json", {"script": "tools/golden/onnxNodes.py", "onnx": onnx.__version__}, {"cases": cases, "left": left})


main()

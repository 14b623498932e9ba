"""test/golden/columns.json: the features that the preprocessing step "columns" makes of a table, in float64. Needs scikit-learn and numpy."""

from collections import Counter

import numpy as np
import sklearn
from golden import tensor, write
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.preprocessing import OneHotEncoder, RobustScaler

rows = 60
train = np.flatnonzero(np.arange(rows) % 3 > 0)
generator = np.random.default_rng(11)
held_out = np.setdiff1d(np.arange(rows), train)


def without(values: np.ndarray, places: list[int]) -> np.ndarray:
    values = values.astype(float)
    values[places] = np.nan
    return values


def codes(letters: list[str], values: list[str]) -> np.ndarray:
    """The place of each value; one past the last for a missing one, -1 for one that is not listed."""
    return np.array([len(values) if x == "" else values.index(x) if x in values else -1 for x in letters], float)


def category(name: str, values: list[str], letters: list[str]) -> dict:
    return {"name": name, "kind": "category", "values": values, "missing": "" in letters, "data": codes(letters, values)}


def numeric(kind: str, name: str, data: np.ndarray) -> dict:
    return {"name": name, "kind": kind, "missing": bool(np.isnan(data).any()), "data": data.astype(np.float32).astype(float)}


few = [str(x) for x in generator.choice(["north", "south", "", "west"], rows)]
# "east" is a value that only a row that is not trained on has; "nowhere" is on no list at all.
few[held_out[0]], few[held_out[1]] = "east", "nowhere"
towns = [f"town {i}" for i in range(12)]
many = [str(x) for x in generator.choice([*towns[:10], ""], rows, p=[0.25, 0.2, 0.15, *[0.04] * 7, 0.12])]
# One value that a single training row has, one that none has.
many[train[3]], many[held_out[2]], many[held_out[3]] = "town 10", "town 11", "elsewhere"
moments = 19_000 + 900 * generator.uniform(size=rows)

table = [
    numeric("number", "normal", generator.normal(10, 3, rows)),
    category("region", ["east", "north", "south", "west"], few),
    numeric("number", "income", without(30_000 * np.exp(2 * generator.normal(size=rows)), [0, 4, 5, 17, 40])),
    # An odd number of known ones in the training rows, so that float32 holds their median and its time of day.
    numeric("date", "moment", without(moments, [1, 30])),
    numeric("number", "mostly zero", np.where(generator.uniform(size=rows) < 0.1, generator.uniform(1, 9, rows), 0.0)),
    category("town", towns, many),
    numeric("number", "constant", np.full(rows, 7.5)),
    numeric("number", "grades", generator.integers(1, 5, rows)),
    numeric("number", "missing where it is learned", without(np.arange(rows), list(train))),
    category("yes or no", ["no", "yes"], [str(x) for x in generator.choice(["no", "yes"], rows)]),
    numeric("date", "day", np.floor(18_000 + 30 * generator.normal(size=rows))),
]


def of(kind: str) -> list[dict]:
    return [column for column in table if column["kind"] == kind]


def filled(columns: list[dict]) -> np.ndarray:
    x = np.stack([column["data"] for column in columns], 1)
    return SimpleImputer(strategy="median", keep_empty_features=True).fit(x[train]).transform(x)


def scaled(columns: list[dict]) -> np.ndarray:
    """Quartiles of what is there; where they are equal half of the range. Then RealMLP's smooth clipping."""
    parts = []
    for column in columns:
        known = column["data"][train]
        known = known[~np.isnan(known)][:, None]
        x = filled([column])
        if len(known) == 0:
            z = np.zeros(rows)
        elif np.ptp(known) > 0 and np.ptp(np.quantile(known, [0.25, 0.75])) == 0:
            z = (x[:, 0] - np.median(known)) * 2 / np.ptp(known)
        else:
            z = (RobustScaler().fit(known).transform(x) if np.ptp(known) > 0 else np.zeros((rows, 1)))[:, 0]
        parts.append(z / np.sqrt(1 + (z / 3) ** 2))
    return np.stack(parts, 1)


def edges_of(known: np.ndarray, bins: int) -> np.ndarray:
    """All values, or the quantiles 0, 1/bins, … 1 of values whose counts are capped at the share of one piece."""
    values, counts = np.unique(known, return_counts=True)
    if len(values) <= bins + 1:
        return values
    weights = counts.astype(float)
    for _ in range(10):
        weights = np.minimum(weights, weights.sum() / bins)
    below = np.concatenate([[0], np.cumsum(weights)[:-1]])
    return np.unique(values[np.searchsorted(below / below[-1], (np.arange(bins + 1) - 1e-9) / bins)])


def pieces(columns: list[dict], bins: int) -> np.ndarray:
    """Pieces that a column does not need are 0."""
    parts = []
    for column in columns:
        known = column["data"][train]
        edges = edges_of(known[~np.isnan(known)], bins)
        own = np.zeros((rows, bins))
        if len(edges) > 2:
            share = np.clip((filled([column]) - edges[:-1]) / np.diff(edges), 0, 1)
            own[:, : share.shape[1]] = share - share[train].mean(0)
        parts.append(own)
    return np.concatenate(parts, 1)


def waves(columns: list[dict]) -> np.ndarray:
    days = filled(columns)
    phases = [(np.mod(days, 365.2425) / 365.2425, 2), (np.mod(np.floor(days) + 4, 7) / 7, 3), (np.mod(days, 1), 2)]
    angles = [2 * np.pi * k * phase for phase, harmonics in phases for k in range(1, harmonics + 1)]
    return np.concatenate([wave(angle) for angle in angles for wave in (np.sin, np.cos)], 1)


def flags() -> np.ndarray:
    x = np.stack([column["data"] for column in table if column["kind"] != "category" and column["missing"]], 1)
    return MissingIndicator(features="all").fit(x[train]).transform(x).astype(float)


def one_hot(column: dict) -> np.ndarray:
    width = len(column["values"]) + column["missing"]
    encoder = OneHotEncoder(categories=[np.arange(float(width))], handle_unknown="ignore", sparse_output=False)
    x = column["data"][:, None]
    unseen = ~np.isin(x, x[train])
    return encoder.fit(np.arange(float(width))[:, None]).transform(np.where(unseen, -1, x))


def slots(column: dict, most: int) -> np.ndarray:
    kept = min(len(column["values"]), most) + column["missing"]
    counts = Counter(code for code in column["data"][train] if code >= 0)
    frequent = sorted((code for code, count in counts.items() if count >= 2), key=lambda code: (-counts[code], code))[:kept]
    places = {code: i + 1 for i, code in enumerate(sorted(frequent))}
    return np.array([[places.get(code, 0)] for code in column["data"]], float)


def case(options: dict) -> dict:
    bins, limit, most = options["bins"], options.get("oneHot", 8), options.get("most", 1000)
    hot = [column for column in of("category") if len(column["values"]) <= limit]
    embedded = [column for column in of("category") if len(column["values"]) > limit]
    parts = [scaled(of("number")), *([pieces(of("number"), bins)] if bins else []), scaled(of("date")), waves(of("date")), flags()]
    parts += [one_hot(column) for column in hot] + [slots(column, most) for column in embedded]
    counts = [min(len(column["values"]), most) + column["missing"] + 1 for column in embedded]
    return {"options": options, "slots": counts, "y": tensor(np.concatenate(parts, 1))}


if __name__ == "__main__":
    write(
        "columns.json",
        {
            "script": "tools/golden/columns.py",
            "scikit-learn": sklearn.__version__,
            "numpy": np.__version__,
            "features": tensor(np.stack([column["data"] for column in table], 1).astype(np.float32)),
            "train": tensor(train.astype(np.int32)),
        },
        {
            "table": [{key: value for key, value in column.items() if key != "data"} for column in table],
            "cases": [case({"bins": 16}), case({"bins": 0}), case({"oneHot": 2, "most": 3, "bins": 4}), case({"oneHot": 100, "bins": 1})],
        },
    )

"""test/golden/sklearn-preprocess.json: what scikit-learn makes of the same rows, in float64. Needs scikit-learn and numpy."""

import numpy as np
import sklearn
from golden import tensor, write
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, RobustScaler, StandardScaler

# Rows of each data set whose results are stored: some of them trained on, some not.
shown = 12
generator = np.random.default_rng(7)


class Whiten(TransformerMixin, BaseEstimator):
    """Stanford's CS231n: covariance divided by n, division by the root of the eigenvalue plus epsilon; "zca" rotates back."""

    def __init__(self, kind="pca", epsilon=1e-5, components=None):
        self.kind, self.epsilon, self.components = kind, epsilon, components

    def fit(self, x, y=None):
        self.mean_ = x.mean(axis=0)
        values, vectors = np.linalg.eigh(np.cov((x - self.mean_).T, bias=True))
        self.values, self.vectors = values[::-1][: self.components], vectors[:, ::-1][:, : self.components]
        peaks = self.vectors[np.abs(self.vectors).argmax(axis=0), range(self.vectors.shape[1])]
        self.vectors = self.vectors * np.sign(peaks)
        self.deviations = np.sqrt(np.maximum(self.values, 0) + self.epsilon)
        return self

    def transform(self, x):
        white = (x - self.mean_) @ self.vectors / self.deviations
        return white @ self.vectors.T if self.kind == "zca" else white

    def inverse_transform(self, y):
        white = y @ self.vectors if self.kind == "zca" else y
        return white * self.deviations @ self.vectors.T + self.mean_


class PerChannel(TransformerMixin, BaseEstimator):
    """A transformer of features applied to channels: every pixel of every image is a row."""

    def __init__(self, inner, channels):
        self.inner, self.channels = inner, channels

    def rows(self, x):
        return x.reshape(len(x), self.channels, -1).transpose(0, 2, 1).reshape(-1, self.channels)

    def images(self, rows, like):
        return rows.reshape(len(like), -1, self.channels).transpose(0, 2, 1).reshape(like.shape)

    def fit(self, x, y=None):
        self.inner.fit(self.rows(x))
        return self

    def transform(self, x):
        return self.images(self.inner.transform(self.rows(x)), x)

    def inverse_transform(self, y):
        return self.images(self.inner.inverse_transform(self.rows(y)), y)


def table(rows: int) -> np.ndarray:
    """Skewed, correlated, far from 0, constant and mostly constant columns; all above -1."""
    hidden = generator.normal(size=(rows, 3))
    columns = [
        np.exp(hidden[:, 0] * 2),
        3 * hidden[:, 0] - hidden[:, 1] + 20,
        1000 + 200 * hidden[:, 2],
        np.full(rows, 4.25),
        (generator.uniform(size=rows) < 0.2).astype(float),
        generator.uniform(-0.9, 5, size=rows),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def images(rows: int, shape) -> np.ndarray:
    """Bytes whose neighbours are alike."""
    noise = generator.normal(size=(rows, *shape)).cumsum(axis=2).cumsum(axis=3)
    return np.clip(128 + 30 * noise, 0, 255).astype(np.uint8)


datasets = [
    {"name": "table", "features": table(60), "train": np.flatnonzero(np.arange(60) % 3 > 0)},
    {"name": "images", "features": images(90, (2, 3, 4)), "train": np.arange(6, 76)},
    {"name": "few images", "features": images(20, (2, 3, 4)), "train": np.arange(6, 18)},
]
log1p = FunctionTransformer(np.log1p, np.expm1)
rescale = FunctionTransformer(lambda x: x / 255, lambda y: y * 255)
signed = FunctionTransformer(lambda x: np.sign(x) * np.log1p(np.abs(x)), lambda y: np.sign(y) * np.expm1(np.abs(y)))

cases = [
    ("table", ["center"], StandardScaler(with_std=False)),
    ("table", ["standardize"], StandardScaler()),
    ("table", ["scale"], StandardScaler(with_mean=False)),
    ("table", ["minMax"], MinMaxScaler()),
    ("table", [{"minMax": {"low": -1, "high": 3}}], MinMaxScaler((-1, 3))),
    ("table", ["robust"], RobustScaler()),
    ("table", ["log1p"], log1p),
    ("table", ["standardize", {"log1p": {"signed": True}}], make_pipeline(StandardScaler(), signed)),
    ("table", ["standardize", {"clip": {"low": -1, "high": 0.5}}], make_pipeline(StandardScaler(), FunctionTransformer(lambda x: np.clip(x, -1, 0.5)))),
    ("table", [{"clip": {"high": 2}}], FunctionTransformer(lambda x: np.minimum(x, 2))),
    ("table", [{"pca": {"components": 3}}], PCA(3, svd_solver="full")),
    ("table", ["log1p", "standardize", {"pca": {"components": 4}}], make_pipeline(log1p, StandardScaler(), PCA(4, svd_solver="full"))),
    ("table", ["standardize", {"pca": {"components": 0.8}}], make_pipeline(StandardScaler(), PCA(0.8, svd_solver="full"))),
    ("table", ["robust", "standardize", "minMax"], make_pipeline(RobustScaler(), StandardScaler(), MinMaxScaler())),
    ("table", ["standardize", {"whiten": {"kind": "zca"}}], make_pipeline(StandardScaler(), Whiten("zca"))),
    ("images", ["rescale"], rescale),
    ("images", ["center"], PerChannel(StandardScaler(with_std=False), 2)),
    ("images", ["standardize"], PerChannel(StandardScaler(), 2)),
    ("images", [{"standardize": {"over": "feature"}}], StandardScaler()),
    ("images", ["minMax"], PerChannel(MinMaxScaler(), 2)),
    ("images", ["robust"], PerChannel(RobustScaler(), 2)),
    ("images", [{"robust": {"over": "feature"}}], RobustScaler()),
    ("images", ["pca"], PCA(svd_solver="full")),
    ("images", ["rescale", {"pca": 0.9}], make_pipeline(rescale, PCA(0.9, svd_solver="full"))),
    ("images", ["rescale", "whiten"], make_pipeline(rescale, Whiten())),
    ("images", ["rescale", {"whiten": "zca"}], make_pipeline(rescale, Whiten("zca"))),
    ("images", [{"whiten": {"kind": "zca", "epsilon": 0}}], Whiten("zca", 0)),
    ("images", [{"whiten": {"kind": "zca", "components": 5, "epsilon": 0.1}}], Whiten("zca", 0.1, 5)),
    ("few images", ["rescale", {"whiten": {"kind": "zca", "epsilon": 0.01}}], make_pipeline(rescale, Whiten("zca", 0.01))),
    ("few images", [{"pca": {"components": 9}}, "standardize"], make_pipeline(PCA(9, svd_solver="full"), StandardScaler())),
]


def entry(name: str, steps: list, transformer) -> dict:
    data = next(d for d in datasets if d["name"] == name)
    x = data["features"].reshape(len(data["features"]), -1).astype(np.float64)
    y = transformer.fit(x[data["train"]]).transform(x[:shown])
    stored = {"data": name, "steps": steps, "y": tensor(y)}
    if not any("clip" in step for step in steps):
        stored["inverse"] = tensor(transformer.inverse_transform(y))
    return stored


write(
    "sklearn-preprocess.json",
    {"script": "tools/golden/sklearn_preprocess.py", "scikit-learn": sklearn.__version__, "numpy": np.__version__},
    {
        "datasets": [{"name": d["name"], "features": tensor(d["features"]), "train": tensor(d["train"].astype(np.int32))} for d in datasets],
        "cases": [entry(*case) for case in cases],
    },
)

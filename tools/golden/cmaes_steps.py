"""Writes test/golden/cmaes.json: the distributions of the package cmaes over 20 generations, with given normal numbers and given ranks.

A point is mean + sigma C^(1/2) z with the symmetric root, so that it does not depend on the signs of eigenvectors. Needs the packages
cmaes and numpy. Run: python tools/golden/cmaes_steps.py
"""

import cmaes
import numpy as np
from golden import tensor, write

random = np.random.RandomState(3)
generations = 20
cases = []
for n, population in [(1, None), (2, None), (5, None), (5, 30), (10, None), (3, 3)]:
    optimizer = cmaes.CMA(mean=np.full(n, 0.5), sigma=1 / 6, population_size=population)
    lam = optimizer.population_size
    normals = random.randn(generations, lam, n)
    turn = np.linalg.qr(random.randn(n, n))[0]
    orders, means, sigmas, covariances = [], [], [], []
    for g in range(generations):
        B, D = optimizer._eigen_decomposition()
        points = [optimizer.mean + optimizer._sigma * (B * D) @ B.T @ z for z in normals[g]]
        losses = [float(np.sum(100 ** np.linspace(0, 1, n) * (turn @ (x - 0.7)) ** 2)) for x in points]
        optimizer.tell(list(zip(points, losses)))
        orders.append(np.argsort(losses))
        means.append(optimizer.mean.copy())
        sigmas.append(optimizer._sigma)
        covariances.append(optimizer._C.copy())
    cases.append(
        {
            "population": lam,
            "normals": tensor(normals),
            "orders": tensor(np.array(orders, dtype=np.int32)),
            "means": tensor(means),
            "sigmas": tensor(sigmas),
            "covariances": tensor(covariances),
        }
    )

about = {"script": "tools/golden/cmaes_steps.py", "cmaes": cmaes.__version__, "numpy": np.__version__}
write("cmaes.json", about, {"cases": cases})

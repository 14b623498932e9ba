"""test/golden/sobol.json: 256 points of the Sobol sequence, in units of 1/256, a line for each of 200 dimensions. Needs scipy."""

import warnings

import numpy as np
import scipy
from golden import base64_of, write
from scipy.stats import qmc

warnings.simplefilter("ignore")
points = qmc.Sobol(200, scramble=False).random(256) * 256
assert (points == points.round()).all()
write("sobol.json", {"scipy": scipy.__version__}, {"dimensions": [base64_of(bytes(column)) for column in points.T.astype(np.uint8)]})

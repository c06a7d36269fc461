"""Means of the inverse of a number of labs that is partly a matter of chance."""

from __future__ import annotations

import numpy as np

from deterrence._laws import Array, gauss_rule


def inverse_moments(n: Array, out: Array, m: Array) -> tuple[Array, Array, Array]:
    r"""Moments of 1 / X and 1 / X^2 where X > 0, for X = m + Bin(n, 1 - out), and the probability of X > 0.

    :math:`E[1/X] = \int_0^1 E[t^{X-1}]\,dt` and :math:`E[1/X^2] = -\int_0^1 \ln t\, E[t^{X-1}]\,dt`, without
    the part of X = 0.
    """
    some = np.where(m > 0, 1.0, np.where(n > 0, 1 - np.where(n > 0, out, 0.0) ** n, 0.0))
    certain = m + n * (1 - out)
    once = 1 / np.where(certain > 1e-290, certain, 1.0)
    twice = once**2
    open_ = (out > 0) & (out < 1) & (n > 0)
    if open_.any():
        once[open_], twice[open_] = _integrals(n[open_], out[open_], m[open_])
        once[open_], twice[open_] = once[open_] / some[open_], twice[open_] / some[open_]
    return some, once, twice


def _integrals(n: Array, out: Array, m: Array) -> tuple[Array, Array]:
    """The integrals over w = 1 - t, on panels that grow from the scale 1 / E[X] on which t^X falls."""
    nodes, weights = gauss_rule()
    scale = 1 / (m + n * (1 - out) + 1)
    edges = np.minimum(scale[:, None] * np.append(0.0, 2.0 ** np.arange(-1.0, 8.0)), 1.0)
    edges = np.concatenate([edges, np.ones((len(n), 1))], axis=1)
    width = np.diff(edges, axis=1)[..., None]
    w = np.minimum(edges[:, :-1, None] + width * nodes, 1 - 2.0**-53).reshape(len(n), -1)
    weight = (width * weights).reshape(len(n), -1)
    n, m, p = n[:, None], m[:, None], (1 - out)[:, None]
    log_t = np.log1p(-w)
    full, none = n * np.log1p(-p * w), n * np.log1p(-p)
    f = np.where(m > 0, np.exp(full), -np.exp(full) * np.expm1(none - full)) * np.exp((m - 1) * log_t)
    return (weight * f).sum(axis=1), -(weight * f * log_t).sum(axis=1)

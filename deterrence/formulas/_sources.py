"""Where results come from."""

from __future__ import annotations

sources = {
    "bayes": "Bayes, T. (1763). An essay towards solving a problem in the doctrine of chances. "
    "Philosophical Transactions 53:370-418.",
    "becker": "Becker, G. S. (1968). Crime and punishment: an economic approach. "
    "Journal of Political Economy 76:169-217.",
    "david": "David, H. A. and Nagaraja, H. N. (2003). Order Statistics, third edition. Wiley.",
    "harrington": "Harrington, W. (1988). Enforcement leverage when penalties are restricted. "
    "Journal of Public Economics 37:29-53.",
    "neyman": "Neyman, J. and Pearson, E. S. (1933). On the problem of the most efficient tests of "
    "statistical hypotheses. Philosophical Transactions of the Royal Society A 231:289-337.",
    "polinsky": "Polinsky, A. M. and Shavell, S. (2000). The economic theory of public enforcement of law. "
    "Journal of Economic Literature 38:45-76.",
    "shavell": "Shavell, S. (1986). The judgment proof problem. "
    "International Review of Law and Economics 6:45-58.",
    "specification": "Technical specification of the compute-permit simulation: table of key variables.",
}
"""References by key."""

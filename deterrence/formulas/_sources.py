"""Where results come from."""

from __future__ import annotations

sources = {
    "bayes": "Bayes, T. (1763). An essay towards solving a problem in the doctrine of chances. "
    "Philosophical Transactions 53:370-418.",
    "becker": "Becker, G. S. (1968). Crime and punishment: an economic approach. "
    "Journal of Political Economy 76:169-217.",
    "david": "David, H. A. and Nagaraja, H. N. (2003). Order Statistics, third edition. Wiley.",
    "malik": "Malik, A. S. (1990). Markets for pollution control when firms are noncompliant. "
    "Journal of Environmental Economics and Management 18:97-106.",
    "neyman": "Neyman, J. and Pearson, E. S. (1933). On the problem of the most efficient tests of "
    "statistical hypotheses. Philosophical Transactions of the Royal Society A 231:289-337.",
    "polinsky": "Polinsky, A. M. and Shavell, S. (2000). The economic theory of public enforcement of law. "
    "Journal of Economic Literature 38:45-76.",
    "shavell": "Shavell, S. (1986). The judgment proof problem. "
    "International Review of Law and Economics 6:45-58.",
    "specification": "Technical specification of the compute-permit simulation: table of key variables.",
    "stranlund": "Stranlund, J. K. and Dhanda, K. K. (1999). Endogenous monitoring and enforcement of a "
    "transferable emissions permit system. Journal of Environmental Economics and Management 38:267-282.",
}
"""References by key."""

"""Where results come from."""

from __future__ import annotations

sources = {
    "asmussen": "Asmussen, S. and Albrecher, H. (2010). Ruin Probabilities, second edition. World "
    "Scientific.",
    "avenhaus": "Avenhaus, R., von Stengel, B. and Zamir, S. (2002). Inspection games. Handbook of "
    "Game Theory with Economic Applications 3:1947-1987.",
    "bayes": "Bayes, T. (1763). An essay towards solving a problem in the doctrine of chances. "
    "Philosophical Transactions 53:370-418.",
    "becker": "Becker, G. S. (1968). Crime and punishment: an economic approach. Journal of "
    "Political Economy 76:169-217.",
    "conitzer": "Conitzer, V. and Sandholm, T. (2006). Computing the optimal strategy to commit to. "
    "Proceedings of the 7th ACM Conference on Electronic Commerce, 82-90.",
    "david": "David, H. A. and Nagaraja, H. N. (2003). Order Statistics, third edition. Wiley.",
    "dresher": "Dresher, M. (1962). A sampling inspection problem in arms control agreements: a "
    "game-theoretic analysis. Memorandum RM-2972-ARPA, RAND Corporation.",
    "fudenberg": "Fudenberg, D. and Levine, D. K. (1993). Self-confirming equilibrium. Econometrica "
    "61:523-545.",
    "harrington": "Harrington, W. (1988). Enforcement leverage when penalties are restricted. Journal "
    "of Public Economics 37:29-53.",
    "hofbauer": "Hofbauer, J. and Sigmund, K. (1998). Evolutionary Games and Population Dynamics. "
    "Cambridge University Press.",
    "kilmer": "Kleiman, M. and Kilmer, B. (2009). The dynamics of deterrence. Proceedings of the "
    "National Academy of Sciences 106:14230-14235.",
    "kleiman": "Kleiman, M. A. R. (1993). Enforcement swamping: a positive-feedback mechanism in "
    "rates of illicit activity. Mathematical and Computer Modelling 17(2):65-75.",
    "malik": "Malik, A. S. (1990). Markets for pollution control when firms are noncompliant. "
    "Journal of Environmental Economics and Management 18:97-106.",
    "maschler": "Maschler, M. (1966). A price leadership method for solving the inspector's "
    "non-constant-sum game. Naval Research Logistics Quarterly 13:11-33.",
    "mckelvey": "McKelvey, R. D. and Palfrey, T. R. (1995). Quantal response equilibria for normal "
    "form games. Games and Economic Behavior 10:6-38.",
    "milgrom": "Milgrom, P. and Roberts, J. (1990). Rationalizability, learning, and equilibrium in "
    "games with strategic complementarities. Econometrica 58:1255-1277.",
    "neyman": "Neyman, J. and Pearson, E. S. (1933). On the problem of the most efficient tests of "
    "statistical hypotheses. Philosophical Transactions of the Royal Society A "
    "231:289-337.",
    "polinsky": "Polinsky, A. M. and Shavell, S. (2000). The economic theory of public enforcement of "
    "law. Journal of Economic Literature 38:45-76.",
    "robbins": "Robbins, H. and Monro, S. (1951). A stochastic approximation method. Annals of "
    "Mathematical Statistics 22:400-407.",
    "rothschild": "Rothschild, M. (1974). A two-armed bandit theory of market pricing. Journal of "
    "Economic Theory 9:185-202.",
    "schrag": "Schrag, J. and Scotchmer, S. (1997). The self-reinforcing nature of crime. "
    "International Review of Law and Economics 17:325-335.",
    "shavell": "Shavell, S. (1986). The judgment proof problem. International Review of Law and "
    "Economics 6:45-58.",
    "specification": "Technical specification of the compute-permit simulation: table of key variables.",
    "stengel": "von Stengel, B. and Zamir, S. (2010). Leadership games with convex strategy sets. "
    "Games and Economic Behavior 69:446-457.",
    "stranlund": "Stranlund, J. K. and Dhanda, K. K. (1999). Endogenous monitoring and enforcement of "
    "a transferable emissions permit system. Journal of Environmental Economics and "
    "Management 38:267-282.",
    "tsebelis": "Tsebelis, G. (1990). Are sanctions effective? A game-theoretic analysis. Journal of "
    "Conflict Resolution 34:3-28.",
}
"""References by key."""

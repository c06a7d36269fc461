"""The games between labs and Governor: who plays what, which equilibria there are, and what repetition adds.

=======================================================  ==============================================
Question                                                 Function
=======================================================  ==============================================
Any two-player game: all its equilibria, exactly         `bimatrix`
Audit or not, defect or not: all equilibria              `inspection`; `inspection_cutoffs`,
                                                         `inspection_values`
The same with a signal before the audit                  `signal`; `signal_cutoffs`, `signal_values`
The Governor announces its audits: what is that worth?   `commitment`
The players err, with a finite precision                 `quantal`; `quantal_expansion`
Populations that learn: rest points, orbits, periods     `replicator`; `replicator_constant`,
                                                         `replicator_frequency`, `replicator_period`
A third action, to split a run                           `split_choice`; `split_volumes`,
                                                         `split_marginal`, `split_swings`
Few audits for many: what a violator faces               `capacity_detection`; `capacity_audit_rate`,
                                                         `capacity_false_audit_rate`, `capacity_audits`
Few audits for many: all equilibria among the labs       `congestion`
The same among infinitely many labs                      `congestion_limit`, `congestion_regimes`;
                                                         `congested_detection`, `congestion_response`,
                                                         `compliance_capacity`, `defection_capacity`,
                                                         `tipping_share`
For ever: closer watch on those caught before            `targeting`
For ever: each catch costs more                          `escalation`
For ever: suspicion that every catch raises and decays   `decaying_escalation`; `consecutive_catches`,
                                                         `relapse_time`
A lab that learns from its own record                    `stopping`; `stopping_times`, `pooled_estimate`
A Governor that adapts its audits                        `gradient`, `lowering`, `censored_lowering`,
                                                         `tracking`
=======================================================  ==============================================

These letters mean the same throughout: g is the gain from defecting, D the loss of an audited violator, k
the cost of an audit, M what auditing a violator returns, H the harm of a violation; q and a are the
probabilities of defection and of an audit, pi_1 and pi_0 those of an audit after a suspicious and a clean
signal, alpha and beta those of a suspicious signal from a compliant lab and from a violator; p_s and p_f are
audit probabilities of a violator and of a compliant lab, p_b is that of a backcheck, p_eff and q_f those of
either, and t is the detection probability from which a lab complies.

Letters are keyword arguments, floats or arrays that broadcast. Answers carry the question; printing a single
one says it in words. `deterrence.predict` and the like are about whole markets instead.

Examples
--------
>>> from deterrence import games
>>> print(games.inspection(g=1.0, D=2.0, k=0.0, M=1.0))
defecting pays unless audited; auditing pays, but for nothing where the lab complies
  q = 0, a in [0.5, 1]
>>> print(games.commitment(g=1.0, D=2.0, k=1.0, M=2.0, H=4.0))
deter: pi_1 = 0.5, pi_0 = 0.5, and the lab complies
Governor: -0.5, which is 1.5 above its best Nash equilibrium
>>> games.bimatrix([[0, 0], [0.1, -1]], [[0, -1], [-3, -1]]).extreme
(Profile(row=(Fraction(2, 3), Fraction(1, 3)), column=(Fraction(10, 11), Fraction(1, 11))),)
>>> games.quantal(g=[0.5, 1.0, 1.5], D=2.0, k=1.0, M=2.0, precision=4.0).q.round(3).tolist()   # rises with g
[0.396, 0.5, 0.604]
"""

from deterrence.games._adaptive import (
    CensoredLowering,
    Lowering,
    censored_lowering,
    lowering,
)
from deterrence.games._approximation import (
    Gradient,
    Tracking,
    gradient,
    tracking,
)
from deterrence.games._bimatrix import (
    Bimatrix,
    Equilibria,
    bimatrix,
)
from deterrence.games._capacity import (
    capacity_audit_rate,
    capacity_audits,
    capacity_detection,
    capacity_false_audit_rate,
)
from deterrence.games._commitment import (
    Commitment,
    commitment,
)
from deterrence.games._congestion import (
    CongestionEquilibria,
    CongestionEquilibrium,
    congestion,
)
from deterrence.games._congestion_limit import (
    CongestionLimit,
    LimitEquilibrium,
    congestion_limit,
    congestion_response,
)
from deterrence.games._congestion_regimes import (
    CongestionRegimes,
    compliance_capacity,
    congested_detection,
    congestion_regimes,
    defection_capacity,
    tipping_share,
)
from deterrence.games._decay import (
    DecayingEscalation,
    consecutive_catches,
    decaying_escalation,
    relapse_time,
)
from deterrence.games._equilibria import (
    Profile,
    Subset,
)
from deterrence.games._escalation import (
    Escalation,
    escalation,
)
from deterrence.games._inspection import (
    InspectionEquilibria,
    InspectionSubset,
    inspection,
)
from deterrence.games._inspection_values import (
    InspectionCutoffs,
    inspection_cutoffs,
    inspection_values,
)
from deterrence.games._learning import (
    PooledEstimate,
    Stopping,
    pooled_estimate,
    stopping,
    stopping_times,
)
from deterrence.games._motion import (
    replicator_constant,
    replicator_frequency,
    replicator_period,
)
from deterrence.games._nashpy import (
    NashpyCheck,
    NashpyProfile,
    NashpyRun,
)
from deterrence.games._quantal import (
    QuantalExpansion,
    QuantalResponse,
    quantal,
    quantal_expansion,
)
from deterrence.games._replicator import (
    Orbit,
    Replicator,
    RestPoint,
    replicator,
)
from deterrence.games._sets import Values
from deterrence.games._signal import (
    SignalEquilibria,
    SignalSubset,
    signal,
)
from deterrence.games._signal_values import (
    SignalCutoffs,
    signal_cutoffs,
    signal_values,
)
from deterrence.games._splitting import (
    SplitChoice,
    SplitSwings,
    SplitVolumes,
    split_choice,
    split_marginal,
    split_swings,
    split_volumes,
)
from deterrence.games._targeting import (
    Targeting,
    targeting,
)

__all__ = [
    "Bimatrix",
    "CensoredLowering",
    "Commitment",
    "CongestionEquilibria",
    "CongestionEquilibrium",
    "CongestionLimit",
    "CongestionRegimes",
    "DecayingEscalation",
    "Equilibria",
    "Escalation",
    "Gradient",
    "InspectionCutoffs",
    "InspectionEquilibria",
    "InspectionSubset",
    "LimitEquilibrium",
    "Lowering",
    "NashpyCheck",
    "NashpyProfile",
    "NashpyRun",
    "Orbit",
    "PooledEstimate",
    "Profile",
    "QuantalExpansion",
    "QuantalResponse",
    "Replicator",
    "RestPoint",
    "SignalCutoffs",
    "SignalEquilibria",
    "SignalSubset",
    "SplitChoice",
    "SplitSwings",
    "SplitVolumes",
    "Stopping",
    "Subset",
    "Targeting",
    "Tracking",
    "Values",
    "bimatrix",
    "capacity_audit_rate",
    "capacity_audits",
    "capacity_detection",
    "capacity_false_audit_rate",
    "censored_lowering",
    "commitment",
    "compliance_capacity",
    "congested_detection",
    "congestion",
    "congestion_limit",
    "congestion_regimes",
    "congestion_response",
    "consecutive_catches",
    "decaying_escalation",
    "defection_capacity",
    "escalation",
    "gradient",
    "inspection",
    "inspection_cutoffs",
    "inspection_values",
    "lowering",
    "pooled_estimate",
    "quantal",
    "quantal_expansion",
    "relapse_time",
    "replicator",
    "replicator_constant",
    "replicator_frequency",
    "replicator_period",
    "signal",
    "signal_cutoffs",
    "signal_values",
    "split_choice",
    "split_marginal",
    "split_swings",
    "split_volumes",
    "stopping",
    "stopping_times",
    "targeting",
    "tipping_share",
    "tracking",
]

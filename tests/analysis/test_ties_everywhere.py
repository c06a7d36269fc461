"""Games of the grid of decimal ties, predicted and played: every fourth, or all with POINTS=100000."""

from exact import N
from ties import decimal_ties

from deterrence import predict
from simulation import run


def test_all_ties_comply_in_theory_and_in_simulation():
    games = [tie.game for tie in list(decimal_ties())[:: max(1, 40_000 // N)]]
    assert len(games) == 30_800 if N >= 40_000 else 7_700
    predicted = [predict(game).violations for game in games]
    assert {(moment.mean, moment.sd) for moment in predicted} == {(0.0, 0.0)}
    played = [run(game, replications=1, rng=0) for game in games]
    assert sum(record.violations[0, 0] for record in played) == 0
    assert sum(record.deterred[0, 0] for record in played) == len(games)


def test_a_gain_a_ten_millionth_larger_violates_in_theory_and_in_simulation():
    games = [tie.game for tie in list(decimal_ties("1e-7"))[::40]]
    assert {predict(game).violations.mean for game in games} == {1.0}
    assert {float(run(game, replications=1, rng=0).violations[0, 0]) for game in games} == {1.0}

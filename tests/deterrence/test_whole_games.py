"""Questions about whole games take a game, and say so."""

import pytest

import deterrence as dt

QUESTIONS = {
    "predict": dt.predict,
    "limit": dt.limit,
    "predict_strategic": dt.predict_strategic,
    "limit_strategic": dt.limit_strategic,
    "welfare": dt.welfare,
    "limit_welfare": dt.limit_welfare,
    "solve": dt.solve,
    "violations_distribution": dt.violations_distribution,
    "price_cdf": lambda game: dt.price_cdf(game, 1.0),
    "capacity_compliance": lambda game: dt.capacity_compliance(game, capacity=1),
    "require": dt.require,
    "require full deterrence": lambda game: dt.require(game, compliance=1, by="audit_capacity"),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
@pytest.mark.parametrize("other", ["baseline", None, dt.Game])
def test_what_is_no_game_is_refused(question, other):
    with pytest.raises(dt.ParameterError, match=r"^game = .*: is no game \(allowed: a Game or a Scenario\)$"):
        question(other)

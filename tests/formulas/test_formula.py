"""The object: what it carries, how it is called, and how it is written."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import sympy

import deterrence
from deterrence import ParameterError, formulas, games
from deterrence.formulas import Formula, Result, glossary, registry, sections

FORMULAS = {name: result for name, result in registry.items() if isinstance(result, Formula)}
every_formula = pytest.mark.parametrize("formula", FORMULAS.values(), ids=list(FORMULAS))
every_result = pytest.mark.parametrize("result", registry.values(), ids=list(registry))


def test_registry_is_the_public_face():
    assert all(getattr(formulas, name) is formula for name, formula in registry.items())
    assert {name for name in formulas.__all__ if isinstance(getattr(formulas, name), Result)} == set(registry)
    assert [formula for section in sections.values() for formula in section] == list(registry.values())
    with pytest.raises(TypeError):
        registry["another"] = formulas.margin  # pyright: ignore[reportIndexIssue]


def test_every_threshold_of_the_library_has_a_formula():
    solved = {f.function.args[0] for f in registry.values() if isinstance(f.function, partial)}
    with pytest.raises(ParameterError) as caught:
        deterrence.threshold("nonsense")
    assert set(caught.value.problems[0].allowed.split(" or ")) == solved


@every_formula
def test_all_letters_are_in_the_glossary(formula):
    assert formula.expanded.free_symbols <= glossary.keys()


@every_result
def test_carries_what_a_reader_needs(result):
    assert result.statement.endswith(".")
    assert set(result.source) <= set(formulas.sources)
    for variable in result.symbols:
        assert variable.meaning
        assert variable.unit
        assert isinstance(variable.domain, sympy.Set)
    prose = [result.statement, *result.assumptions, *(step.text for step in result.steps)]
    assert all(text.count("$") % 2 == 0 for text in prose)


@every_result
def test_stands_for_a_public_function(result):
    function = result.function.func if isinstance(result.function, partial) else result.function
    room = games if function.__module__.startswith("deterrence.games") else deterrence
    assert getattr(room, function.__name__) is function
    assert result.twin.startswith(f"{'games.' if room is games else ''}{function.__name__}(")


@every_result
def test_cannot_be_changed(result):
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.name = "another"


def test_calls_the_function():
    letters = {"P": 0.5, "beta": 0.8, "v_star": 1.2, "c": 0.4}
    assert formulas.optimal_pi_1(**letters) == deterrence.optimal_pi_1(**letters)
    assert formulas.optimal_pi_1.numeric(**letters) == formulas.optimal_pi_1(**letters)
    assert formulas.threshold_pi_1(g=0.5, B=1.0, beta=0.8) == 0.625
    assert formulas.threshold_pi_1(g=0.9, B=1.0, beta=0.8) is None
    assert formulas.posterior_clean(w=0.5, alpha=0.5, beta=0.75) == deterrence.posterior(
        w=0.5, given_violator=0.25, given_compliant=0.5
    )
    assert formulas.collected_penalty(phi=3.0, K=1.0) == 4.0  # no cap unless one is given
    np.testing.assert_array_equal(
        formulas.posterior_clean(w=np.array([0.0, 1.0]), alpha=0.5, beta=0.5), [0, 1]
    )


def test_twins_say_how_arguments_map():
    assert formulas.posterior_not_caught.twin == "posterior(w=w, given_violator=1 - p_eff, given_compliant=1)"
    assert formulas.threshold_g.twin == "threshold('g', p_eff=p_eff, B=B).value"
    assert formulas.least_cost_policy_cost.twin == "least_cost_policy(alpha=alpha, beta=beta, t=t).cost"


def test_refuses_what_the_function_refuses():
    with pytest.raises(ParameterError, match=r"^beta = 2\.0"):
        formulas.optimal_pi_1(P=1.0, beta=2.0, v_star=1.0)
    with pytest.raises(TypeError, match="nonsense"):
        formulas.optimal_pi_1(P=1.0, beta=0.5, v_star=1.0, nonsense=1.0)
    with pytest.raises(TypeError, match="posterior_clean does not depend on pi_1"):
        formulas.posterior_clean(w=0.5, alpha=0.5, beta=0.5, pi_1=1.0)
    with pytest.raises(TypeError, match="given_violator"):
        formulas.posterior_clean(w=0.5, alpha=0.5)


class TestWriting:
    @every_formula
    def test_cases_where_there_are_cases(self, formula):
        whole = [formula.expr, *formula.where.values()]
        branches = any(isinstance(expr, sympy.Piecewise) for expr in whole)
        assert (r"\begin{cases}" in formula.latex()) == branches
        assert "Piecewise" not in formula.latex()

    @every_result
    def test_letters_are_the_models(self, result):
        written = result.latex() + result.derivation_latex()
        for wrong in (
            r"\pi_{",
            "p_{eff}",
            "v_{star}",
            r"\text{NaN}",
            r"\mathbb",
            r"- c + v",
            "1 \\cdot",
            "None",
        ):
            assert wrong not in written
        assert result.latex().count("{") == result.latex().count("}")

    @pytest.mark.parametrize(
        "name", ["optimal_pi_1", "least_cost_pi_1", "deterrence_ratio", "sanction_objective"]
    )
    def test_rent_of_the_marginal_lab(self, name):
        assert "v^* - c" in registry[name].latex()

    def test_known_answers(self):
        assert formulas.optimal_pi_1.latex() == (
            r"\pi_1^{\mathrm{spec}} = \begin{cases} \min\left(1, \dfrac{P \beta}{v^* - c}\right), "
            r"& \text{if } v^* > c \\[1ex] 1, & \text{if } v^* = c \text{ and } P \beta > 0 \\[1ex] "
            r"0, & \text{otherwise} \end{cases}"
        )
        assert formulas.effective_detection.latex() == (
            r"\begin{aligned} p_{\mathrm{eff}} &= p_s + \left(1 - p_s\right) p_b \\ p_s &= \beta \pi_1 + "
            r"\left(1 - \beta\right) \pi_0 \end{aligned}"
        )
        assert formulas.clearing_price_cdf.latex().endswith(
            r"I_{F}\left(N - Q + 1, Q\right), & \text{otherwise} \end{cases}"
        )

    @every_formula
    def test_notebooks(self, formula):
        assert formula._repr_latex_() == rf"$\displaystyle {formula.latex()}$"

    @every_result
    def test_derivation_as_text(self, result):
        text = formulas.derive(result.name)
        assert text == result.derivation()
        assert text.startswith(f"{result.name} = " if isinstance(result, Formula) else result.name)
        assert "Source: " in text
        assert len(text.splitlines()) > 2 * len(result.steps)
        assert not set("$\\{}").intersection(text)

    def test_derive_by_name(self):
        assert formulas.derive("margin", form="latex") == formulas.margin.derivation_latex()
        with pytest.raises(ParameterError, match='name = "margins": is no result, did you mean margin'):
            formulas.derive("margins")
        with pytest.raises(ParameterError, match='form = "html"'):
            formulas.derive("margin", form="html")  # pyright: ignore[reportArgumentType]

    def test_the_two_audit_rules_say_which_deters(self):
        assert "deters the marginal lab if and only if x >= 1" in formulas.optimal_pi_1.derivation()
        assert "least-cost deterrent" in formulas.optimal_pi_1.derivation()
        assert "deters if and only if x >= 1" in formulas.least_cost_pi_1.derivation()


def test_writing_everything_loads_no_scipy():
    code = "import sys\nfrom deterrence import formulas\nformulas.sheet()\nprint(*sys.modules)"
    home = str(Path(deterrence.__file__).parents[1])
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": home}, capture_output=True, text=True, check=True
    )
    assert "sympy" in done.stdout.split()
    assert "scipy" not in done.stdout.split()

"""How linear programs are begun and ended in HiGHS: quiet, on one thread."""

from typing import Any

import highspy
import numpy as np
from highspy.highs import _Highs  # type: ignore[attr-defined]  # see quiet_model

from shortlist.planning.instance import Floats

_INF = highspy.kHighsInf


def quiet_model() -> Any:
    """Return an empty HiGHS model that uses one thread and prints nothing.

    Made from the class below ``highspy.Highs``, whose constructor prints a banner on standard output.
    """
    model = _Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("threads", 1)
    return model


def rows_model(right: Floats) -> Any:
    """Return a quiet model that maximizes, with a row for each right-hand side and nothing in it yet."""
    model = quiet_model()
    none, nothing = np.zeros(0, np.int32), np.zeros(0)
    model.addRows(len(right), np.full(len(right), -_INF), right, 0, none, none, nothing)
    model.changeObjectiveSense(highspy.ObjSense.kMaximize)
    return model


def solve_from_the_middle(model: Any, tolerance: float) -> None:
    """Let a model end nearly best and in the middle of the best ones: interior point, without a walk to a corner."""
    model.setOptionValue("solver", "ipm")
    model.setOptionValue("run_crossover", "off")
    model.setOptionValue("ipm_optimality_tolerance", tolerance)

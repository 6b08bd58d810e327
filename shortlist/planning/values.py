"""Which values a plan can have: sums of visits' values, so whole multiples of what these share."""

from fractions import Fraction
from math import floor, gcd, lcm

from shortlist.planning.instance import Floats


def grid(values: Floats) -> Fraction:
    """Return a number that every value is a whole multiple of (the values as written, to six decimals)."""
    written = [Fraction(str(round(float(v), 6))) for v in values if v > 0]
    if not written or any(
        abs(float(w) - float(v)) > 1e-12 * max(1.0, abs(v))
        for w, v in zip(written, [v for v in values if v > 0], strict=True)
    ):
        return Fraction(0)
    scale = lcm(*(w.denominator for w in written))
    return Fraction(gcd(*(int(w * scale) for w in written)), scale)


def round_soundly(bound: float, step: Fraction) -> float:
    """Round a bound down to a value that a plan can have, after adding what floating point may have lost."""
    safe = bound + 1e-6 * max(1.0, abs(bound) * 1e-3)
    if step == 0:
        return safe
    return float(floor(Fraction(safe) / step) * step)

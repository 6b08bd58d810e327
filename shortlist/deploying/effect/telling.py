"""What the figures of before, during and after say, in Dutch sentences that tell what changed and never why."""

import math

from shortlist.deploying.effect.phases import Comparison
from shortlist.deploying.effect.rates import Estimate
from shortlist.showing.words import getal, percentage

CAUTION = (
    "Deze cijfers zeggen wat er veranderde, niet waardoor. Teams gaan juist naar drukke plekken op drukke tijden, en "
    "na een piek wordt het vaak vanzelf rustiger. Weersomslag, vakantie en andere maatregelen lopen erdoorheen."
)
_MOMENT = {"tijdens": "Tijdens de inzet", "na": "Na de inzet"}
_THAN = {"vóór": "ervoor", "tijdens": "tijdens de inzet"}


def times(estimate: Estimate, level: float) -> str:
    """Say a ratio with its margin: ``0,4 keer zo veel (95%-marge 0,2 tot 0,8)``."""
    high = "onbekend hoog" if math.isinf(estimate.high) else getal(estimate.high, 2)
    margin = f"({percentage(level)}-marge {getal(estimate.low, 2)} tot {high})"
    if math.isinf(estimate.ratio):
        return f"van geen naar wel {margin}"
    if estimate.ratio == 0:
        return f"van wel naar geen {margin}"
    return f"{getal(estimate.ratio, 2)} keer zo vaak {margin}"


def verdict(estimate: Estimate) -> str:
    """Say in a word what the interval allows to say."""
    return "minder" if estimate.lower else "meer" if estimate.higher else "niet duidelijk anders"


def said(found: Comparison, level: float) -> str:
    """Say one comparison in one or two sentences."""
    start = f"{_MOMENT[found.second]} vergeleken met {_THAN[found.first]}: {found.what}"
    if found.raw is None:
        return f"{start} is niet te vergelijken; er is te weinig gekeken of niets geteld."
    told = f"{start} {times(found.raw, level)}, dus {verdict(found.raw)}."
    if found.season is None:
        return f"{told} Of dat ook voor de rest van het stadsdeel geldt, is niet te zeggen."
    return (
        f"{told} Vergeleken met andere groepen in het stadsdeel in dezelfde weken: {times(found.season, level)}, "
        f"dus {verdict(found.season)}."
    )

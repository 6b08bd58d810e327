"""Before, during and after deployments: what was seen and reported, set against how much was looked and the season.

It tells what changed. Whether the deployment brought the change about cannot be known from these figures: teams go
where and when it is busiest, and what is extreme tends to be less so the next time anyway.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shortlist.deploying.effect.rates import Estimate, Stretch, rate_ratio, ratio_of_ratios

BEFORE, DURING, AFTER = "vóór", "tijdens", "na"


@dataclass(frozen=True, slots=True)
class EffectRules:
    """What ``rules/effect.yaml`` sets."""

    before_weeks: int
    after_weeks: int
    gap_days: int
    radius_metres: int
    least_looks: int
    quiet_weeks: int
    quiet_times: int
    patience_weeks: int
    level: float


def effect_rules(data: Mapping[str, Any]) -> EffectRules:
    """Read the rules from the contents of a file that its JSON Schema accepted."""
    return EffectRules(**data["parameters"])


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch of deployments without a long pause."""

    start: date
    last: date
    """Day of the last visit."""
    visits: int
    minutes: int
    running: bool


@dataclass(frozen=True, slots=True)
class Look:
    """One observation: own eyes or not, was somebody there, how many minutes were looked."""

    day: date
    own_eyes: bool
    seen: bool
    minutes: int
    report: bool
    """A resident's report that somebody passed on."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One of the three periods, both days included."""

    name: str
    start: date
    end: date

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in it."""
        return self.start <= day <= self.end

    @property
    def weeks(self) -> float:
        """Its length."""
        return ((self.end - self.start).days + 1) / 7


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of one period."""

    phase: Phase
    looks: int
    sightings: Stretch
    """Times seen per hour looked."""
    reports: Stretch
    """Residents' reports per week."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One period against another: as counted, and as far as it differs from the rest of the stadsdeel."""

    what: str
    first: str
    second: str
    raw: Estimate | None
    season: Estimate | None
    """The same, over the change of the comparison groups in the same periods."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Everything the page of one group's deployment tells."""

    episode: Episode
    episodes: int
    own: tuple[Figures, ...]
    others: tuple[Figures, ...]
    """The comparison groups of the stadsdeel in the same periods."""
    around: tuple[Figures, ...]
    """The surroundings of the group's places, without those places."""
    comparisons: tuple[Comparison, ...]
    displaced: Comparison
    moved: int
    """Visits on which the team reported that the nuisance had moved."""
    quiet: int | None
    """Times seen in the last weeks; None when too little was looked to call it quiet."""

    def compared(self, what: str, second: str) -> Comparison | None:
        """Return one comparison."""
        return next((one for one in self.comparisons if (one.what, one.second) == (what, second)), None)


SIGHTINGS, REPORTS, AROUND = (
    "gezien per uur kijken",
    "meldingen per week",
    "in de omgeving gezien per uur kijken",
)


def episodes(visits: Iterable[tuple[date, int]], rules: EffectRules, today: date) -> list[Episode]:
    """Put visits (day, minutes) together that lie no more than the gap apart, oldest first."""
    found: list[list[tuple[date, int]]] = []
    for visit in sorted(visits):
        if found and (visit[0] - found[-1][-1][0]).days <= rules.gap_days:
            found[-1].append(visit)
        else:
            found.append([visit])
    return [
        Episode(
            mine[0][0],
            mine[-1][0],
            len(mine),
            sum(minutes for _, minutes in mine),
            (today - mine[-1][0]).days <= rules.gap_days,
        )
        for mine in found
    ]


def phases(episode: Episode, before: Episode | None, rules: EffectRules, today: date) -> list[Phase]:
    """Return the periods of an episode; an earlier episode's days are not *before* this one."""
    start = episode.start - timedelta(weeks=rules.before_weeks)
    if before is not None:
        start = max(start, before.last + timedelta(days=1))
    end = today if episode.running else episode.last
    found = [Phase(BEFORE, start, episode.start - timedelta(days=1)), Phase(DURING, episode.start, end)]
    if not episode.running:
        until = min(today, episode.last + timedelta(weeks=rules.after_weeks))
        found.append(Phase(AFTER, episode.last + timedelta(days=1), until))
    return [phase for phase in found if phase.start <= phase.end]


def figures(looks: Sequence[Look], parts: Sequence[Phase]) -> tuple[Figures, ...]:
    """Count per period: times seen with the hours looked, reports with the weeks."""
    found = []
    for phase in parts:
        inside = [one for one in looks if phase.holds(one.day)]
        own = [one for one in inside if one.own_eyes and one.minutes > 0]
        found.append(
            Figures(
                phase,
                len(own),
                Stretch(sum(one.seen for one in own), sum(one.minutes for one in own) / 60),
                Stretch(sum(one.report for one in inside), phase.weeks),
            )
        )
    return tuple(found)


def _compare(
    what: str, own: Sequence[Figures], others: Sequence[Figures], rules: EffectRules, pair: tuple[int, int]
) -> Comparison:
    first, second = (own[place] for place in pair)
    other_first, other_second = (others[place] for place in pair)
    if what == REPORTS:
        ours, theirs = (first.reports, second.reports), (other_first.reports, other_second.reports)
        enough = True
    else:
        ours, theirs = (first.sightings, second.sightings), (other_first.sightings, other_second.sightings)
        enough = min(first.looks, second.looks) >= rules.least_looks
    raw = rate_ratio(*ours, rules.level) if enough else None
    season = ratio_of_ratios(*ours, *theirs, rules.level) if raw else None
    return Comparison(what, first.phase.name, second.phase.name, raw, season)


def read_effect(
    visits: Sequence[tuple[date, int]],
    own: Sequence[Look],
    others: Sequence[Look],
    around: Sequence[Look],
    *,
    moved: int,
    rules: EffectRules,
    today: date,
) -> Effect | None:
    """Return what changed around the newest deployments of a group; None when there were none.

    ``own`` are observations of the group, ``others`` of groups in the stadsdeel without deployments, ``around`` of
    whoever was near the group's places but not at them.
    """
    found = episodes(visits, rules, today)
    if not found:
        return None
    episode = found[-1]
    parts = phases(episode, found[-2] if len(found) > 1 else None, rules, today)
    mine, theirs, near = (figures(looks, parts) for looks in (own, others, around))
    names = [part.name for part in parts]
    pairs = [
        (names.index(first), names.index(second))
        for first, second in ((BEFORE, DURING), (BEFORE, AFTER), (DURING, AFTER))
        if first in names and second in names
    ]
    comparisons = [
        _compare(what, mine, theirs, rules, pair) for what in (SIGHTINGS, REPORTS) for pair in pairs
    ]
    if BEFORE in names and DURING in names:
        pair = (names.index(BEFORE), names.index(DURING))
        displaced = _compare(AROUND, near, theirs, rules, pair)
    else:
        displaced = Comparison(AROUND, BEFORE, DURING, None, None)
    lately = [
        one
        for one in own
        if one.own_eyes and 0 <= (today - one.day).days < 7 * rules.quiet_weeks and one.minutes
    ]
    return Effect(
        episode,
        len(found),
        mine,
        theirs,
        near,
        tuple(comparisons),
        displaced,
        moved,
        sum(one.seen for one in lately) if len(lately) >= rules.least_looks else None,
    )


# --- what it gives reason to propose ---

GO_ON, HALVE, STOP, STRUCTURAL, PHYSICAL = (
    "doorgaan",
    "halveren",
    "stoppen",
    "structurele inzet",
    "fysieke maatregel",
)
CHOICES = (GO_ON, HALVE, STOP, STRUCTURAL, PHYSICAL)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to consider, with why; people choose."""

    choice: str
    reason: str


def comes_back(found: Effect) -> bool:
    """Tell whether it was seen or reported more after the deployments stopped than during them, beyond chance."""
    after = [one.season or one.raw for one in found.comparisons if (one.first, one.second) == (DURING, AFTER)]
    return any(one is not None and one.higher for one in after)


def suggestions(found: Effect, rules: EffectRules, today: date) -> list[Suggestion]:
    """Return what the figures give reason to consider; nothing when they say too little."""
    told = []
    sightings = found.compared(SIGHTINGS, DURING)
    estimate = sightings.raw if sightings else None
    if found.episode.running and found.quiet is not None and found.quiet <= rules.quiet_times:
        told.append(
            Suggestion(
                STOP if found.quiet == 0 else HALVE,
                f"De laatste {rules.quiet_weeks} weken is de groep {found.quiet} keer gezien.",
            )
        )
    elif found.episode.running and estimate is not None and estimate.lower:
        told.append(
            Suggestion(HALVE, "Per uur kijken is de groep tijdens de inzet minder gezien dan ervoor.")
        )
    if comes_back(found):
        why = "Na het stoppen is meer gezien of gemeld dan tijdens de inzet."
        told += [Suggestion(STRUCTURAL, why), Suggestion(PHYSICAL, why)]
    elif found.episodes > 1:
        why = f"Er is al {found.episodes} keer inzet geweest, telkens met een pauze ertussen."
        told.append(Suggestion(STRUCTURAL, why))
    weeks = (today - found.episode.start).days / 7
    if found.episode.running and weeks >= rules.patience_weeks and not told:
        why = f"De inzet loopt {int(weeks)} weken en er is geen duidelijke verandering."
        told.append(Suggestion(PHYSICAL, why))
    return told

"""The city side by side: groups that look alike, and what each veiligheidsmanager proposed."""

from datetime import UTC, date, datetime
from uuid import UUID

from shortlist.prioritising.board import CurrentPriority, Picture, Profile
from shortlist.prioritising.fairness import Proposed, alike, by_manager

THEMES = ("ernst", "risico")
AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def profile(part: str, ernst: str, risico: str, priority: str | None, *, expired: bool = False) -> Profile:
    duiding = {"ernst": {"level": ernst}, "risico": {"level": risico}}
    picture = Picture("hinderlijk", "hinderlijk", "x", ("hinderlijk",), duiding, AT, AT.date(), expired)
    current = CurrentPriority(priority, date(2026, 11, 1), date(2027, 1, 1), "reden") if priority else None
    return Profile(UUID(int=1), "g", UUID(int=2), part, 1, 1, 10, 0, picture, current, None)


def test_only_groups_whose_themes_are_all_known_and_equal_are_put_together() -> None:
    found = alike(
        [
            profile("Noord", "hoog", "laag", "hoog"),
            profile("Zuid", "hoog", "laag", "midden"),
            profile("Zuid", "hoog", "onbekend", "laag"),
            profile("Zuid", "laag", "laag", "laag"),
            profile("Oost", "hoog", "laag", "laag", expired=True),
        ],
        THEMES,
    )
    (line,) = found
    assert line.levels == (("ernst", "hoog"), ("risico", "laag"))
    assert line.priorities == (("Noord", "hoog", 1), ("Zuid", "midden", 1))
    assert line.differs


def test_groups_alike_with_the_same_priority_do_not_differ_and_stand_after_those_that_do() -> None:
    same = [profile(part, "laag", "laag", "laag") for part in ("Noord", "Zuid", "Zuid")]
    other = [profile("Noord", "hoog", "hoog", "hoog"), profile("Zuid", "hoog", "hoog", None)]
    first, second = alike([*same, *other], THEMES)
    assert first.differs
    assert not second.differs
    assert second.priorities == (("Noord", "laag", 1), ("Zuid", "laag", 2))


def test_proposals_are_counted_per_manager_and_a_median_needs_three() -> None:
    proposals = [
        Proposed("Noord", "A", "hoog", "vastgesteld", "hoog", 2),
        Proposed("Noord", "A", "hoog", "vastgesteld", "midden", 4),
        Proposed("Noord", "A", "laag", None, "", 9),
        Proposed("Noord", "A", "laag", "teruggestuurd", "laag", None),
        Proposed("Zuid", "B", "midden", "naar driehoek", "midden", 1),
    ]
    north, south = by_manager(proposals)
    assert (north.proposals, north.high, north.adopted, north.changed, north.returned) == (4, 2, 1, 1, 1)
    assert north.days == 4.0
    assert (south.dissent, south.days) == (1, None)

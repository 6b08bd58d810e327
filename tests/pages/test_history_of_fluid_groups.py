"""A group that merged or split off carries what was concluded about the groups it came from."""

from datetime import date, timedelta
from typing import Any

from shortlist.observing.tables import GroupLink
from tests.pages.conftest import NOW, ZUID, City
from tests.pages.street import Street, add, assess, street


def link(older: Street, newer: Street, kind: str, on: date) -> None:
    add(
        older,
        GroupLink(
            kind=kind, from_group_id=older.group_id, to_group_id=newer.group_id, on_date=on, reason="gezien",
            recorded_at=NOW, recorded_by=older.city.actor("jeugdagent").id,
        ),
    )  # fmt: skip


def test_merged_and_split_groups_show_the_assessments_of_before_until_that_day(
    client: Any, city: City
) -> None:
    old, middle, new = (street(city, name=f"Groep {name}") for name in ("Oud", "Midden", "Nieuw"))
    far = street(city, name="Groep Ver", part=ZUID, suffix="-zuid")
    kin = street(city, name="Groep Neef")
    assess(old, "hinderlijk", days_ago=90)
    assess(middle, "overlastgevend", days_ago=40)
    assess(middle, "crimineel", days_ago=3)
    assess(far, "crimineel", days_ago=90)
    assess(kin, "crimineel", days_ago=90)
    link(old, middle, "samengegaan", (NOW - timedelta(days=60)).date())
    link(middle, new, "afgesplitst", (NOW - timedelta(days=10)).date())
    link(far, new, "samengegaan", (NOW - timedelta(days=10)).date())
    link(kin, new, "verwant", (NOW - timedelta(days=10)).date())
    client.sign_in("jeugdagent")
    page = client.get(new.url("/duiding")).get_data(as_text=True)
    assert "Groep Nieuw splitste zich af van Groep Midden" in page
    assert "Groep Oud ging op in Groep Midden" in page
    assert "Hinderlijk (regelset" in page
    assert "Overlastgevend (regelset" in page
    assert "Crimineel (regelset" not in page
    assert "Hiervoor: Groep Ver" in page
    assert "hoort bij een stadsdeel waar u niet werkt" in page
    assert "Hiervoor: Groep Neef" not in page
    assert "Hiervoor" not in client.get(old.url("/duiding")).get_data(as_text=True)

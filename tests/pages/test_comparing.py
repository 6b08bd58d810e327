"""The city under another ruleset on its page: counts of everywhere, names of one's own stadsdelen, any past day."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shortlist.classifying.tables import Assessment, Questionnaire
from shortlist.observing.tables import GroupStatus, Jeugdgroep
from tests.pages.conftest import NOW, ZUID, City
from tests.pages.street import Street, actions, add, street

SOBER = {"provoceren": "vaak", "vernieling": "vaak", "alcohol": "nooit", "blowen": "nooit"}
"""Overlastgevend under landelijk-2010; the gate of almere-2013 makes it hinderlijk."""
HIDDEN = ("inbraak", "straatroof", "drugshandel", "afpersing", "zedendelict", "wapengeweld", "brandstichting",
          "openlijk_geweld")  # fmt: skip


def sheet(answers: dict[str, str]) -> dict[str, str]:
    return dict.fromkeys(HIDDEN, "geen_aanwijzing") | answers


def assessed(place: Street, answers: dict[str, str], at: datetime, *, group_id: UUID | None = None) -> None:
    by = place.city.actor("jeugdagent").id
    group = group_id or place.group_id
    paper = Questionnaire(
        id=uuid4(), group_id=group, period_from=date(2026, 1, 1), period_until=date(2026, 2, 1), recorded_at=at,
        recorded_by=by,
    )  # fmt: skip
    add(place, paper)
    add(
        place,
        Assessment(
            group_id=group, questionnaire_id=paper.id, answers=sheet(answers), verdicts=[], ruleset="landelijk-2010",
            outcome="overlastgevend", possible=["overlastgevend"], duiding={}, decided="overlastgevend",
            reasoning="Zoals besproken.", expires_on=at.date() + timedelta(days=180), recorded_at=at, recorded_by=by,
        ),
    )  # fmt: skip


@pytest.fixture
def kade(city: City) -> Street:
    """Put a sober, rowdy group in Noord that was still quiet in June, and one in Zuid."""
    noord = street(city)
    add(
        noord,
        Jeugdgroep(
            id=UUID(int=77), stadsdeel_id=ZUID, name="Groep Zuidplas", first_signal_on=date(2026, 5, 1),
            recorded_at=NOW - timedelta(days=200), recorded_by=city.actor("jeugdagent").id,
        ),
    )  # fmt: skip
    assessed(noord, {"lawaai": "soms"}, datetime.fromisoformat("2026-06-10T12:00+00:00"))
    assessed(noord, SOBER, NOW - timedelta(days=5))
    assessed(noord, SOBER, NOW - timedelta(days=9), group_id=UUID(int=77))
    return noord


def text(client: Any, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    found: str = answer.get_data(as_text=True)
    return found


def test_the_page_counts_the_whole_city_and_names_only_groups_of_ones_own_stadsdelen(
    client: Any, kade: Street
) -> None:
    client.sign_in("veiligheidsmanager")
    page = text(client, "/vergelijken")
    assert "2 van de 2 groepen" in page
    assert "Alleen met alcohol of blowen" in page
    assert "Groep Kade" in page
    assert "Groep Zuidplas" not in page
    assert "In andere stadsdelen verandert nog 1 groep" in page
    assert "<svg" in page
    client.sign_in("veiligheidsmanager-zuid")
    page = text(client, "/vergelijken")
    assert "Groep Zuidplas" in page
    assert "Groep Kade" not in page


def test_a_privacy_officer_sees_counts_without_a_single_name(client: Any, kade: Street) -> None:
    client.sign_in("privacy_officer")
    page = text(client, "/vergelijken")
    assert "2 van de 2 groepen" in page
    assert "Groep Kade" not in page
    assert "Groep Zuidplas" not in page


def test_a_past_day_is_judged_on_the_answers_of_that_day(client: Any, kade: Street) -> None:
    client.sign_in("coordinator_vth")
    page = text(client, "/vergelijken?op=2026-06-10")
    assert "0 van de 1 groep" in page
    page = text(client, f"/vergelijken?op={(NOW - timedelta(days=6)).date()}")
    assert "1 van de 2 groepen" in page
    page = text(client, "/vergelijken?op=2026-06-09")
    assert "nog geen groep geduid" in page


def test_certain_only_leaves_open_what_nobody_ruled_out(client: Any, kade: Street) -> None:
    client.sign_in("coordinator_vth")
    page = text(client, "/vergelijken?lezing=zeker")
    assert "te weinig bekend" in page
    assert "naar hinderlijk" in page


def test_a_closed_group_leaves_the_comparison_from_the_day_it_closed(client: Any, kade: Street) -> None:
    add(
        kade,
        GroupStatus(
            group_id=kade.group_id, state="gesloten", reason="uiteengevallen", recorded_at=NOW + timedelta(seconds=1),
            recorded_by=kade.city.actor("jeugdagent").id,
        ),
    )  # fmt: skip
    client.sign_in("coordinator_vth")
    assert "1 van de 1 groep" in text(client, "/vergelijken")
    assert "2 van de 2 groepen" in text(client, f"/vergelijken?op={(NOW - timedelta(days=1)).date()}")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("op=2027-01-01", "Kies hoogstens vandaag, 23-11-2026."),
        ("op=gisteren", "datum"),
        ("van=onzin", "Kies een regelset uit de lijst."),
        ("naar=almere-2013@1999-01-01", "Kies een regelset uit de lijst."),
        ("lezing=streng", "Kies voorlopig of zeker."),
    ],
)
def test_a_question_that_cannot_be_answered_says_so_beside_the_field(
    client: Any, kade: Street, query: str, said: str
) -> None:
    client.sign_in("coordinator_vth")
    page = text(client, f"/vergelijken?{query}", 400)
    assert said in page
    assert "van de 2 groepen" not in page


def test_a_ruleset_against_itself_changes_nobody(client: Any, kade: Street) -> None:
    client.sign_in("stafgroeplid")
    page = text(client, "/vergelijken?van=almere-2013@2013-01-01&naar=almere-2013@2013-01-01")
    assert "0 van de 2 groepen" in page
    assert "geen enkele groep kan veranderen" in page


def test_street_workers_do_not_compare_rulesets(client: Any, kade: Street) -> None:
    client.sign_in("jeugdagent")
    text(client, "/vergelijken", 403)


def test_the_national_counts_stand_with_their_sources_and_caveats_and_nothing_of_the_own_city(
    client: Any, kade: Street
) -> None:
    client.sign_in("jeugdboa")
    page = text(client, "/landelijke-aantallen")
    for words in ("1.760", "1.341", "Kamerstuk 28684, nr. 404", "niet te vergelijken", "subjectieve indruk"):
        assert words in page
    assert "Groep Kade" not in page
    assert "gelezen" not in " ".join(actions(kade.database))

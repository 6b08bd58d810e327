"""What two professionals cannot settle lies with the JIT, then with the driehoek; every step by name and reason."""

from datetime import date, timedelta
from itertools import product
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from shortlist.classifying import work as classifying
from shortlist.classifying.agenda import work
from shortlist.classifying.agenda.points import REFUSALS, TRANSITIONS, State, Step, state_of
from shortlist.classifying.answers import work as answering
from shortlist.classifying.questionnaire import ONBEKEND, Answer
from shortlist.classifying.rounds import work as rounds
from shortlist.classifying.rules_files import Rules
from shortlist.classifying.tables import AgendaStep
from shortlist.errors import Forbidden, NotFound, Refused
from shortlist.guarding.audit import watch
from tests.pages.conftest import NOW, Browser, City, Clock
from tests.pages.kade import GROUP, TODAY, actions, both_in, decide, hand_in, with_groups

WHY = "De wijkagent was er alle avonden bij."


@pytest.fixture(scope="session")
def rules() -> Rules:
    return classifying.load_room_rules()


@pytest.fixture
def groups(city: City) -> City:
    return with_groups(city)


@pytest.fixture
def sheet(groups: City, rules: Rules) -> UUID:
    """Return a round in which the two put *alcohol* and *omvang_max* to the JIT."""
    made = both_in(
        groups, rules, {"alcohol": "soms", "omvang_max": 8}, {"alcohol": "nooit", "omvang_max": 12}
    )
    put(groups, rules, made, {"alcohol": ONBEKEND, "omvang_max": ONBEKEND}, for_jit=True)
    return made


def put(city: City, rules: Rules, sheet: UUID, answers: dict[str, Answer], *, for_jit: bool) -> None:
    with city.database.writing() as session:
        watch(session)
        choices = {
            item: answering.Choice(answer, "Wie heeft er gelijk?", for_jit=for_jit)
            for item, answer in answers.items()
        }
        answering.settle(
            sheet, choices, rules=rules, actor=city.actor("jeugdagent"), now=NOW, session=session
        )


def take(
    city: City,
    rules: Rules,
    sheet: UUID,
    kind: Step,
    *,
    item: str = "alcohol",
    login: str = "veiligheidsmanager",
    on: date = TODAY,
) -> None:
    answer = None if kind is Step.NAAR_DRIEHOEK else "soms"
    with city.database.writing() as session:
        watch(session)
        work.take_step(
            sheet, item, kind, answer, WHY, on, rules=rules, actor=city.actor(login), now=NOW, session=session
        )


def state(city: City, rules: Rules, sheet: UUID, item: str = "alcohol") -> State:
    with city.database.reading() as session:
        return work.get_point(
            sheet, item, rules=rules, actor=city.actor("jongerenwerker"), now=NOW, session=session
        ).state


def bring_to(city: City, rules: Rules, sheet: UUID, wanted: State) -> None:
    """Put the question *alcohol* into a state, by the use cases."""
    if wanted is State.BIJ_DRIEHOEK:
        take(city, rules, sheet, Step.NAAR_DRIEHOEK)
    elif wanted is State.BESLOTEN:
        take(city, rules, sheet, Step.BESLUIT_JIT)
    elif wanted is State.VERVALLEN:
        put(city, rules, sheet, {"alcohol": "soms"}, for_jit=False)
    assert state(city, rules, sheet) is wanted


@pytest.mark.parametrize(("before", "step"), list(product(State, Step)))
def test_every_step_is_allowed_or_refused_as_the_table_says(
    groups: City, rules: Rules, sheet: UUID, before: State, step: Step
) -> None:
    bring_to(groups, rules, sheet, before)
    after = TRANSITIONS.get((before, step))
    if after is None:
        with pytest.raises(Refused) as refusal:
            take(groups, rules, sheet, step)
        assert refusal.value.message == REFUSALS[before]
        assert state(groups, rules, sheet) is before
    else:
        take(groups, rules, sheet, step)
        assert state(groups, rules, sheet) is after


def test_steps_that_cannot_follow_one_another_are_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="cannot follow"):
        state_of([Step.BESLUIT_JIT, Step.BESLUIT_DRIEHOEK], lapsed=False)


def test_the_chair_settles_one_question_and_sends_the_other_on(
    app: Flask, client: Browser, groups: City, sheet: UUID
) -> None:
    client.sign_in("veiligheidsmanager")
    assert "Bespreek 2 vragen in het JIT" in client.get("/").get_data(as_text=True)
    page = client.get("/jit-agenda").get_data(as_text=True)
    assert "Wie heeft er gelijk?" in page
    assert page.index("Groep Kade: alcohol") < page.index("Laatst besloten")
    form = f"/jit-agenda/{sheet}/alcohol"
    sent_on = client.submit(form, {"answer": "jit", "reason": WHY, "decided_on": "2026-11-23"})
    assert sent_on.location == "/jit-agenda"
    done = client.submit(
        f"/jit-agenda/{sheet}/omvang_max",
        {"answer": "anders", "number": "10", "reason": "Tien geteld.", "decided_on": "2026-11-23"},
    )
    assert done.status_code == 303
    page = client.get("/jit-agenda").get_data(as_text=True)
    assert "bij de driehoek" in page
    assert "<strong>10</strong>" in page
    assert "Leg het besluit van de driehoek vast over 1 vraag" in client.get("/").get_data(as_text=True)
    form_page = client.get(form).get_data(as_text=True)
    assert "Besluit van de driehoek" in form_page
    assert 'value="jit"' not in form_page
    client.submit(form, {"answer": "nooit", "reason": "Alles gewogen.", "decided_on": "2026-11-23"})
    assert client.get(form).location == "/jit-agenda"
    assert {"jit-agenda: naar driehoek", "jit-agenda: besluit jit", "jit-agenda: besluit driehoek"} <= set(
        actions(groups)
    )
    client.sign_in("jeugdagent")
    together = client.get(f"/vragenlijst/{sheet}/samen").get_data(as_text=True)
    assert "Besluit van de driehoek op" in together
    assert "Alles gewogen." in together


def test_a_decision_counts_at_once_while_the_round_goes_on(groups: City, rules: Rules, sheet: UUID) -> None:
    take(groups, rules, sheet, Step.BESLUIT_JIT)
    with groups.database.reading() as session:
        found = answering.look_together(sheet, rules=rules, actor=groups.actor("jeugdagent"), session=session)
    assert found.answers["alcohol"] == "soms"


def test_after_the_assessment_it_stays_as_it_was_and_a_new_round_is_asked_with_the_decision_in_it(
    client: Browser, groups: City, rules: Rules, sheet: UUID, clock: Clock
) -> None:
    assessment = decide(groups, rules, sheet, "alleen duiding")
    clock.now += timedelta(days=2)
    client.sign_in("veiligheidsmanager")
    client.submit(
        f"/jit-agenda/{sheet}/alcohol", {"answer": "soms", "reason": WHY, "decided_on": "2026-11-24"}
    )
    page = client.get(f"/duiding/{assessment}").get_data(as_text=True)
    assert "Na deze duiding besloot het JIT op" in page
    client.sign_in("jongerenwerker")
    work_page = client.get("/").get_data(as_text=True)
    assert "Begin een nieuwe vragenlijst voor Groep Kade" in work_page
    assert "besloten over: alcohol" in work_page
    started = client.submit(
        f"/groepen/{GROUP}/vragenlijst/nieuw", {"period_from": "2026-09-01", "period_until": "2026-11-25"}
    )
    new = UUID(started.location.split("/")[2])
    with groups.database.reading() as session:
        previous = answering.fill_sheet(
            new, rules=rules, actor=groups.actor("jongerenwerker"), session=session
        ).previous
    assert previous["alcohol"] == "soms"
    for login in ("jongerenwerker", "jeugdagent"):
        hand_in(groups, rules, new, login, {"alcohol": "soms"})
    decide(groups, rules, new, "alleen duiding", clock=clock)
    assert "besloten over" not in client.get("/").get_data(as_text=True)
    assert state(groups, rules, sheet, "omvang_max") is State.VERVALLEN


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"answer": ""}, "Dit ontbreekt nog"),
        ({"reason": "  "}, "Dit ontbreekt nog"),
        ({"answer": "altijd"}, "Toegestaan: nooit, soms, vaak"),
        ({"decided_on": "2026-11-24"}, "Deze dag moet nog komen"),
        ({"decided_on": "2026-11-20"}, "pas op 23-11-2026 aan het JIT gesteld"),
        ({"decided_on": "morgen"}, "Dit is geen bestaande datum"),
        ({"reason": "x" * 2001}, "hoogstens 2000 tekens"),
    ],
)
def test_what_cannot_be_recorded_is_named_beside_its_field_and_kept(
    client: Browser, groups: City, sheet: UUID, fields: dict[str, str], message: str
) -> None:
    client.sign_in("veiligheidsmanager")
    sent = {"answer": "soms", "reason": WHY, "decided_on": "2026-11-23"} | fields
    answer = client.submit(f"/jit-agenda/{sheet}/alcohol", sent)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert message in text
    assert sent["reason"].strip()[:200] in text
    assert rows(groups) == 0


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"answer": "anders"}, "Vul het aantal in"),
        ({"answer": "anders", "number": "veel"}, "Geef een geheel getal van 0 tot en met 200"),
    ],
)
def test_a_number_that_cannot_be_is_named(
    client: Browser, groups: City, sheet: UUID, fields: dict[str, str], message: str
) -> None:
    client.sign_in("veiligheidsmanager")
    answer = client.submit(
        f"/jit-agenda/{sheet}/omvang_max", {"reason": WHY, "decided_on": "2026-11-23"} | fields
    )
    assert answer.status_code == 400
    assert message in answer.get_data(as_text=True)
    assert rows(groups) == 0


def test_the_second_of_two_who_decide_at_once_is_told_so(
    client: Browser, groups: City, rules: Rules, sheet: UUID
) -> None:
    client.sign_in("veiligheidsmanager")
    form = f"/jit-agenda/{sheet}/alcohol"
    opened = client.tokens(form)
    take(groups, rules, sheet, Step.BESLUIT_JIT)
    late = client.post(
        form, data={**opened, "answer": "nooit", "reason": "Mijn reden.", "decided_on": "2026-11-23"}
    )
    assert late.status_code == 400
    text = late.get_data(as_text=True)
    assert "al besloten" in text
    assert "Mijn reden." in text
    assert rows(groups) == 1


def test_the_same_form_sent_twice_counts_once(client: Browser, groups: City, sheet: UUID) -> None:
    client.sign_in("veiligheidsmanager")
    form = f"/jit-agenda/{sheet}/alcohol"
    sent = {**client.tokens(form), "answer": "soms", "reason": WHY, "decided_on": "2026-11-23"}
    first, second = client.post(form, data=sent), client.post(form, data=sent)
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert rows(groups) == 1


def test_only_the_chair_of_the_stadsdeel_decides(
    client: Browser, groups: City, rules: Rules, sheet: UUID
) -> None:
    with pytest.raises(Forbidden):
        take(groups, rules, sheet, Step.BESLUIT_JIT, login="jeugdagent")
    with pytest.raises(NotFound):
        take(groups, rules, sheet, Step.BESLUIT_JIT, login="veiligheidsmanager-zuid")
    client.sign_in("jeugdagent")
    assert client.get(f"/jit-agenda/{sheet}/alcohol").status_code == 403
    assert "De veiligheidsmanager legt het besluit vast" in client.get("/jit-agenda").get_data(as_text=True)
    client.sign_in("veiligheidsmanager-zuid")
    assert "Groep Kade" not in client.get("/jit-agenda").get_data(as_text=True)
    assert client.get(f"/jit-agenda/{sheet}/alcohol").status_code == 404


def test_a_question_that_nobody_put_to_the_jit_is_not_on_its_agenda(
    client: Browser, groups: City, sheet: UUID
) -> None:
    client.sign_in("veiligheidsmanager")
    for item in ("blowen", "afkomst"):
        assert client.get(f"/jit-agenda/{sheet}/{item}").status_code == 404


def test_a_round_that_nobody_finished_takes_its_questions_along(
    groups: City, rules: Rules, sheet: UUID
) -> None:
    later = NOW + timedelta(days=rounds.terms_on(rules, TODAY).round_open_days + 1)
    with groups.database.reading() as session:
        found = work.points(rules=rules, actor=groups.actor("jeugdagent"), now=later, session=session)
    assert {point.state for point in found} == {State.VERVALLEN}


def rows(city: City) -> int:
    with city.database.reading() as session:
        found: int = session.execute(select(func.count()).select_from(AgendaStep)).scalar_one()
        return found

from datetime import date

import pytest

from shortlist import assets
from shortlist.planning.aanpak.measures import (
    Catalogue,
    Chosen,
    GroupPicture,
    PlanText,
    advise,
    catalogue_from,
    differences,
)
from shortlist.storing.dated_yaml import read_folder


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    shelf = read_folder(assets.RULES, ("measures",))
    assert not shelf.problems
    return catalogue_from(shelf.of_kind("measures")[0].data)


def refused(catalogue: Catalogue, picture: GroupPicture, *chosen: str) -> dict[str, tuple[str, ...]]:
    return {a.measure.id: a.refused for a in advise(catalogue, picture, chosen) if a.refused}


def suggested(catalogue: Catalogue, picture: GroupPicture) -> set[str]:
    return {a.measure.id for a in advise(catalogue, picture) if a.suggested}


def test_jeugdboas_are_refused_for_a_group_that_people_decided_to_be_crimineel(catalogue: Catalogue) -> None:
    assert "jeugdboa" in refused(catalogue, GroupPicture("crimineel"))
    assert "jeugdboa" not in refused(catalogue, GroupPicture("overlastgevend"))


def test_jeugdboas_are_refused_once_the_plan_hands_the_group_to_the_om(catalogue: Catalogue) -> None:
    assert "jeugdboa" in refused(catalogue, GroupPicture("overlastgevend"), "jeugdboa", "om-overdracht")


def test_jeugdboas_are_refused_for_children_under_twelve_and_care_is_suggested(catalogue: Catalogue) -> None:
    young = GroupPicture("hinderlijk", {}, {"leeftijd_jongste": 9, "leeftijd_oudste": "11"})
    assert "jeugdboa" in refused(catalogue, young)
    assert "zorgsignaal-12" in suggested(catalogue, young)
    mixed = GroupPicture("hinderlijk", {}, {"leeftijd_jongste": "11", "leeftijd_oudste": "17"})
    assert "jeugdboa" not in refused(catalogue, mixed)


def test_nothing_is_suggested_or_refused_on_what_is_unknown(catalogue: Catalogue) -> None:
    unknown = GroupPicture(
        None, {"ernst": "onbekend"}, {"leeftijd_oudste": "onbekend", "harddrugs": "geen_aanwijzing"}
    )
    assert suggested(catalogue, unknown) == set()
    assert refused(catalogue, unknown) == {}


def test_every_rule_of_the_catalogue_speaks_of_items_and_values_that_exist(catalogue: Catalogue) -> None:
    shelf = read_folder(assets.RULES, ("questionnaire",))
    data = shelf.of_kind("questionnaire")[0].data
    scales = data["scales"]
    items = {item["id"]: item["scale"] for block in data["blocks"] for item in block["items"]}
    for measure in catalogue.measures:
        for rule in (*measure.suggest, *measure.contra):
            assert set(rule.when.below) <= set(items), measure.id
            for item, values in rule.when.answers.items():
                assert values <= set(scales[items[item]]["values"]), (measure.id, item)
            assert all(catalogue.get(other) for other in rule.when.measures), measure.id


def test_a_new_version_says_what_changed() -> None:
    old = PlanText(
        "Rust", "Vier weken rust", date(2027, 1, 4), (Chosen("jop", "Gebied", date(2027, 6, 1), 0, ""),)
    )
    new = PlanText(
        "Rust",
        "Zes weken rust",
        date(2027, 1, 4),
        (Chosen("jeugdboa", "Teamleider", date(2027, 1, 4), 3, ""),),
    )
    assert differences(old, old, {}) == []
    assert differences(old, new, {"jop": "JOP", "jeugdboa": "Jeugdboa’s"}) == [
        "Wanneer het klaar is: was ‘Vier weken rust’, is nu ‘Zes weken rust’.",
        "Erbij: Jeugdboa’s.",
        "Eraf: JOP.",
    ]

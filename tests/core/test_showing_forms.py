from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from shortlist.showing.dutch import DecimalComma, DutchSchema, JaNee, LocalDateTime, Text
from shortlist.showing.forms import FORM, Form, blank, read_form


class Member(DutchSchema):
    name = Text(required=True, validate=validate.Length(min=2), metadata={"label": "Wie"})
    role = fields.String(validate=validate.OneOf(["kern", "meeloper"]))


class Sighting(DutchSchema):
    place = Text(required=True, metadata={"label": "Waar"})
    at = LocalDateTime()
    seen = fields.Integer(validate=validate.Range(min=1, max=300), metadata={"label": "Aantal"})
    hours = DecimalComma()
    heard = JaNee(load_default=False)
    kinds = fields.List(fields.String(validate=validate.OneOf(["boa", "werk"])))
    members = fields.List(fields.Nested(Member))
    answers = fields.Dict(
        keys=fields.String(validate=validate.OneOf(["alcohol"])),
        values=fields.String(validate=validate.OneOf(["soms", "vaak"])),
    )


def sent(*pairs: tuple[str, str]) -> MultiDict[str, str]:
    return MultiDict(list(pairs))


def test_a_good_form_loads_and_keeps_what_was_typed() -> None:
    form = read_form(
        Sighting,
        sent(
            ("csrf_token", "t"),
            ("write_key", "w"),
            ("place", "  Plein\r\n "),
            ("at", "2026-11-23T21:30"),
            ("hours", "1,5"),
            ("heard", "ja"),
            ("kinds", "boa"),
            ("kinds", "werk"),
            ("members.10.name", "Bo"),
            ("members.2.name", "Al"),
            ("members.3.name", " "),
            ("answers.alcohol", "soms"),
            ("seen", ""),
        ),
    )
    assert form.valid
    assert form.data == {
        "place": "Plein",
        "at": datetime(2026, 11, 23, 20, 30, tzinfo=UTC),
        "hours": 1.5,
        "heard": True,
        "kinds": ["boa", "werk"],
        "members": [{"name": "Al"}, {"name": "Bo"}],
        "answers": {"alcohol": "soms"},
    }
    assert form.value("place") == "  Plein\r\n "
    assert form.chosen("kinds") == ["boa", "werk"]
    assert "csrf_token" not in form.values


def test_each_message_stands_at_its_own_field_and_nothing_typed_is_lost() -> None:
    form = read_form(
        Sighting,
        sent(
            ("seen", "veel"),
            ("members.4.name", "x"),
            ("members.4.role", "baas"),
            ("kinds", "boa"),
            ("kinds", "leger"),
            ("answers.alcohol", "altijd"),
            ("answers.kleur", "soms"),
            ("extra", "1"),
        ),
    )
    assert set(form.errors) == {
        "place",
        "seen",
        "members.4.name",
        "members.4.role",
        "kinds",
        "answers.alcohol",
        "answers.kleur",
        "extra",
    }
    assert form.data == {}
    assert form.value("seen") == "veel"
    assert form.value("members.4.role") == "baas"
    assert form.label("place") == "Waar"
    assert "extra" in form.errors["extra"]


def test_labels_of_rows_say_which_row() -> None:
    class Present(DutchSchema):
        members = fields.List(fields.Nested(Member))

    assert read_form(Present, sent(("members.4.name", "x"))).label("members.4.name") == "Wie (regel 5)"


def test_a_time_skipped_by_daylight_saving_is_refused_and_a_doubled_one_is_the_first() -> None:
    field = LocalDateTime()
    with pytest.raises(ValidationError, match="vanaf 03:00"):
        field.deserialize("2026-03-29T02:30")
    assert field.deserialize("2026-10-25T02:30") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert field.deserialize("2026-11-23T21:30:00+00:00") == datetime(2026, 11, 23, 21, 30, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["", "gisteren", "2026-02-30T10:00", "0001-01-01T00:00", 5])
def test_what_is_no_moment_is_told_so(typed: object) -> None:
    with pytest.raises(ValidationError, match="datum met tijd"):
        LocalDateTime().deserialize(typed)


@pytest.mark.parametrize(
    ("day", "moment", "years"),
    [("0001-01-01", "1899-12-31T12:00", (1, 1899)), ("9999-12-31", "2200-01-01T12:00", (9999, 2200))],
)
def test_a_year_that_nobody_means_is_refused_at_the_door(
    day: str, moment: str, years: tuple[int, int]
) -> None:
    class Asked(DutchSchema):
        day = fields.Date()
        moment = LocalDateTime()

    errors = Asked().validate({"day": day, "moment": moment})
    for year, field in zip(years, ("day", "moment"), strict=True):
        assert errors[field] == [f"Het jaar {year} kan niet. Kies een jaar van 1900 tot en met 2199."]
    assert not Asked().validate({"day": "1900-01-01", "moment": "2199-12-31T12:00"})


def test_no_english_message_of_marshmallow_reaches_a_user() -> None:
    class Everything(DutchSchema):
        text = fields.String(required=True, validate=validate.Length(min=3, max=5))
        equal = fields.String(
            validate=[validate.Length(equal=2), validate.Regexp("^a"), validate.Equal("ab")]
        )
        number = fields.Integer(validate=validate.Range(min=0, max=1, max_inclusive=False))
        real = fields.Float()
        truth = fields.Boolean()
        day = fields.Date()
        moment = fields.AwareDateTime()
        clock = fields.Time()
        key = fields.UUID()
        post = fields.Email()
        site = fields.Url()
        many = fields.List(fields.Integer(), validate=validate.Length(max=1))
        inner = fields.Nested(Member)
        table = fields.Dict(keys=fields.String(), values=fields.Integer())

    wrong: dict[str, Any] = {name: object() for name in Everything().fields}
    cases = [
        {},
        wrong,
        dict.fromkeys(wrong),
        {"text": "x", "equal": "b", "number": 7, "real": "nan", "many": [1, 2], "post": "x", "site": "x"},
        {
            "text": "xyz",
            "moment": "2026-01-01T00:00:00",
            "many": ["x"],
            "inner": {"a": 1},
            "table": {"k": "x"},
        },
    ]
    messages = []
    for case in cases:
        with pytest.raises(ValidationError) as caught:
            Everything().load(case)
        messages += list(_texts(caught.value.messages))
    assert len(messages) > 40
    english = ("not ", "must", "missing", "field", "valid", "invalid", "unknown", "than", "length", "value")
    for message in messages:
        assert not any(word in message.lower().split() for word in english), message
        assert message[0].isupper()
        assert message.endswith(".")


def _texts(messages: object) -> list[str]:
    if isinstance(messages, dict):
        return [text for below in messages.values() for text in _texts(below)]
    if isinstance(messages, list):
        return [text for below in messages for text in _texts(below)]
    return [str(messages)]


def test_a_message_of_the_schema_itself_is_kept() -> None:
    class Own(DutchSchema):
        age = fields.Integer(
            required=True,
            error_messages={"required": "Hoe oud?"},
            validate=validate.Range(min=12, error="Onder de 12: zorgroute."),
        )

    assert read_form(Own, sent()).errors == {"age": "Hoe oud?"}
    assert read_form(Own, sent(("age", "9"))).errors == {"age": "Onder de 12: zorgroute."}


def test_control_characters_are_refused_and_newlines_are_one_kind() -> None:
    assert Text().deserialize("a\r\nb\rc\td") == "a\nb\nc\td"
    for bad in ("a\x00b", "a\ud800b", "a\x1bb"):
        with pytest.raises(ValidationError, match="onleesbare"):
            Text().deserialize(bad)


def test_a_blank_form_is_filled_as_the_schema_dumps() -> None:
    at = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    form = blank(
        Sighting,
        {
            "place": "Plein",
            "at": at,
            "seen": None,
            "heard": True,
            "members": [{"name": "Bo"}],
            "kinds": ["boa"],
        },
    )
    assert form.values == {
        "place": "Plein",
        "at": "2026-07-01T12:00",
        "heard": "ja",
        "members.0.name": "Bo",
        "kinds": ["boa"],
    }


def test_a_refusal_stands_at_its_fields_or_else_above_the_form() -> None:
    form = Form(values={"place": "Plein"})
    assert form.refused("Kan niet.").errors == {FORM: "Kan niet."}
    assert form.refused("Kan niet.", {"place": "Bestaat niet."}).errors == {"place": "Bestaat niet."}
    assert form.refused("Kan niet.").value("place") == "Plein"


NAMES = st.one_of(
    st.sampled_from(
        ["place", "at", "seen", "kinds", "members", "members.0", "members.0.name", "answers.alcohol"]
    ),
    st.text(st.sampled_from("ab.01 "), max_size=12),
)


@given(st.lists(st.tuples(NAMES, st.text(max_size=8)), max_size=12))
def test_whatever_is_sent_gives_a_form_with_data_or_with_messages(pairs: list[tuple[str, str]]) -> None:
    form = read_form(Sighting, MultiDict(pairs))
    assert form.valid != bool(form.errors)
    assert all(isinstance(message, str) and message for message in form.errors.values())
    assert set(form.values) == {name for name, _ in pairs}

"""The marshmallow base for every door, page or API: Dutch messages that say what is wrong and how to mend it.

A schema derives from :class:`DutchSchema` and may use plain marshmallow fields and validators; their standard
messages are replaced when the field is bound, messages that the schema itself gives are kept. A field's
``metadata={"label": "Aantal gezien"}`` is the name a user knows it by.
"""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from shortlist.showing.words import AMSTERDAM

_FIRST_YEAR, _LAST_YEAR = 1900, 2199

_FIELD_MESSAGES: list[tuple[type[fields.Field[Any]], dict[str, str]]] = [
    (
        fields.Field,
        {
            "required": "Dit ontbreekt nog. Vul het in of maak een keuze.",
            "null": "Dit mag niet leeg zijn. Vul het in of maak een keuze.",
            "validator_failed": "Deze waarde past hier niet. Kies een andere.",
        },
    ),
    (fields.Nested, {"type": "Hier hoort een groep velden te staan, niet één losse waarde."}),
    (fields.List, {"invalid": "Hier hoort een lijst te staan, niet één losse waarde."}),
    (fields.Tuple, {"invalid": "Hier hoort een lijst met een vast aantal waarden te staan."}),
    (
        fields.String,
        {
            "invalid": "Dit is geen tekst. Vul gewone tekst in.",
            "invalid_utf8": "Deze tekst bevat tekens die niet te lezen zijn. Typ de tekst opnieuw.",
        },
    ),
    (fields.UUID, {"invalid_uuid": "Dit is geen geldig kenmerk. Begin opnieuw vanaf de vorige pagina."}),
    (
        fields.Number,
        {
            "invalid": "Dit is geen getal. Gebruik alleen cijfers, bijvoorbeeld 12.",
            "too_large": "Dit getal is te groot. Vul een kleiner getal in.",
        },
    ),
    (fields.Integer, {"invalid": "Dit is geen heel getal. Gebruik alleen cijfers, bijvoorbeeld 12."}),
    (fields.Float, {"special": "Dit is geen gewoon getal. Vul bijvoorbeeld 12 in."}),
    (fields.Decimal, {"special": "Dit is geen gewoon getal. Vul bijvoorbeeld 12 in."}),
    (fields.Boolean, {"invalid": "Kies ja of nee."}),
    (
        fields.DateTime,
        {
            "invalid": "Dit is geen datum met tijd. Schrijf bijvoorbeeld 2026-11-23T21:30Z.",
            "invalid_awareness": "De tijdzone ontbreekt. Schrijf bijvoorbeeld 2026-11-23T21:30Z.",
            "format": "Deze datum en tijd is niet te tonen.",
        },
    ),
    (
        fields.Time,
        {
            "invalid": "Dit is geen tijd. Schrijf uren en minuten, bijvoorbeeld 21:30.",
            "format": "Deze tijd is niet te tonen.",
        },
    ),
    (
        fields.Date,
        {
            "invalid": "Dit is geen bestaande datum. Schrijf jaar-maand-dag, bijvoorbeeld 2026-11-23.",
            "format": "Deze datum is niet te tonen.",
        },
    ),
    (fields.TimeDelta, {"invalid": "Dit is geen duur. Vul een aantal in, alleen cijfers."}),
    (fields.Mapping, {"invalid": "Hier hoort een groep velden te staan, niet één losse waarde."}),
    (fields.Url, {"invalid": "Dit is geen webadres. Begin met https://."}),
    (fields.Email, {"invalid": "Dit is geen e-mailadres. Schrijf bijvoorbeeld naam@gemeente.nl."}),
    (fields.Enum, {"unknown": "Deze keuze bestaat niet. Kies uit: {choices}."}),
]


def _standard_messages(kind: type[Any]) -> dict[str, str]:
    """Collect the messages marshmallow itself gives a field class; our own classes' messages stay out."""
    collected: dict[str, str] = {}
    for step in reversed(kind.__mro__):
        if step.__module__.startswith("marshmallow"):
            collected.update(step.__dict__.get("default_error_messages", {}))
    return collected


def _translate_field(field: fields.Field[Any]) -> None:
    standard = _standard_messages(type(field))
    for kind, messages in _FIELD_MESSAGES:
        if isinstance(field, kind):
            for key, message in messages.items():
                if field.error_messages.get(key) == standard.get(key):
                    field.error_messages[key] = message
                    standard[key] = message
    if isinstance(field, (fields.Date, fields.DateTime, LocalDateTime)):
        field.validators.append(_believable)
    for validator in field.validators:
        _translate_validator(validator, "tekens" if isinstance(field, fields.String) else "keuzes")
    inner = [getattr(field, name, None) for name in ("inner", "key_field", "value_field")]
    for part in [*inner, *getattr(field, "tuple_fields", ())]:
        if isinstance(part, fields.Field):
            _translate_field(part)


def _believable(moment: date) -> None:
    """Refuse a year that nobody means: it is a slip, and the calendar itself ends nearby."""
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValidationError(
            f"Het jaar {moment.year} kan niet. Kies een jaar van {_FIRST_YEAR} tot en met {_LAST_YEAR}."
        )


def _translate_validator(validator: Any, unit: str) -> None:
    """Give one validator Dutch words unless its author gave it words; ``unit`` is what a length counts."""
    if isinstance(validator, validate.And):
        for part in validator.validators:
            _translate_validator(part, unit)
    elif isinstance(validator, validate.Range):
        low = "minstens {min}" if validator.min_inclusive else "meer dan {min}"
        high = "hoogstens {max}" if validator.max_inclusive else "minder dan {max}"
        validator.message_min = f"Dit is te laag. Vul {low} in."
        validator.message_max = f"Dit is te hoog. Vul {high} in."
        validator.message_all = f"Dit valt buiten de grenzen. Vul {low} en {high} in."
    elif isinstance(validator, validate.Length):
        validator.message_min = f"Dit is te weinig. Gebruik minstens {{min}} {unit}."
        validator.message_max = f"Dit is te veel. Gebruik hoogstens {{max}} {unit}."
        validator.message_all = f"Gebruik minstens {{min}} en hoogstens {{max}} {unit}."
        validator.message_equal = f"Gebruik precies {{equal}} {unit}."
    else:
        for kind, message in (
            (validate.ContainsOnly, "Een of meer keuzes bestaan niet. Kies uit: {choices}."),
            (validate.OneOf, "Deze keuze bestaat niet. Kies uit: {choices}."),
            (validate.ContainsNoneOf, "Deze keuzes mogen hier niet: {values}."),
            (validate.NoneOf, "Deze waarde mag hier niet. Kies een andere."),
            (validate.Equal, "Dit moet {other} zijn."),
            (validate.Email, "Dit is geen e-mailadres. Schrijf bijvoorbeeld naam@gemeente.nl."),
            (validate.URL, "Dit is geen webadres. Begin met https://."),
            (validate.Regexp, "Dit heeft niet de gevraagde vorm. Kijk naar het voorbeeld bij het veld."),
            (validate.Predicate, "Deze waarde past hier niet. Kies een andere."),
        ):
            if isinstance(validator, kind):
                if validator.error == type(validator).default_message:
                    validator.error = message
                break


class DutchSchema(Schema):
    """A schema that refuses what it does not know and speaks Dutch.

    Unknown fields are errors under their own name, with a message that names the field.
    """

    class Meta:
        """What is not known is refused."""

        unknown = RAISE

    error_messages = {  # noqa: RUF012 — marshmallow declares it as an instance variable
        "type": "Hier hoort een groep velden te staan, niet één losse waarde.",
        "unknown": "Dit veld is hier onbekend. Laat het weg of verbeter de naam.",
    }

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Replace marshmallow's standard messages of the field and its validators."""
        _translate_field(field_obj)

    def handle_error(self, error: ValidationError, data: Any, *, many: bool, **kwargs: Any) -> None:
        """Let the message about an unknown field name that field."""
        _name_unknown(error.messages, self.error_messages["unknown"])


def _name_unknown(messages: object, generic: str) -> None:
    if not isinstance(messages, dict):
        return
    for key, found in messages.items():
        if found == [generic]:
            messages[key] = [f"Het veld ‘{key}’ is hier onbekend. Laat het weg of verbeter de naam."]
        else:
            _name_unknown(found, generic)


def labels_of(schema: Schema) -> Mapping[str, str]:
    """Return the labels a user knows the fields by, keyed by dotted form name without row numbers."""
    found: dict[str, str] = {}
    for name, field in schema.fields.items():
        key = field.data_key or name
        if "label" in field.metadata:
            found[key] = str(field.metadata["label"])
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            found |= {f"{key}.{below}": label for below, label in labels_of(inner.schema).items()}
    return found


class Text(fields.String):
    """Text as people type it: trimmed, Unicode-composed, one kind of newline, no control characters."""

    default_error_messages = {  # noqa: RUF012 — as marshmallow declares it
        "control": "Deze tekst bevat onleesbare tekens. Typ de tekst opnieuw.",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
        if any(unicodedata.category(sign) in ("Cc", "Cs", "Cn") and sign not in "\n\t" for sign in text):
            raise self.make_error("control")
        return text


class JaNee(fields.Boolean):
    """A checkbox or a yes-no choice: ``ja``/``nee`` beside the usual words."""

    truthy = fields.Boolean.truthy | {"ja", "Ja", "JA"}
    falsy = fields.Boolean.falsy | {"nee", "Nee", "NEE"}


class DecimalComma(fields.Float):
    """A number typed the Dutch way: ``1,5`` and ``1.5`` are both one and a half."""

    def _validated(self, value: Any) -> float:
        if isinstance(value, str):
            value = value.strip()
            value = value.replace(".", "").replace(",", ".") if "," in value else value
        validated: float = super()._validated(value)
        return validated


class LocalDateTime(fields.Field[datetime]):
    """A ``datetime-local`` value in Dutch local time; loads to an aware moment in UTC and dumps back.

    A time that daylight saving skips is refused with the remedy; one that occurs twice is the first of the
    two. A value that carries its own offset keeps that meaning.
    """

    default_error_messages = {  # noqa: RUF012 — as marshmallow declares it
        "invalid": "Dit is geen bestaande datum met tijd. Kies een dag en een tijd, bijvoorbeeld "
        "23-11-2026 21:30.",
        "skipped": "Deze tijd bestaat niet: in die nacht gaat de klok een uur vooruit. Kies een tijd vóór "
        "02:00 of vanaf 03:00 uur.",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            local = value if isinstance(value, datetime) else datetime.fromisoformat(value)
            if local.tzinfo is not None:
                return local.astimezone(UTC)
            moment = local.replace(tzinfo=AMSTERDAM, fold=0).astimezone(UTC)
            back = moment.astimezone(AMSTERDAM).replace(tzinfo=None)
        except (TypeError, ValueError, OverflowError) as error:
            raise self.make_error("invalid") from error
        if back != local.replace(fold=0):
            raise self.make_error("skipped")
        return moment

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else local_value(value)


def local_value(moment: datetime) -> str:
    """Write an aware moment as the value of a ``datetime-local`` input in Dutch local time, to the minute."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be shown")
    return moment.astimezone(AMSTERDAM).strftime("%Y-%m-%dT%H:%M")

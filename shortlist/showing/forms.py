"""What a person typed into a form: read through a schema, kept as typed, with a message beside each field.

A field's form name is its schema name; a nested field is ``place.name``, a row of a list ``members.0.role``
and an entry of a mapping ``answers.alcohol``. Rows left wholly empty are not there. Errors carry the same
names, so that a page can put each message beside its own field.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import FileStorage, MultiDict

from shortlist.showing.dutch import labels_of

TOKENS = frozenset({"csrf_token", "write_key"})
"""Fields every form carries that no schema knows: the app checks them."""

FORM = ""
"""The name under which a message about the form as a whole stands."""

Value = str | list[str]


@dataclass(frozen=True)
class Form:
    """A form as a page shows it: values as typed, messages by field name, loaded data when all is well."""

    values: Mapping[str, Value] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def valid(self) -> bool:
        """Whether nothing stands in the way; only then ``data`` holds what was loaded."""
        return not self.errors

    def value(self, name: str) -> str:
        """Return the one value of a field, empty when it has none."""
        found = self.values.get(name, "")
        return found if isinstance(found, str) else (found[-1] if found else "")

    def chosen(self, name: str) -> list[str]:
        """Return all values of a field (checkboxes)."""
        found = self.values.get(name, [])
        return [found] if isinstance(found, str) else list(found)

    def label(self, name: str) -> str:
        """Return the label of a field, with the row number for a row of a list; empty when unknown."""
        parts = name.split(".")
        plain = ".".join(part for part in parts if not part.isdigit())
        label = self.labels.get(plain) or self.labels.get(parts[0], "")
        rows = [int(part) + 1 for part in parts if part.isdigit()]
        return f"{label} (regel {rows[0]})" if label and rows else label

    def refused(self, message: str = "", fields: Mapping[str, str] | None = None) -> "Form":
        """Return the same form with the messages of a refusal, e.g. ``form.refused(e.message, e.fields)``.

        The general message is shown only when no field carries one.
        """
        errors = {**self.errors, **(fields or {})}
        if message and not fields:
            errors[FORM] = message
        return replace(self, errors=errors)


def blank(schema: Schema | type[Schema] | None = None, values: Mapping[str, Any] | None = None) -> Form:
    """Return a form to fill in, prefilled with values as the schema dumps them.

    Nested values become dotted names; ``None`` becomes empty, true ``ja`` and false nothing.
    """
    made = _instance(schema) if schema is not None else None
    dumped = made.dump(values) if made is not None and values else (values or {})
    return Form(values=dict(_flat(dumped, "")), labels=labels_of(made) if made is not None else {})


def read_form(
    schema: Schema | type[Schema],
    sent: MultiDict[str, str],
    files: MultiDict[str, FileStorage] | None = None,
) -> Form:
    """Load what was sent; empty and blank texts count as missing, files without a name too.

    Nothing is lost: ``values`` keeps every text as typed, also when it cannot be loaded.
    """
    made = _instance(schema)
    values = _values(made, sent)
    tree: dict[str, Any] = {}
    for name, value in values.items():
        kept = [text for text in value if text.strip()] if isinstance(value, list) else value
        if kept if isinstance(kept, list) else kept.strip():
            _plant(tree, name.split("."), kept)
    for name, upload in (files or MultiDict()).items(multi=True):
        if upload.filename:
            _plant(tree, name.split("."), upload)
    loadable, rows = _fit(made.fields, tree, "")
    labels = labels_of(made)
    try:
        data = made.load(loadable)
    except ValidationError as error:
        return Form(values, dict(_messages(error.messages, "", rows)), {}, labels)
    return Form(values, {}, data, labels)


def _instance(schema: Schema | type[Schema]) -> Schema:
    return schema if isinstance(schema, Schema) else schema()


def _values(schema: Schema, sent: MultiDict[str, str]) -> dict[str, Value]:
    """Keep a list for fields that take several values, else the last one sent."""
    values: dict[str, Value] = {}
    for name in sent:
        if name in TOKENS:
            continue
        several = _takes_several(schema, name.split("."))
        values[name] = sent.getlist(name) if several else sent.getlist(name)[-1]
    return values


def _takes_several(schema: Schema, steps: list[str]) -> bool:
    known = {found.data_key or name: found for name, found in schema.fields.items()}
    here = known.get(steps[0])
    rest = [step for step in steps[1:] if not step.isdigit()]
    if isinstance(here, fields.List):
        if not rest:
            return len(steps) == 1
        here = here.inner
    if isinstance(here, fields.Dict) and rest:
        return isinstance(here.value_field, fields.List)
    return isinstance(here, fields.Nested) and bool(rest) and _takes_several(here.schema, rest)


def _plant(tree: dict[str, Any], steps: list[str], value: object) -> None:
    """Put a value at its dotted place; a name that is both a value and a branch keeps the value aside."""
    for step in steps[:-1]:
        branch = tree.setdefault(step, {})
        if not isinstance(branch, dict):
            return
        tree = branch
    if not isinstance(tree.get(steps[-1]), dict):
        tree[steps[-1]] = value


def _fit(
    known: Mapping[str, fields.Field[Any]], tree: dict[str, Any], path: str
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Turn numbered branches into lists where the schema has a list, and remember which row was which.

    Returns the loadable tree and, per dotted name of a list, the row names in the order of the list.
    """
    by_key = {found.data_key or name: found for name, found in known.items()}
    fitted: dict[str, Any] = {}
    rows: dict[str, list[str]] = {}
    for key, value in tree.items():
        here, name = by_key.get(key), f"{path}{key}"
        if isinstance(here, fields.Nested) and not here.many and isinstance(value, dict):
            fitted[key], below = _fit(here.schema.fields, value, f"{name}.")
            rows |= below
        elif isinstance(value, dict) and isinstance(here, fields.List) and all(k.isdigit() for k in value):
            order = sorted(value, key=lambda k: (len(k), k))
            rows[name] = order
            fitted[key] = []
            for row in order:
                inner = value[row]
                if isinstance(here.inner, fields.Nested) and isinstance(inner, dict):
                    inner, below = _fit(here.inner.schema.fields, inner, f"{name}.{row}.")
                    rows |= below
                fitted[key].append(inner)
        else:
            fitted[key] = value
    return fitted, rows


def _messages(found: object, path: str, rows: Mapping[str, list[str]]) -> Iterable[tuple[str, str]]:
    """Walk marshmallow's messages and give (form name, first message) pairs."""
    if isinstance(found, dict):
        for key, below in found.items():
            if key == "_schema":
                step = path
            elif path and key in ("key", "value") and isinstance(below, list):
                step = path  # the two halves of a mapping's entry share the entry's field
            elif isinstance(key, int):  # a row has a field of its own, one of several choices has not
                step = f"{path}.{rows[path][key]}" if path in rows else path
            else:
                step = f"{path}.{key}" if path else str(key)
            yield from _messages(below, step, rows)
    elif isinstance(found, list):
        for message in found[:1]:
            yield from _messages(message, path, rows)
    else:
        yield path, str(found)


def _flat(value: object, path: str) -> Iterable[tuple[str, Value]]:
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _flat(below, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        if value and isinstance(value[0], Mapping):
            for row, below in enumerate(value):
                yield from _flat(below, f"{path}.{row}")
        else:
            yield path, [str(item) for item in value]
    elif isinstance(value, bool):
        yield path, "ja" if value else ""
    elif value is not None:
        yield path, str(value)

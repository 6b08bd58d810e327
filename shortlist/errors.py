"""What can go wrong on purpose: errors with a Dutch message that a user can act on.

These are the only exceptions a use case raises deliberately. ``app.py`` maps them to pages and to
problem+json, ``cli.py`` maps them to exit codes; nothing else does.
"""

from collections.abc import Mapping, Sequence


class ShortlistError(Exception):
    """Base of every error with a message meant for a person (Dutch, one sentence with a remedy)."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadInput(ShortlistError):
    """Outside input that does not fit: names where (file, record, field) and how to mend it.

    ``where`` lists the steps to the place from outside in, e.g. ``("groepen.json", "groep g1", "alcohol")``.
    """

    def __init__(self, message: str, *, where: Sequence[str] = ()) -> None:
        super().__init__(": ".join([*where, message]))
        self.where = tuple(where)
        self.reason = message


class Refused(ShortlistError):
    """A use case declines: a rule of the house or of the field stands in the way.

    ``fields`` maps form field names to the message beside that field.
    """

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})


class NotFound(ShortlistError):
    """The thing asked for does not exist, or not within what the actor may see (told alike on purpose)."""


class Forbidden(ShortlistError):
    """The actor's roles or stadsdelen do not allow this."""


class Broken(ShortlistError):
    """Something of our own is unusable (a rules file, a setting, a database): stops the start."""

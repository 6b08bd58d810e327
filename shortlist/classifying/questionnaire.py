"""The questionnaire: which items there are, what can be answered, and what an answer sheet must satisfy."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType

from shortlist.errors import BadInput

ONBEKEND = "onbekend"
"""Nobody knows; the same as leaving an item out."""

GEEN_AANWIJZING = "geen_aanwijzing"
"""Looked for, no sign of it: unknown for the exact outcome, *nooit* for the provisional one."""

_NEVER_ASKED = re.compile(
    r"\b(?:etni|ras\b|huidskleur|afkomst|herkomst|migratie|nationalit|geloof|religi|gezondheid|ziek|gezin"
    r"|famili|schuld(?:en)?\b|woonadres|woonplaats|woont\b)"
)
"""Beginnings of words that would ask what no question may ask: descent, faith, health, family, debts, residence."""

Answer = str | int
Answers = Mapping[str, Answer]
"""Item id → value of its scale, whole number, ``onbekend`` or ``geen_aanwijzing``; absent is onbekend."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule comes from: a source and the place in it."""

    source: str
    locator: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """What an item can be answered with: ``values`` low to high, or a whole number between two bounds."""

    id: str
    label: str
    values: tuple[str, ...]
    words: Mapping[str, str]
    no_sign: bool = False
    minimum: int | None = None
    maximum: int | None = None

    @property
    def is_number(self) -> bool:
        """Whether answers are whole numbers."""
        return self.maximum is not None

    @property
    def allowed(self) -> tuple[str, ...]:
        """Every word that can be answered, with the ways not to know."""
        return (*self.values, *((GEEN_AANWIJZING,) if self.no_sign else ()), ONBEKEND)


@dataclass(frozen=True, slots=True)
class Item:
    """One question. ``label`` is short, for sentences; ``question`` is what a form asks."""

    id: str
    block: str
    label: str
    question: str
    scale: Scale
    help: str = ""

    @property
    def forbidden_word(self) -> str:
        """The first word that shows a question that may never be asked; empty when there is none."""
        text = " ".join((self.id, self.label, self.question)).replace("_", " ").lower()
        found = _NEVER_ASKED.search(text)
        return re.split(r"\W", text[found.start() :], maxsplit=1)[0] if found else ""


@dataclass(frozen=True, slots=True)
class Block:
    """Items that belong together on the form."""

    id: str
    label: str
    items: tuple[Item, ...]
    because: tuple[Citation, ...]
    help: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """Two number items of which the first may not be larger than the second."""

    low: str
    high: str
    text: str


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """All blocks and items in the order of the form."""

    name: str
    title: str
    about: str
    valid_from: date
    valid_until: date | None
    blocks: tuple[Block, ...]
    scales: Mapping[str, Scale]
    orders: tuple[Order, ...]
    unknown_words: Mapping[str, str]
    items: Mapping[str, Item] = field(init=False)
    _words: Mapping[str, frozenset[str]] = field(init=False, repr=False, compare=False)
    """Item → every word it can be answered with."""

    def __post_init__(self) -> None:
        items = {item.id: item for block in self.blocks for item in block.items}
        object.__setattr__(self, "items", MappingProxyType(items))
        object.__setattr__(
            self, "_words", {name: frozenset(one.scale.allowed) for name, one in items.items()}
        )

    def word(self, item: str, answer: Answer) -> str:
        """Return the Dutch word for an answer."""
        if isinstance(answer, int):
            return str(answer)
        return self.unknown_words.get(answer) or self.items[item].scale.words.get(answer, answer)

    def in_order(self, items: Iterable[str]) -> tuple[str, ...]:
        """Return items in the order of the form."""
        wanted = set(items)
        return tuple(item for item in self.items if item in wanted)

    def check(self, answers: Mapping[str, object], *, where: tuple[str, ...] = ()) -> dict[str, Answer]:
        """Return the answers when every item and value exists and the numbers fit together.

        Raises :class:`BadInput` for the first fault, with ``where``, the item and what is allowed.
        """
        faults = self.faults(answers)
        for item, fault in faults.items():
            raise BadInput(fault, where=(*where, item))
        return {item: value for item, value in answers.items() if isinstance(value, (str, int))}

    def faults(self, answers: Mapping[str, object]) -> dict[str, str]:
        """Return per item what is wrong with its answer and how to mend it; empty when all is well."""
        faults = {}
        words = self._words
        for item, value in answers.items():
            if isinstance(value, str) and item in words and value in words[item]:
                continue
            fault = self._fault(item, value)
            if fault:
                faults[item] = fault
        for order in self.orders:
            low, high = answers.get(order.low), answers.get(order.high)
            if (
                {order.low, order.high} & faults.keys()
                or not isinstance(low, int)
                or not isinstance(high, int)
            ):
                continue
            if low > high:
                faults[order.low] = (
                    f"{low} is meer dan {order.high} ({high}), maar {order.text}. Verbeter een van de twee."
                )
        return faults

    def _fault(self, item: str, value: object) -> str:
        if item not in self.items:
            near = get_close_matches(item, self.items, 1, 0.5)
            hint = f"Bedoelt u '{near[0]}'?" if near else f"Bestaande vragen: {', '.join(self.items)}."
            return f"deze vraag bestaat niet. {hint}"
        scale = self.items[item].scale
        if value == ONBEKEND:
            return ""
        if scale.is_number:
            whole = isinstance(value, int) and not isinstance(value, bool)
            if whole and scale.minimum <= value <= scale.maximum:  # type: ignore[operator]  # bounds go together
                return ""
            return (
                f"{_shown(value)} kan niet. Geef een geheel getal van {scale.minimum} tot en met "
                f"{scale.maximum}, of '{ONBEKEND}'."
            )
        if isinstance(value, str) and value in scale.allowed:
            return ""
        near = get_close_matches(value, scale.allowed, 1) if isinstance(value, str) else []
        hint = f"Bedoelt u '{near[0]}'? " if near else ""
        return f"{_shown(value)} kan niet. {hint}Toegestaan: {', '.join(scale.allowed)}."


def _shown(value: object) -> str:
    """Return a value as the user wrote it, cut when long."""
    text = "null" if value is None else f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "…'"

"""The questionnaire as a form asks it: per question the choices, and what is already known beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shortlist.classifying.frequency import DerivedFrequency
from shortlist.classifying.perspectives import Compared, Given
from shortlist.classifying.questionnaire import ONBEKEND, Answer, Item, Questionnaire
from shortlist.classifying.sightings import Sighting, evidence, flagged
from shortlist.showing.words import datum, hoofdletter, lijst

TO_JIT = "jit"
"""The choice that puts a difference on the JIT's agenda."""
OTHER_NUMBER = "anders"
"""The choice of a number that neither of the two gave."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question with what a person can choose and what is known already."""

    item: str
    question: str
    label: str
    is_number: bool
    options: tuple[tuple[str, str], ...]
    """(value, Dutch word); empty for a number that is typed."""
    hint: str = ""
    proposal: str = ""
    """What the observations suggest and which they are; empty without any."""
    warning: str = ""
    """What makes the proposal weaker than it looks."""
    previous: str = ""
    """The answer of the last assessment."""
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A block of questions."""

    id: str
    label: str
    help: str
    questions: tuple[Question, ...]

    @property
    def done(self) -> bool:
        """Whether every question of the block was answered, *weet ik niet* included."""
        return all(question.answered for question in self.questions)


def sections(
    paper: Questionnaire,
    *,
    own: Mapping[str, Given],
    proposals: Mapping[str, DerivedFrequency],
    sightings: Mapping[UUID, Sighting],
    previous: Mapping[str, Answer],
    previous_on: date | None,
) -> tuple[Section, ...]:
    """Return every block as one professional sees it."""

    def ask(item: Item) -> Question:
        proposal, before = proposals.get(item.id), previous.get(item.id, ONBEKEND)
        told, warning = _proposed(item, proposal, sightings, paper) if proposal else ("", "")
        return Question(
            item=item.id,
            question=item.question,
            label=item.label,
            is_number=item.scale.is_number,
            options=_options(item, paper),
            hint=item.help,
            proposal=told,
            warning=warning,
            previous=(
                f"Vorige keer ({datum(previous_on)}): {paper.word(item.id, before)}."
                if previous_on and before != ONBEKEND
                else ""
            ),
            answered=item.id in own,
        )

    return tuple(
        Section(block.id, block.label, block.help, tuple(ask(item) for item in block.items))
        for block in paper.blocks
    )


def first_values(
    paper: Questionnaire,
    *,
    own: Mapping[str, Given],
    proposals: Mapping[str, DerivedFrequency],
    previous: Mapping[str, Answer],
) -> dict[str, str]:
    """Return what a form starts with: one's own answer, else the proposal, else the answer to begin from."""
    values = {}
    for item in paper.items.values():
        given, proposal = own.get(item.id), proposals.get(item.id)
        answer: Answer = ONBEKEND
        if given is not None:
            answer = given.answer
        elif proposal is not None and proposal.value is not None:
            answer = proposal.value
        else:
            answer = previous.get(item.id, ONBEKEND)
        values[item.id] = "" if item.scale.is_number and answer == ONBEKEND else str(answer)
    return values


def read_answer(item: Item | None, typed: str) -> Answer:
    """Turn what was typed or chosen into an answer; what cannot be read stays text, for the check to refuse."""
    typed = typed.strip()
    if not typed:
        return ONBEKEND
    if item is not None and item.scale.is_number and len(typed) <= 6:
        try:
            return int(typed)
        except ValueError:
            return typed
    return typed


def _options(item: Item, paper: Questionnaire) -> tuple[tuple[str, str], ...]:
    if item.scale.is_number:
        return ()
    return tuple((value, paper.word(item.id, value)) for value in item.scale.allowed)


def _proposed(
    item: Item, proposal: DerivedFrequency, sightings: Mapping[UUID, Sighting], paper: Questionnaire
) -> tuple[str, str]:
    """Return the proposal with the observations behind it, and the warning beside it."""
    counted = _seen((one.source for one in proposal.rests_on), sightings)
    flags = lijst(flagged(proposal))
    if proposal.value is None:
        aside = _seen((one.source for one in proposal.set_aside), sightings)
        return (f"Geen voorstel. {hoofdletter(evidence(aside))}." if aside else ""), flags
    return f"Voorstel: {paper.word(item.id, proposal.value)}. {hoofdletter(evidence(counted))}.", flags


def _seen(sources: Iterable[str], sightings: Mapping[UUID, Sighting]) -> list[Sighting]:
    ids = dict.fromkeys(UUID(source) for source in sources)
    return [sightings[one] for one in ids if one in sightings]


# --- together ---


@dataclass(frozen=True, slots=True)
class Side:
    """One item with what each said and what counts, as the page about both views shows it."""

    item: str
    label: str
    question: str
    block: str
    said: tuple[tuple[str, str, str], ...]
    """(perspective, word of its answer, note), every perspective of the round."""
    agreement: str
    counts: str
    """The word of the answer that counts; empty while a difference is open."""
    how: str
    """Who settled it and why; empty when nobody had to."""
    for_jit: bool
    settled: bool
    is_number: bool
    options: tuple[tuple[str, str], ...]
    """What the two can choose."""
    chosen: str
    """The choice made before."""
    reason: str


def side_by_side(
    compared: Sequence[Compared], perspectives: Sequence[str], paper: Questionnaire
) -> tuple[Side, ...]:
    """Return every item with both views, in the order of the form."""
    blocks = {block.id: block.label for block in paper.blocks}
    return tuple(_side(one, perspectives, blocks, paper) for one in compared)


def _side(
    one: Compared, perspectives: Sequence[str], blocks: Mapping[str, str], paper: Questionnaire
) -> Side:
    item = paper.items[one.item]
    unknown = paper.word(item.id, ONBEKEND)
    said = tuple(
        (
            name,
            paper.word(item.id, one.views[name].answer) if name in one.views else unknown,
            one.views[name].note if name in one.views else "",
        )
        for name in perspectives
    )
    together = one.together
    return Side(
        item=item.id,
        label=item.label,
        question=item.question,
        block=blocks[item.block],
        said=said,
        agreement=one.agreement.value,
        counts=paper.word(item.id, one.answer) if one.settled else "",
        how=f"{together.by}, {datum(together.at)}: {together.note}" if together else "",
        for_jit=bool(together and together.for_jit),
        settled=one.settled,
        is_number=item.scale.is_number,
        options=_choices(one, item, paper),
        chosen=_chosen(one, item),
        reason=together.note if together else "",
    )


def _choices(one: Compared, item: Item, paper: Questionnaire) -> tuple[tuple[str, str], ...]:
    def by(answer: str) -> str:
        names = [name for name, given in one.views.items() if str(given.answer) == answer]
        return f" ({lijst(names)})" if names else ""

    if item.scale.is_number:
        numbers = sorted({given.answer for given in one.views.values() if isinstance(given.answer, int)})
        found = [(str(number), f"{number}{by(str(number))}") for number in numbers]
        found += [(OTHER_NUMBER, "een ander aantal"), (ONBEKEND, paper.word(item.id, ONBEKEND))]
    else:
        found = [(value, f"{paper.word(item.id, value)}{by(value)}") for value in item.scale.allowed]
    return (*found, (TO_JIT, "niet uitgekomen: op de agenda van het JIT"))


def _chosen(one: Compared, item: Item) -> str:
    if one.together is None:
        return ""
    if one.together.for_jit:
        return TO_JIT
    answer = str(one.together.answer)
    if not item.scale.is_number or answer == ONBEKEND:
        return answer
    return answer if answer in {str(given.answer) for given in one.views.values()} else OTHER_NUMBER

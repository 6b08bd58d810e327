"""The national counts of youth groups (``rules/national-counts.yaml``): context with its caveats, never a yardstick."""

from collections.abc import Mapping
from dataclasses import dataclass

from shortlist.classifying.condition_files import citations
from shortlist.classifying.questionnaire import Citation
from shortlist.storing.dated_yaml import Document, Problem


@dataclass(frozen=True, slots=True)
class CountedYear:
    """How many groups of each kind were counted in the autumn of a year."""

    year: int
    counts: Mapping[str, int]
    because: tuple[Citation, ...]

    @property
    def total(self) -> int:
        """All kinds together."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Caveat:
    """A reason why the counts cannot simply be compared."""

    text: str
    because: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class NationalCounts:
    """The counts by year, oldest first, and what to keep in mind."""

    title: str
    about: str
    classes: tuple[str, ...]
    years: tuple[CountedYear, ...]
    caveats: tuple[Caveat, ...]


def read_national_counts(document: Document, problems: list[Problem]) -> NationalCounts:
    """Return the counts in a document; adds a kind that is not counted, a year given twice or a lost source."""
    data = document.data
    classes = tuple(data["classes"])
    seen: set[int] = set()
    for place, one in enumerate(data["years"]):
        if set(one["counts"]) != set(classes):
            problems.append(
                document.problem(
                    f"het jaar {one['year']} telt niet precies de soorten van 'classes'.",
                    f"geef voor elk een aantal: {', '.join(classes)}.",
                    "years",
                    place,
                    "counts",
                )
            )
        if one["year"] in seen:
            problems.append(
                document.problem(
                    f"het jaar {one['year']} staat er twee keer in.",
                    "verwijder er een.",
                    "years",
                    place,
                    "year",
                )
            )
        seen.add(one["year"])
    return NationalCounts(
        title=data["title"],
        about=data.get("about", ""),
        classes=classes,
        years=tuple(
            CountedYear(
                one["year"],
                {name: one["counts"].get(name, 0) for name in classes},
                citations(document, one["because"], problems, "years", place, "because"),
            )
            for place, one in sorted(enumerate(data["years"]), key=lambda pair: pair[1]["year"])
        ),
        caveats=tuple(
            Caveat(one["text"], citations(document, one["because"], problems, "caveats", place, "because"))
            for place, one in enumerate(data["caveats"])
        ),
    )

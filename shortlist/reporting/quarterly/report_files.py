"""The quarterly report as CSV and XLSX; what is hidden on the page is hidden here too."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from shortlist.reporting.quarterly.quarter import Figure
from shortlist.reporting.quarterly.work import Report

HIDDEN = "niet getoond"
_HEAD = ("Hoofdstuk", "Cijfer", "Niveau", "Eenheid")


def lines(report: Report) -> Iterator[list[Any]]:
    """Yield the report as lines: a head, then one line per figure, row of a table, target and point of a trend.

    What is known of the city only has nothing in the columns of the stadsdelen.
    """
    city_only = [""] * len(report.stadsdelen)
    yield [*_HEAD, *map(_plain, report.stadsdelen), "Stad"]
    for figure in report.figures:
        yield [figure.chapter, _label(figure), figure.level, figure.unit, *map(_value, figure.values)]
    for chapter, title, level, table in report.tables:
        for name, values in zip(table.rows, table.values, strict=True):
            yield [chapter, _plain(f"{title}: {name}"), level, "aantal", *map(_value, values)]
    for one in report.targets:
        target = one.target
        label = _plain(f"{target.text} ({target.base_year})")
        yield ["Doelen", label, "stad", "% verschil", *city_only, _value(one.change_percent)]
    for title, points in report.trends:
        for name, count, _ in points:
            yield ["Verloop", _plain(f"{title}, {name}"), "stad", "aantal", *city_only, _value(count)]
    looked = {name: hours for _, points in report.trends for name, _, hours in points if hours is not None}
    for name, hours in sorted(looked.items()):
        yield ["Verloop", f"Uren bij groepen, {name}", "stad", "uur", *city_only, _value(round(hours, 1))]


def _label(figure: Figure) -> str:
    return _plain(f"{figure.label} ({figure.note})" if figure.note else figure.label)


def _plain(text: str) -> str:
    """Keep a spreadsheet from taking a name for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t" else text


def _value(value: float | None) -> Any:
    if value is None:
        return HIDDEN
    return int(value) if value == int(value) else value


def as_csv(report: Report) -> bytes:
    """Write the report as CSV with semicolons and a byte-order mark, as Dutch spreadsheets expect."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for line in lines(report):
        writer.writerow([str(cell).replace(".", ",") if isinstance(cell, float) else cell for cell in line])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(report: Report) -> bytes:
    """Write the report as a workbook: the figures, and the trends on a second sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 — a new workbook always has a sheet; this tells the type checker
    sheet.title = f"Kwartaal {report.quarter}"
    for line in lines(report):
        sheet.append(line)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "C2"
    for number in range(1, sheet.max_column + 1):
        sheet.column_dimensions[get_column_letter(number)].width = (
            (24, 52, 12, 10)[number - 1] if number < 5 else 13
        )
    trend = book.create_sheet("Verloop")
    trend.append(["Wat", "Kwartaal", "Aantal", "Uren bij groepen"])
    for title, points in report.trends:
        for name, count, hours in points:
            trend.append([title, name, count, hours])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()

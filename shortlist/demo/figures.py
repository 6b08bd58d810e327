"""Reports by residents and police figures of Waterveen over two years, taken in as on the page. All made up."""

from datetime import datetime, timedelta
from random import Random

from sqlmodel import Session

from shortlist.demo.work import Waterveen
from shortlist.guarding.roles import Role
from shortlist.reporting.sources.figure_files import Offences, Reported
from shortlist.reporting.sources.work import take_offences, take_reports

_CRIMES = ("2.2.1", "3.7.1", "1.2.3")


def take_figures(city: Waterveen, *, now: datetime, session: Session) -> None:
    """Take in about a report every two days per stadsdeel, and three kinds of offences a month."""
    random = Random(2025)  # noqa: S311 — made-up figures must be the same each time
    admin = city.actor(next(w for w in city.staff if w.role is Role.BEHEERDER))
    days = (now.date() - now.date().replace(year=now.year - 1, month=1, day=1)).days
    reports: list[Reported] = []
    for number, area in enumerate(city.areas):
        for day in range(1, days):
            share = (0.35 + 0.08 * number) * (1.0 - 0.2 * (days - day) / days if number % 2 else 1.0)
            if random.random() < share:
                at = now - timedelta(days=day, minutes=random.randrange(600))
                row = len(reports) + 1
                reports.append(Reported(row, "csv", f"WV-{row}", at, "jongerenoverlast", None, area))
    take_reports(reports, [], actor=admin, now=now, session=session)
    areas = {f"BU9999{number:02}01": area for number, area in enumerate(city.areas)}
    months = [(now.year - 1, month) for month in range(1, 13)] + [
        (now.year, month) for month in range(1, now.month)
    ]
    offences = [
        Offences(
            1, area, crime, f"{year}MM{month:02}", random.randrange(4, 22) + (2 if year < now.year else 0)
        )
        for area in areas
        for crime in _CRIMES
        for year, month in months
    ]
    take_offences(offences, [], areas, actor=admin, now=now, session=session)

"""Charts as SVG text, made on the server: bars, a series with the effort behind it, a week of teams.

Horizontal positions are percentages and vertical ones pixels, so that a chart fits a phone and a desk without
shrinking its letters. Colours come from ``static/css/figures.css`` by class; nothing is styled inline. Each
picture has a title and a description for who cannot see it; the macro ``figures.chart`` puts the same numbers
in a table beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup, escape

from shortlist.showing.presentation import presented
from shortlist.showing.words import AMSTERDAM, DAYS, LEVELS, getal, tijd

_ROW = 44
_LANE = 40


@dataclass(frozen=True)
class Block:
    """A stretch of time in a week timeline.

    ``label`` is said in full when pointed at; ``sign`` (two or three characters) is drawn in the block;
    ``series`` is a whole number 1-8 that picks the colour.
    """

    start: datetime
    end: datetime
    label: str = ""
    sign: str = ""
    series: int = 1


def level_bars(level: str) -> Markup:
    """Draw a level of a duiding theme as three small bars; purely decoration beside the word."""
    filled = LEVELS.index(level) + 1 if level in LEVELS else 0
    bars = "".join(
        f'<rect class="sl-level__bar{" sl-level__bar--on" if step < filled else ""}" '
        f'x="{step * 7}" y="{10 - step * 4}" width="5" height="{6 + step * 4}"/>'
        for step in range(3)
    )
    return presented(  # built from numbers only
        f'<svg class="sl-level" viewBox="0 0 19 16" width="19" height="16" aria-hidden="true" '
        f'focusable="false">{bars}</svg>'
    )


def bar_chart(
    title: str,
    pairs: Sequence[tuple[str, float]],
    *,
    id: str,  # noqa: A002 — it is the HTML attribute of that name
    unit: str = "",
    description: str = "",
) -> Markup:
    """Draw horizontal bars in the order given, each with its label and value above it."""
    top = max((value for _, value in pairs), default=0) or 1
    body = ""
    for row, (label, value) in enumerate(pairs):
        y = row * _ROW
        body += (
            f'<text class="sl-chart__label" x="0" y="{y + 15}">{escape(label)}</text>'
            f'<text class="sl-chart__value" x="100%" y="{y + 15}">{escape(_amount(value, unit))}</text>'
            f'<rect class="sl-chart__track" x="0" y="{y + 22}" width="100%" height="12"/>'
            f'<rect class="sl-chart__bar" x="0" y="{y + 22}" width="{_percent(value / top)}" height="12"/>'
        )
    told = description or _list_of(pairs, unit)
    return _picture(id, title, told, max(len(pairs), 1) * _ROW - 8, body)


def time_series(
    title: str,
    points: Sequence[tuple[str, float, float | None]],
    *,
    id: str,  # noqa: A002 — it is the HTML attribute of that name
    count_name: str = "waarnemingen",
    effort_name: str = "uren inzet",
    description: str = "",
    bands: Sequence[tuple[int, int, str]] = (),
) -> Markup:
    """Draw counts per period as columns with, below them, the effort of the same periods.

    ``bands`` are (first, last, name) of stretches of periods that are to be told apart, by number from 0.

    ``points`` are (label of the period, count, effort). The effort stands beside the counts because more
    looking gives more counts; each of the two has its own scale, written at its top.
    """
    count_top = max((count for _, count, _ in points), default=0) or 1
    efforts = [effort for _, _, effort in points if effort is not None]
    effort_top = max(efforts, default=0) or 1
    slot = 100 / max(len(points), 1)
    upper, lower = 118, 44
    base = 22 + upper + (18 if bands else 0)
    second = base + 30 + lower
    body = ""
    for place, (first, last, name) in enumerate(bands):
        x = _number(first * slot)
        if place % 2:  # every other stretch is shaded
            body += (
                f'<rect class="sl-week__day" x="{x}%" y="18" width="{_number((last - first + 1) * slot)}%" '
                f'height="{second - 18}"/>'
            )
        body += f'<text class="sl-chart__tick" x="{x}%" dx="4" y="32">{escape(name)}</text>'
    body += (
        f'<text class="sl-chart__axis" x="0" y="12">{escape(count_name)}, hoogste '
        f"{escape(getal(count_top))}</text>"
        f'<line class="sl-chart__rule" x1="0" x2="100%" y1="{base}" y2="{base}"/>'
    )
    every = max(1, -(-len(points) // 6))
    for step, (label, count, effort) in enumerate(points):
        x, width = _number(step * slot + slot * 0.12), _number(slot * 0.76)
        high = round(upper * count / count_top)
        body += (
            f'<rect class="sl-chart__bar" x="{x}%" y="{base - high}" width="{width}%" height="{high}"/>'
            if high
            else ""
        )
        if effort:
            tall = max(1, round(lower * effort / effort_top))
            body += (
                f'<rect class="sl-chart__effort" x="{x}%" y="{second - tall}" width="{width}%" '
                f'height="{tall}"/>'
            )
        if step % every == 0:
            body += (
                f'<text class="sl-chart__tick" x="{_number(step * slot)}%" y="{second + 16}">'
                f"{escape(label)}</text>"
            )
    if efforts:
        body += (
            f'<text class="sl-chart__axis" x="0" y="{base + 20}">{escape(effort_name)}, hoogste '
            f"{escape(getal(effort_top))}</text>"
        )
    body += f'<line class="sl-chart__rule" x1="0" x2="100%" y1="{second}" y2="{second}"/>'
    told = description or (
        f"{count_name} per periode: {_list_of([(label, count) for label, count, _ in points], '')}"
    )
    return _picture(id, title, told, second + 22, body)


def interval_chart(
    title: str,
    rows: Sequence[tuple[str, float | None, float | None, float | None]],
    *,
    id: str,  # noqa: A002 — it is the HTML attribute of that name
    axis: tuple[float, float] = (0, 1),
    marks: Sequence[float] = (),
    description: str = "",
) -> Markup:
    """Draw per row a value as a dot on an axis with its margin as a bar behind it.

    ``rows`` are (label, value, low, high), in the order given; without a value only the label and the axis are
    drawn. ``marks`` are stripes to compare with, one per row or none. What lies outside the axis is drawn at its end.
    """

    def share(value: float) -> float:
        return min(1.0, max(0.0, (value - axis[0]) / (axis[1] - axis[0])))

    body = ""
    for row, (label, value, low, high) in enumerate(rows):
        y = row * _ROW
        said = "geen uitspraak" if value is None else getal(round(value, 2))
        if value is not None and low is not None and high is not None:
            said += f" ({getal(round(low, 2))} tot {getal(round(high, 2))})"
        body += (
            f'<text class="sl-chart__label" x="0" y="{y + 15}">{escape(label)}</text>'
            f'<text class="sl-chart__value" x="100%" y="{y + 15}">{escape(said)}</text>'
            f'<rect class="sl-chart__track" x="0" y="{y + 22}" width="100%" height="12"/>'
        )
        if low is not None and high is not None:
            body += (
                f'<rect class="sl-chart__margin" x="{_percent(share(low))}" y="{y + 22}" '
                f'width="{_percent(share(high) - share(low))}" height="12"/>'
            )
        if value is not None:
            body += f'<circle class="sl-chart__dot" cx="{_percent(share(value))}" cy="{y + 28}" r="6"/>'
        if marks:
            at = _percent(share(marks[row]))
            body += f'<line class="sl-chart__mark" x1="{at}" x2="{at}" y1="{y + 19}" y2="{y + 37}"/>'
    foot = len(rows) * _ROW + 6
    body += (
        f'<text class="sl-chart__axis" x="0" y="{foot}">{escape(getal(axis[0]))}</text>'
        f'<text class="sl-chart__axis sl-chart__axis--end" x="100%" y="{foot}">{escape(getal(axis[1]))}</text>'
    )
    told = description or _list_of(
        [(label, round(value, 2)) for label, value, _, _ in rows if value is not None], ""
    )
    return _picture(id, title, told, foot + 6, body)


def flow_chart(
    title: str,
    flows: Sequence[tuple[str, str, float]],
    *,
    id: str,  # noqa: A002 — it is the HTML attribute of that name
    before: str = "nu",
    after: str = "straks",
    description: str = "",
) -> Markup:
    """Draw what goes from where to where: states on the left and right, bands as thick as their number between them.

    ``flows`` are (from, to, number) in the order in which the states stand from top to bottom; what stays the
    same is grey, what changes has a colour.
    """
    whole = sum(number for _, _, number in flows) or 1
    left, right = _stacks(flows, 0, whole), _stacks(flows, 1, whole)
    height = 26 + max(_foot(left), _foot(right))
    body = (
        f'<text class="sl-chart__axis sl-chart__axis--end" x="35%" y="12">{escape(before)}</text>'
        f'<text class="sl-chart__axis" x="65%" y="12">{escape(after)}</text>'
    )
    bands = ""
    out = {name: top for name, (top, _, _) in left.items()}
    into = {name: top for name, (top, _, _) in right.items()}
    for start, end, number in flows:
        thick = _FLOW_HEIGHT * number / whole
        y1, y2 = out[start], into[end]
        out[start], into[end] = y1 + thick, y2 + thick
        look = "stays" if start == end else "moves"
        bands += (
            f'<path class="sl-flow sl-flow--{look}" d="M0 {_number(y1)}C50 {_number(y1)} 50 {_number(y2)} '
            f"100 {_number(y2)}V{_number(y2 + thick)}C50 {_number(y2 + thick)} 50 {_number(y1 + thick)} "
            f'0 {_number(y1 + thick)}Z"><title>{escape(start)} → {escape(end)}: {escape(getal(number))}</title></path>'
        )
    body += (
        f'<svg x="37%" y="26" width="26%" height="{height - 26}" viewBox="0 0 100 {height - 26}" '
        f'preserveAspectRatio="none">{bands}</svg>'
    )
    for stack, x, edge, end in ((left, "35%", "36%", " sl-chart__axis--end"), (right, "65%", "63%", "")):
        for name, (top, tall, number) in stack.items():
            y = 26 + top
            body += (
                f'<text class="sl-flow__name{end}" x="{x}" y="{_number(y + 13)}">{escape(name)}</text>'
                f'<text class="sl-flow__name sl-flow__name--number{end}" x="{x}" y="{_number(y + 30)}">'
                f"{escape(getal(number))}</text>"
                f'<rect class="sl-chart__bar" x="{edge}" y="{_number(y)}" width="1%" height="{_number(tall)}"/>'
            )
    told = description or ", ".join(f"{start} naar {end} {getal(number)}" for start, end, number in flows)
    return _picture(id, title, told or "geen gegevens", round(height), body)


_FLOW_HEIGHT = 260
_FLOW_SLOT = 40
"""Room that a state takes at least, so that its name and number fit."""


def _stacks(
    flows: Sequence[tuple[str, str, float]], side: int, whole: float
) -> dict[str, tuple[float, float, float]]:
    """Return per state its top, its height (pixels) and its number, in the order in which the states first come."""
    sums: dict[str, float] = {}
    for flow in sorted(flows, key=lambda one: _first(flows, str(one[side]))):
        sums[str(flow[side])] = sums.get(str(flow[side]), 0) + flow[2]
    stacks, top = {}, 0.0
    for name, number in sums.items():
        tall = _FLOW_HEIGHT * number / whole
        stacks[name] = (top, tall, number)
        top += max(tall + 8, _FLOW_SLOT)
    return stacks


def _first(flows: Sequence[tuple[str, str, float]], name: str) -> tuple[int, int]:
    """Place a state by where it first stands on the left; one that is only on the right by its first arrival."""
    starts = [place for place, flow in enumerate(flows) if flow[0] == name]
    ends = [place for place, flow in enumerate(flows) if flow[1] == name]
    return (starts or ends)[0], 0 if starts else 1


def _foot(stacks: dict[str, tuple[float, float, float]]) -> float:
    return max((max(top + tall, top + _FLOW_SLOT) for top, tall, _ in stacks.values()), default=_FLOW_SLOT)


def week_timeline(
    title: str,
    start: datetime,
    lanes: Sequence[tuple[str, Sequence[Block]]],
    *,
    id: str,  # noqa: A002 — it is the HTML attribute of that name
    days: int = 7,
    description: str = "",
) -> Markup:
    """Draw teams under each other and time from left to right, in Dutch local days from ``start`` on."""
    first = start.astimezone(AMSTERDAM)
    midnights = [
        datetime.combine(first.date() + timedelta(days=day), datetime.min.time(), AMSTERDAM)
        for day in range(days + 1)
    ]
    origin, whole = midnights[0], (midnights[-1].timestamp() - midnights[0].timestamp()) or 1

    def share(moment: datetime) -> float:
        return min(1.0, max(0.0, (moment.timestamp() - origin.timestamp()) / whole))

    body, height = "", 28 + len(lanes) * (_LANE + 18)
    for day, midnight in enumerate(midnights[:-1]):
        left = share(midnight)
        if day % 2 == 0:
            body += (
                f'<rect class="sl-week__day" x="{_percent(left)}" y="0" '
                f'width="{_percent(share(midnights[day + 1]) - left)}" height="{height}"/>'
            )
        body += (
            f'<text class="sl-chart__tick" x="{_percent(left)}" dx="4" y="16">'
            f"{DAYS[midnight.weekday()][:2]} {midnight.day}</text>"
        )
    for lane, (name, blocks) in enumerate(lanes):
        y = 28 + lane * (_LANE + 18)
        body += (
            f'<line class="sl-chart__rule" x1="0" x2="100%" y1="{y}" y2="{y}"/>'
            f'<text class="sl-week__team" x="4" y="{y + 15}">{escape(name)}</text>'
        )
        for block in blocks:
            left, right = share(block.start), share(block.end)
            if right <= left:
                continue
            tip = f"{name}: {block.label} {tijd(block.start)}–{tijd(block.end)}".replace("  ", " ")
            body += (
                f'<svg x="{_percent(left)}" y="{y + 20}" '
                f'width="{_percent(right - left)}" height="{_LANE - 8}">'
                f"<title>{escape(tip)}</title>"
                f'<rect class="sl-week__block sl-series-{_series(block.series)}" '
                f'width="100%" height="100%" rx="2"/>'
                f'<text class="sl-week__label" x="50%" y="21">{escape(block.sign)}</text></svg>'
            )
    told = description or "; ".join(
        f"{name}: {len(blocks)} {'blok' if len(blocks) == 1 else 'blokken'}" for name, blocks in lanes
    )
    return _picture(id, title, told, height, body)


@dataclass(frozen=True)
class DayLane:
    """A shift on a day's timeline with its visits; ``key`` is what a visit dropped in it is told."""

    name: str
    key: str
    start: datetime
    end: datetime
    visits: Sequence[tuple[Block, str]]
    """Each visit with the address of its own page; empty when there is none to open."""


def day_timeline(
    title: str,
    lanes: Sequence[DayLane],
    *,
    id: str,  # noqa: A002 — it is the HTML attribute of that name
) -> Markup:
    """Draw shifts under each other with their visits at the minute; a script may let visits with an address be dragged.

    The picture says on itself what its edges are (``data-from``, ``data-until``: milliseconds since 1970) and on each
    lane which shift it is, so that a place in it can be read as a shift and a time.
    """
    first = min((lane.start for lane in lanes), default=datetime.fromtimestamp(0, AMSTERDAM)).timestamp()
    last = max((lane.end for lane in lanes), default=datetime.fromtimestamp(3600, AMSTERDAM)).timestamp()
    first, last = first // 3600 * 3600, -(-last // 3600) * 3600
    whole = last - first

    def share(moment: datetime) -> float:
        return min(1.0, max(0.0, (moment.timestamp() - first) / whole))

    body, height = "", 28 + len(lanes) * (_LANE + 18)
    for hour in range(int(whole // 3600)):
        at = datetime.fromtimestamp(first + hour * 3600, AMSTERDAM)
        tick = _percent(share(at))
        body += f'<line class="sl-chart__rule" x1="{tick}" x2="{tick}" y1="0" y2="{height}"/>'
        if hour % 2 == 0:
            body += f'<text class="sl-chart__tick" x="{tick}" dx="4" y="16">{tijd(at)}</text>'
    for number, lane in enumerate(lanes):
        y = 28 + number * (_LANE + 18)
        left, right = share(lane.start), share(lane.end)
        body += (
            f'<text class="sl-week__team" x="4" y="{y + 13}">{escape(lane.name)}</text>'
            f'<rect class="sl-day__shift" x="{_percent(left)}" y="{y + 18}" width="{_percent(right - left)}" '
            f'height="{_LANE - 4}" rx="2" data-shift="{escape(lane.key)}"/>'
        )
        for block, href in lane.visits:
            start, end = share(block.start), share(block.end)
            tip = f"{block.label}, {tijd(block.start)}–{tijd(block.end)}, {lane.name}"
            drawn = (
                f'<svg x="{_percent(start)}" y="{y + 20}" width="{_percent(end - start)}" height="{_LANE - 8}">'
                f"<title>{escape(tip)}</title>"
                f'<rect class="sl-week__block sl-series-{_series(block.series)}" width="100%" height="100%" rx="2"/>'
                f'<text class="sl-week__label" x="50%" y="21">{escape(block.sign)}</text></svg>'
            )
            body += (
                f'<a class="sl-day__visit" href="{escape(href)}" data-visit aria-label="{escape(tip)}">{drawn}</a>'
                if href
                else drawn
            )
    told = "; ".join(f"{lane.name}: {len(lane.visits)} bezoeken" for lane in lanes)
    edges = f'data-day data-from="{first * 1000:.0f}" data-until="{last * 1000:.0f}"'
    return _picture(id, title, told, height, body, edges, role="group")


def _series(number: int) -> int:
    return (number - 1) % 8 + 1


def _picture(
    picture_id: str, title: str, told: str, height: int, body: str, more: str = "", *, role: str = "img"
) -> Markup:
    return presented(  # every text in it went through escape above
        f'<svg class="sl-chart" width="100%" height="{height}" role="{role}" {more} '
        f'aria-labelledby="{escape(picture_id)}-title {escape(picture_id)}-told">'
        f'<title id="{escape(picture_id)}-title">{escape(title)}</title>'
        f'<desc id="{escape(picture_id)}-told">{escape(told)}</desc>{body}</svg>'
    )


def _amount(value: float, unit: str) -> str:
    return f"{getal(value)} {unit}".strip()


def _list_of(pairs: Sequence[tuple[str, float]], unit: str) -> str:
    return ", ".join(f"{label} {_amount(value, unit)}" for label, value in pairs) or "geen gegevens"


def _percent(share: float) -> str:
    return f"{_number(share * 100)}%"


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")

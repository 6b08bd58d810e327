"""What happens to the groups of an area from window to window: born, grows, shrinks, merges, splits, dies, mixes.

Communities are matched by overlap among the persons seen in both windows. A change counts only when it still holds one
window later; in the last window it is told as not yet confirmed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime

Members = Set[str]


@dataclass(frozen=True, slots=True)
class EventRules:
    """The part ``events`` of ``rules/networks.yaml``."""

    least_members: int
    part: float
    growth: float
    least_change: int
    memory: int


@dataclass(frozen=True, slots=True)
class Event:
    """One change; ``before`` and ``after`` name groups."""

    kind: str
    window: int
    at: datetime
    before: tuple[str, ...]
    after: tuple[str, ...]
    overlap: float
    """Jaccard overlap of the persons of both sides, 0 to 1; for mixing the share of gatherings together."""
    confirmed: bool
    gatherings: tuple[str, ...] = ()
    """The gatherings behind it, for mixing."""


@dataclass(slots=True)
class _Track:
    """A group through time."""

    id: str
    members: Members
    size: int
    window: int
    """When it was last seen."""
    first: int
    out_of: str = ""
    """The group that it split off from, when it began that way."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A change that waits for the next window."""

    event: Event
    froms: tuple[Members, ...]
    tos: tuple[Members, ...]
    size_before: int


@dataclass(slots=True)
class Follower:
    """Follows communities through the windows; feed the windows in order with :meth:`follow`, then :meth:`finish`."""

    rules: EventRules
    events: list[Event] = field(default_factory=list)
    _tracks: dict[str, _Track] = field(default_factory=dict)
    _waiting: list[_Change] = field(default_factory=list)
    _named: int = 0

    def known(self) -> Mapping[str, Members]:
        """Return the groups known so far with their persons, in order of appearance."""
        return {track.id: track.members for track in self._tracks.values()}

    def follow(self, window: int, at: datetime, found: Sequence[Members]) -> tuple[str, ...]:
        """Return a name per community of this window: that of the group that it continues, or a new one."""
        rules = self.rules
        self._confirm(found)
        seen = frozenset[str]().union(*found) if found else frozenset[str]()
        tracks = list(self._tracks.values())
        before = frozenset[str]().union(*(track.members for track in tracks)) if tracks else frozenset[str]()
        shared = _overlaps([track.members for track in tracks], found)
        forward = {pair: n / max(1, len(tracks[pair[0]].members & seen)) for pair, n in shared.items()}
        backward = {pair: n / max(1, len(found[pair[1]] & before)) for pair, n in shared.items()}
        enough = {pair for pair, n in shared.items() if n >= rules.least_members}
        into: dict[int, list[int]] = {j: [] for j in range(len(found))}
        out: dict[int, list[int]] = {i: [] for i in range(len(tracks))}
        for i, j in sorted(enough):
            if forward[i, j] >= rules.part:
                into[j].append(i)
            if backward[i, j] >= rules.part:
                out[i].append(j)
        names: dict[int, str] = {}
        continued: dict[int, int] = {}
        for i, j in sorted(shared, key=lambda pair: (-shared[pair], pair)):
            if i not in continued and j not in names and (i in into[j] or j in out[i]):
                names[j], continued[i] = tracks[i].id, j
        for j in range(len(found)):
            if j not in names:
                self._named += 1
                names[j] = f"g{self._named}"
        parents: dict[str, str] = {}
        changed_from: set[int] = set()
        changed_to: set[int] = set()
        if window > 0:
            for j, sources in into.items():
                if len(sources) > 1:
                    changed_from |= set(sources)
                    changed_to.add(j)
                    joined = _without_returned([tracks[i] for i in sources])
                    if len(joined) > 1:
                        self._note("merges", window, at, joined, [(names[j], found[j])])
            for i, parts in out.items():
                if len(parts) > 1:
                    parents |= {names[j]: tracks[i].id for j in parts if names[j] != tracks[i].id}
                    changed_from.add(i)
                    changed_to |= set(parts)
                    self._note("splits", window, at, [tracks[i]], [(names[j], found[j]) for j in parts])
            for i, j in continued.items():
                if i in changed_from or j in changed_to or tracks[i].window != window - 1:
                    continue
                kind = self._growth(tracks[i].size, len(found[j]))
                if kind:
                    self._note(kind, window, at, [tracks[i]], [(names[j], found[j])])
            for j in range(len(found)):
                if names[j] not in self._tracks and j not in changed_to:
                    self._note("born", window, at, [], [(names[j], found[j])])
            for i, track in enumerate(tracks):
                # What was there for one window only was never told to be born, so it does not die either.
                lasted = track.first == 0 or track.window > track.first
                gone = i not in continued and i not in changed_from and track.window == window - 1
                if gone and lasted:
                    self._note("dies", window, at, [track], [])
        for i, track in enumerate(tracks):
            if i in changed_from and i not in continued:
                del self._tracks[track.id]
        for j, members in enumerate(found):
            old = self._tracks.get(names[j])
            first = window if old is None else old.first
            parent = parents.get(names[j], "") if old is None else old.out_of
            self._tracks[names[j]] = _Track(names[j], members, len(members), window, first, parent)
        for name in [name for name, track in self._tracks.items() if window - track.window >= rules.memory]:
            del self._tracks[name]
        return tuple(names[j] for j in range(len(found)))

    def mixed(self, event: Event) -> None:
        """Add a mixing that was tested elsewhere; it stands on its own gatherings and needs no next window."""
        self.events.append(event)

    def finish(self, *, full: bool) -> tuple[Event, ...]:
        """Return all events by window; those of the last window stay unconfirmed.

        Unless that window was observed in ``full``, nothing is said of who is missing from it.
        """
        missing = () if full else ("dies", "shrinks")
        self.events += [waiting.event for waiting in self._waiting if waiting.event.kind not in missing]
        self._waiting = []
        return tuple(sorted(self.events, key=lambda event: event.window))

    def _growth(self, before: int, after: int) -> str:
        rules = self.rules
        if abs(after - before) < rules.least_change:
            return ""
        if after >= rules.growth * before:
            return "grows"
        return "shrinks" if after * rules.growth <= before else ""

    def _note(
        self,
        kind: str,
        window: int,
        at: datetime,
        before: Sequence[_Track],
        after: Sequence[tuple[str, Members]],
    ) -> None:
        one = frozenset[str]().union(*(track.members for track in before))
        other = frozenset[str]().union(*(members for _, members in after))
        overlap = len(one & other) / max(1, len(one | other))
        event = Event(
            kind, window, at, tuple(t.id for t in before), tuple(name for name, _ in after), overlap, False
        )
        self._waiting.append(
            _Change(
                event,
                tuple(track.members for track in before),
                tuple(members for _, members in after),
                sum(track.size for track in before),
            )
        )

    def _confirm(self, found: Sequence[Members]) -> None:
        """Keep the changes of the window before that still hold; forget the others."""
        where = {person: number for number, members in enumerate(found) for person in members}
        for waiting in self._waiting:
            if self._holds(waiting, found, where):
                old = waiting.event
                self.events.append(
                    Event(old.kind, old.window, old.at, old.before, old.after, old.overlap, True)
                )
        self._waiting = []

    def _holds(self, waiting: _Change, found: Sequence[Members], where: Mapping[str, int]) -> bool:
        kind = waiting.event.kind
        homes = [_home(members, where, self.rules) for members in waiting.froms]
        ends = [_home(members, where, self.rules) for members in waiting.tos]
        if kind == "merges":
            return homes[0] is not None and len(set(homes)) == 1
        if kind == "splits":
            known = [end for end in ends if end is not None]
            return len(known) > 1 and len(set(known)) == len(known)
        if kind == "born":
            return ends[0] is not None
        if kind == "dies":
            return homes[0] is None
        return ends[0] is not None and self._growth(waiting.size_before, len(found[ends[0]])) == kind


def _without_returned(tracks: Sequence[_Track]) -> list[_Track]:
    """Return one track per origin: what stood apart for one window and is back with its own is no second group."""
    origins: dict[str, _Track] = {}
    for track in tracks:
        apart = bool(track.out_of) and track.window == track.first
        origin = track.out_of if apart else track.id
        if origin not in origins or not apart:
            origins[origin] = track
    return list(origins.values())


def _overlaps(before: Sequence[Members], after: Sequence[Members]) -> dict[tuple[int, int], int]:
    where = {person: j for j, members in enumerate(after) for person in members}
    return {
        (i, j): n
        for i, members in enumerate(before)
        for j, n in sorted(Counter(where[person] for person in members if person in where).items())
    }


def _home(members: Members, where: Mapping[str, int], rules: EventRules) -> int | None:
    """Return the community in which most of these persons are now, or None when there is none."""
    counts = Counter(where[person] for person in members if person in where)
    if not counts:
        return None
    number, n = max(sorted(counts.items()), key=lambda item: item[1])
    seen = sum(counts.values())
    return number if n >= rules.least_members and n >= rules.part * seen else None

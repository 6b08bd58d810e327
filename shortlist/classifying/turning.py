"""What would turn an outcome: all smallest sets of answers that make another outcome certain, exactly.

A set is *smallest* when no set of fewer answers does it. An answer that leads to the same node of a diagram as
the present one is therefore never part of one, and the search can leave it out.

A list without unknown answers has a single way down the diagram, so that changes are side roads off that way; the
others follow the set of nodes where the unknown answers may lead. Sets of nodes are bit masks, bit ``n`` for node
``n``, and so are sets of outcomes.
"""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from shortlist.classifying.diagram import UNKNOWN, Diagram

Moves = tuple[tuple[int, int], ...]
"""``((variable, value), …)``, in variable order."""

Turn = tuple[Moves, int]
"""Moves, and the outcome that they make certain."""

Told = TypeVar("Told")


class Turning(Generic[Told]):
    """Finds the smallest changes on one diagram, and tells them in the caller's words (``tell``).

    What does not depend on the answers is prepared once, the words for single changes among it.
    """

    def __init__(self, diagram: Diagram, tell: Callable[[Turn], Told]) -> None:
        self.diagram = diagram
        self._tell = tell
        self._others = tuple(tuple(dict.fromkeys(below)) for below in diagram.children)
        self._level: dict[int, int] = {}
        for node in range(diagram.outcomes, len(diagram.variable)):
            at = diagram.variable[node]
            self._level[at] = self._level.get(at, 0) | 1 << node
        # Per node and present answer: the side roads, each with the values that take it; neighbours share one.
        self.roads = tuple(
            tuple(self._side_roads(below, code) for code in range(len(below))) for below in diagram.children
        )
        # A single move is found so often that the same object serves every time.
        ends = range(diagram.outcomes)
        self.single = {
            (at, value): tuple([(((at, value),), end) for end in ends])
            for at, nodes in self._level.items()
            for value in range(len(diagram.children[nodes.bit_length() - 1]))
        }
        told = {way: tuple([tell(turn) for turn in turns]) for way, turns in self.single.items()}
        # The same roads, with what to tell for each end.
        self._signs = tuple(
            tuple(
                tuple(
                    (road, tuple([[told[at, value][end] for value in values] for end in ends]))
                    for road, values in roads
                )
                for roads in self.roads[node]
            )
            for node, at in enumerate(diagram.variable)
        )

    @staticmethod
    def _side_roads(below: Sequence[int], code: int) -> tuple[tuple[int, tuple[int, ...]], ...]:
        roads: list[tuple[int, list[int]]] = []
        for value, child in enumerate(below):
            if child == below[code]:
                continue
            if roads and roads[-1][0] == child and roads[-1][1][-1] == value - 1:
                roads[-1][1].append(value)
            else:
                roads.append((child, [value]))
        return tuple([(child, tuple(values)) for child, values in roads])

    def smallest(self, codes: Sequence[int], *, known: bool, wanted: int, most: int) -> list[Told]:
        """Find all smallest sets of answers that make one of the ``wanted`` outcomes certain, in order.

        With ``known`` the known answers are changed; otherwise unknown ones are given. Answers left alone stay as
        they are, and unknown ones among them may turn out any way. At most ``most`` answers; empty when that is
        too few.
        """
        if not most:
            return []
        if known and UNKNOWN not in codes:
            told = self._off_the_way(codes, wanted)
            if told or most == 1:
                return told
            return [self._tell(turn) for turn in self._off_side_roads(codes, wanted, most)]
        return [self._tell(turn) for turn in self._among_unknown(codes, known, wanted, most)]

    def _off_the_way(self, codes: Sequence[int], wanted: int) -> list[Told]:
        """Tell the single changes of a complete list: each side road, followed to its end."""
        variable, children, leaves = self.diagram.variable, self.diagram.children, self.diagram.outcomes
        signs = self._signs
        found: list[Told] = []
        # Where the present way, or a side road before, has passed: its end is known.
        ends: dict[int, int] = {}
        here = node = self.diagram.root
        while here >= leaves:
            here = children[here][codes[variable[here]]]
        while node >= leaves:
            ends[node] = here
            code = codes[variable[node]]
            for road, told in signs[node][code]:
                end = road
                while end >= leaves and end not in ends:
                    end = children[end][codes[variable[end]]]
                end = ends[road] = ends.get(end, end)
                if wanted >> end & 1:
                    found += told[end]
            node = children[node][code]
        return found

    def _off_side_roads(self, codes: Sequence[int], wanted: int, most: int) -> list[Turn]:
        """Return the smallest sets of two or more changes of a complete list."""
        # Here the bound is no guess: so many changes do force these outcomes.
        forced = self._forcible(codes, known=True, most=most)
        wide, root = self.diagram.outcomes, self.diagram.root
        for moves in range(2, most + 1):
            if forced[root] >> moves * wide & wanted:
                return _SideRoads(self, codes, wanted, forced).turns(root, moves)
        return []

    def _among_unknown(self, codes: Sequence[int], known: bool, wanted: int, most: int) -> list[Turn]:
        forced = self._forcible(codes, known=known, most=most)
        search = _Search(self.diagram, self._level, codes, known, wanted, forced)
        for moves in range(1, most + 1):
            found = search.run(1 << self.diagram.root, moves)
            if found:
                return found
        return []

    def _forcible(self, codes: Sequence[int], *, known: bool, most: int) -> list[int]:
        """Return per node, packed by number of moves, the outcomes that so many moves might force.

        A bound, from the leaves up: as if one might look at the unknown answers before moving.
        """
        diagram = self.diagram
        wide, variable, children, others = diagram.outcomes, diagram.variable, diagram.children, self._others
        full = (1 << wide * (most + 1)) - 1
        every = sum(1 << wide * moves for moves in range(most + 1))
        forced = [every << leaf for leaf in range(wide)]
        add = forced.append
        for node in range(wide, len(variable)):
            code = codes[variable[node]]
            if code >= 0:
                stays = forced[children[node][code]]
                if known:
                    some = 0
                    for child in others[node]:
                        some |= forced[child]
                    stays |= some << wide & full
                add(stays)
                continue
            some, both = 0, full
            for child in others[node]:
                some |= forced[child]
                both &= forced[child]
            add(both if known else both | some << wide & full)
        return forced


class _SideRoads:
    """Two or more changes of a complete list: side roads off side roads, each node done once per number."""

    def __init__(
        self, turning: Turning[Told], codes: Sequence[int], wanted: int, forced: Sequence[int]
    ) -> None:
        self._turning = turning
        self._codes = codes
        self._wanted = wanted
        self._forced = forced
        self._done: dict[int, dict[int, list[Turn]]] = {}

    def turns(self, node: int, moves: int) -> list[Turn]:
        """Return the sets of exactly so many changes that lead from a node to a wanted outcome.

        Without unknown answers the bound is exact: where it says that so many changes succeed, they do.
        """
        diagram, codes, forced = self._turning.diagram, self._codes, self._forced
        variable, children = diagram.variable, diagram.children
        shift = moves * diagram.outcomes
        done = self._done.setdefault(moves, {})
        found: list[Turn] = []
        way: list[int] = []
        while forced[node] >> shift & self._wanted and node >= diagram.outcomes:
            if node in done:
                found = done[node]
                break
            way.append(node)
            node = children[node][codes[variable[node]]]
        one = moves == 1
        for node in reversed(way):
            own = self._last(node) if one else self._first(node, moves)
            if own:
                found = own + found
            done[node] = found
        return found

    def _last(self, node: int) -> list[Turn]:
        at = self._turning.diagram.variable[node]
        own: list[Turn] = []
        for road, values in self._turning.roads[node][self._codes[at]]:
            ends = self._forced[road] & self._wanted
            if ends:
                own += [self._turning.single[at, value][ends.bit_length() - 1] for value in values]
        return own

    def _first(self, node: int, moves: int) -> list[Turn]:
        at = self._turning.diagram.variable[node]
        own: list[Turn] = []
        for road, values in self._turning.roads[node][self._codes[at]]:
            rests = self.turns(road, moves - 1)
            for value in values if rests else ():
                move = (at, value)
                own += [((move, *rest), outcome) for rest, outcome in rests]
        return own


class _Search:
    """The search among unknown answers, with each set of nodes explored once per number of moves left."""

    def __init__(
        self,
        diagram: Diagram,
        level: dict[int, int],
        codes: Sequence[int],
        known: bool,
        wanted: int,
        forced: Sequence[int],
    ) -> None:
        self._diagram = diagram
        self._level = level
        self._codes = codes
        self._known = known
        self._wanted = wanted
        self._forced = forced
        self._done: dict[tuple[int, int], list[Turn]] = {}

    def run(self, nodes: int, moves: int) -> list[Turn]:
        """Return the sets of exactly ``moves`` answers that lead all of ``nodes`` to one wanted outcome."""
        key = nodes, moves
        found = self._done.get(key)
        if found is not None:
            return found
        diagram, forced = self._diagram, self._forced
        wide = diagram.outcomes
        # Cut where the bound of some node says that it cannot succeed.
        hope, left, shift = self._wanted, nodes, moves * wide
        while left and hope:
            node = left.bit_length() - 1
            left ^= 1 << node
            hope &= forced[node] >> shift
        if not hope:
            found = []
        elif nodes.bit_length() <= wide:
            found = [((), nodes.bit_length() - 1)] if not moves and nodes & nodes - 1 == 0 else []
        else:
            found = self._step(nodes, moves)
        self._done[key] = found
        return found

    def _step(self, nodes: int, moves: int) -> list[Turn]:
        """Go past the first variable that any of the nodes tests."""
        first = nodes.bit_length() - 1
        at = self._diagram.variable[first]
        here = nodes & self._level[at]
        others = nodes ^ here
        ways = self._diagram.ways
        # Per value what comes next; the last for an answer that stays unknown.
        below = [others | way for way in ways[first]]
        here ^= 1 << first
        while here:
            node = here.bit_length() - 1
            here ^= 1 << node
            below = [after | bit for after, bit in zip(below, ways[node], strict=True)]
        code = self._codes[at]
        stay = below[code]
        below.pop()
        found: list[Turn] = []
        if moves and (code >= 0) == self._known:
            done: dict[int, list[Turn]] = {stay: []}
            for value, after in enumerate(below):
                if after not in done:
                    done[after] = self.run(after, moves - 1)
                found += [(((at, value), *rest), outcome) for rest, outcome in done[after]]
        unmoved = self.run(stay, moves)
        return found + unmoved if found else unmoved

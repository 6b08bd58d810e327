"""Multi-valued decision diagrams: a rule as a graph on which questions about unknown answers are exact.

A *diagram* tests its variables in one fixed order; each inner node has one child per value of its variable
and equal nodes are shared (R. Bryant's reduced ordered diagrams, IEEE Trans. Computers C-35 (1986), with more
than two values per variable as in A. Srinivasan et al., ICCAD 1990). On such a graph "what is still possible"
is reachability, and "which answers still matter" is what remains after the known answers are filled in. Both
are exact however many answers are unknown, and take time in the size of the graph, not in the number of
completions.

:class:`Workshop` builds diagrams; :class:`Diagram` is the finished, compact form that is asked questions. What
would turn an outcome is asked in ``turning.py``.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

UNKNOWN = -1
"""The code of an answer that is not known."""

_LEAF = 1 << 30
"""The variable number of a leaf: beyond every real variable."""


class TooLargeError(Exception):
    """A diagram grew beyond the limit: the rule relates too many items at once."""


class Workshop:
    """Builds diagrams over variables ``0 … n-1`` with ``sizes[i]`` values each; equal nodes are made once.

    Leaves hold any hashable value (a truth value, a count, the number of a class). ``limit`` bounds the
    number of nodes, so that a rule someone writes cannot stop the machine.
    """

    def __init__(self, sizes: Sequence[int], *, limit: int = 100_000) -> None:
        self.sizes = tuple(sizes)
        self._limit = limit
        self._nodes: list[tuple[int, tuple[int, ...]]] = []
        self._leaf_values: dict[int, Hashable] = {}
        self._known: dict[Hashable, int] = {}

    def leaf(self, value: Hashable) -> int:
        """Return the diagram that always gives ``value``."""
        return self._make(("leaf", type(value), value), (_LEAF, ()), value)

    def test(self, variable: int, holds: Callable[[int], bool]) -> int:
        """Return the diagram that is true for the values of one variable for which ``holds`` is."""
        return self._node(variable, tuple(self.leaf(holds(value)) for value in range(self.sizes[variable])))

    def combine(self, operation: Callable[..., Hashable], *roots: int) -> int:
        """Apply an operation on leaf values to whole diagrams."""
        done: dict[tuple[int, ...], int] = {}

        def walk(nodes: tuple[int, ...]) -> int:
            found = done.get(nodes)
            if found is not None:
                return found
            variable = min(self._nodes[node][0] for node in nodes)
            if variable == _LEAF:
                result = self.leaf(operation(*(self._leaf_values[node] for node in nodes)))
            else:
                result = self._node(
                    variable,
                    tuple(
                        walk(tuple(self._child(node, variable, value) for node in nodes))
                        for value in range(self.sizes[variable])
                    ),
                )
            done[nodes] = result
            return result

        return walk(roots)

    def finish(self, root: int, outcomes: Sequence[Hashable]) -> "Diagram":
        """Return the compact form of one diagram; a leaf becomes its position in ``outcomes``."""
        reached = {root}
        waiting = [root]
        while waiting:
            for child in self._nodes[waiting.pop()][1]:
                if child not in reached:
                    reached.add(child)
                    waiting.append(child)
        inner = [node for node in reached if self._nodes[node][0] != _LEAF]
        inner.sort(key=lambda node: (-self._nodes[node][0], node))
        number = {node: outcomes.index(value) for node, value in self._leaf_values.items() if node in reached}
        number |= {node: len(outcomes) + place for place, node in enumerate(inner)}
        return Diagram(
            outcomes=len(outcomes),
            variable=(*[_LEAF] * len(outcomes), *(self._nodes[node][0] for node in inner)),
            children=(
                *[()] * len(outcomes),
                *(tuple(number[child] for child in self._nodes[node][1]) for node in inner),
            ),
            root=number[root],
        )

    def _node(self, variable: int, children: tuple[int, ...]) -> int:
        if all(child == children[0] for child in children):
            return children[0]
        return self._make((variable, children), (variable, children), None)

    def _child(self, node: int, variable: int, value: int) -> int:
        at, children = self._nodes[node]
        return children[value] if at == variable else node

    def _make(self, key: Hashable, node: tuple[int, tuple[int, ...]], value: Hashable) -> int:
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self._nodes)
            if found >= self._limit:
                raise TooLargeError
            self._nodes.append(node)
            if node[0] == _LEAF:
                self._leaf_values[found] = value
        return found


@dataclass(frozen=True, slots=True)
class Diagram:
    """A finished diagram: nodes ``0 … outcomes-1`` are leaves, a child has a smaller number than its parent.

    ``codes`` in every question is a sequence with the code of each variable's answer, or ``UNKNOWN``. Sets of
    outcomes are bit masks: bit ``i`` stands for outcome ``i``.
    """

    outcomes: int
    variable: tuple[int, ...]
    children: tuple[tuple[int, ...], ...]
    root: int
    ways: tuple[tuple[int, ...], ...] = field(init=False, repr=False, compare=False)
    """Per node and code the nodes that come next, as a mask: bit ``n`` for node ``n``; the last for ``UNKNOWN``."""

    def __post_init__(self) -> None:
        ways = []
        for below in self.children:
            bits = [1 << child for child in below]
            ways.append((*bits, reduce(or_, bits, 0)))
        object.__setattr__(self, "ways", tuple(ways))

    def possible(self, codes: Sequence[int]) -> int:
        """Return the mask of outcomes that some completion of the unknown answers gives."""
        variable, children, leaves = self.variable, self.children, self.outcomes
        node = self.root
        # While the answers are known there is a single way down: most lists never leave this loop.
        while node >= leaves:
            code = codes[variable[node]]
            if code < 0:
                break
            node = children[node][code]
        else:
            return 1 << node
        # The nodes that are still to be passed, as a mask; the highest first, so that each is passed once.
        ways = self.ways
        ahead, only_leaves = 1 << node, 1 << leaves
        while ahead >= only_leaves:
            node = ahead.bit_length() - 1
            ahead = ahead ^ 1 << node | ways[node][codes[variable[node]]]
        return ahead

    def _reached(self, codes: Sequence[int]) -> list[int]:
        """Return the inner nodes that some completion passes, children before parents."""
        variable, ways = self.variable, self.ways
        reached: list[int] = []
        ahead, only_leaves = 1 << self.root, 1 << self.outcomes
        while ahead >= only_leaves:
            node = ahead.bit_length() - 1
            reached.append(node)
            ahead = ahead ^ 1 << node | ways[node][codes[variable[node]]]
        reached.reverse()
        return reached

    def undecided(self, codes: Sequence[int]) -> frozenset[int]:
        """Return the unknown variables on which the outcome still depends.

        These are the variables left after the known answers are filled in and the graph is reduced again.
        They are the one smallest set whose answers, whatever they are, always decide the outcome: leaving any
        of them open leaves two outcomes open for some answers to the rest, and the others change nothing.
        """
        variable = self.variable
        return frozenset([variable[node] for node, _ in self._reduced(codes)])

    def _reduced(self, codes: Sequence[int]) -> list[tuple[int, tuple[int, ...]]]:
        """Return what is left of the graph once the known answers are filled in: nodes and their children.

        Children come before parents; the last is the root, and there is none when the outcome is certain.
        """
        variable, children = self.variable, self.children
        same = {leaf: leaf for leaf in range(self.outcomes)}
        made: dict[tuple[int, tuple[int, ...]], int] = {}
        left: list[tuple[int, tuple[int, ...]]] = []
        for node in self._reached(codes):
            at = variable[node]
            code = codes[at]
            if code >= 0:
                same[node] = same[children[node][code]]
                continue
            below = tuple([same[child] for child in children[node]])
            if below.count(below[0]) == len(below):
                same[node] = below[0]
                continue
            kept = same[node] = made.setdefault((at, below), node)
            if kept == node:
                left.append((node, below))
        return left

    def possible_after(self, codes: Sequence[int]) -> dict[int, list[int]]:
        """Return for each undecided variable and each of its answers the mask that would still be possible.

        One pass from the leaves up: every node carries the masks of all trials side by side in one integer.
        """
        wide, variable = self.outcomes, self.variable
        reduced = self._reduced(codes)
        single = (1 << wide) - 1
        # Per variable a mask for each trial of one of its values, and one for all of them.
        trials: dict[int, tuple[int, list[int]]] = {}
        size = 0
        for at, values in {variable[node]: len(below) for node, below in reduced}.items():
            own = [single << size + value * wide for value in range(values)]
            trials[at] = ~sum(own), own
            size += values * wide
        every = sum([1 << place for place in range(0, size, wide)])
        packed = {leaf: every << leaf for leaf in range(wide)}
        masks = 0
        for node, below in reduced:
            others, own = trials[variable[node]]
            masks = tried = 0
            for trial, child in zip(own, below, strict=True):
                after = packed[child]
                masks |= after
                tried |= after & trial
            masks = packed[node] = masks & others | tried
        found: dict[int, list[int]] = {}
        for at, (_, own) in trials.items():
            found[at] = []
            for _ in own:
                found[at].append(masks & single)
                masks >>= wide
        return found

    def reachable_outcomes(self) -> int:
        """Return the mask of outcomes that any answers at all can give."""
        return self.possible([UNKNOWN] * (1 + max((at for at in self.variable if at != _LEAF), default=0)))

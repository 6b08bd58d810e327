"""The most valuable route of one shift under given prices: labels on compiled kernels.

Label setting for the elementary longest path relaxed to ng-routes (R. Baldacci, A. Mingozzi and R. Roberti, "New
route relaxation and pricing strategies for the vehicle routing problem", Operations Research 59(5), 2011): a visit
may come back only after the route left its neighbourhood. The relaxation holds every lawful route, so the best
worth it finds is never below the best lawful one. Time runs in whole seconds; the break is a state of the label.
"""

import numpy as np
from numpy.typing import NDArray

from shortlist.planning.compiled import kernel
from shortlist.planning.instance import Floats, Ints

Masks = NDArray[np.int64]
V_LO, V_HI, V_SERVICE, V_VISIT, V_REPEATS = range(5)
L_VERTEX, L_TIME, L_BEFORE, L_RESTED, L_QUEUE, L_PEER = range(6)
LABEL_COLUMNS = 6
BITS = 62
"""Visits per word of a bit set (the sign bit stays out of it)."""
DONE, TOO_MANY = range(2)
_NEVER = -1e18


@kernel("ii", "TTFMiiifbNiTFMGLTF")
def _label(
    away: Ints,
    vertex: Ints,
    prize: Floats,
    memory: Masks,
    start: int,
    end: int,
    pause: int,
    threshold: float,
    exact: bool,
    able: NDArray[np.int64],
    count: int,
    label: Ints,
    profit: Floats,
    mask: Masks,
    complete: Floats,
    queue: Ints,
    out: Ints,
    gains: Floats,
) -> tuple[int, int]:
    """Make the labels of all routes worth more than ``threshold``; return (status, labels made).

    ``able`` are the ``count`` vertices that may be in a good route, the latest ``V_HI`` first; ``gains`` and the
    first column of ``out`` get the best worth per last vertex and its label. The rest as in ``price``.
    """
    n = vertex.shape[0]
    words = memory.shape[1]
    buckets = complete.shape[2]
    width = (end - start) // buckets + 1
    most = label.shape[0]
    bounded = buckets > 1
    for b in range(buckets):
        queue[b] = -1
    for j in range(n):
        queue[buckets + j] = -1
        gains[j] = _NEVER
    used = 0
    status = DONE
    for turn in range(-1, buckets):
        while True:
            # Turn -1 leaves the base; every later turn settles the labels of one bucket of time.
            current = -1
            if turn >= 0:
                current = queue[turn]
                if current < 0:
                    break
                queue[turn] = label[current, L_QUEUE]
            i = n
            ready = start
            rested = 1 if pause == 0 else 0
            earned = 0.0
            if current >= 0:
                i = label[current, L_VERTEX]
                t = label[current, L_TIME]
                earned = profit[current]
                rested = label[current, L_RESTED]
                beaten = False
                peer = queue[buckets + i]
                while peer >= 0:
                    if (
                        label[peer, L_TIME] <= t
                        and profit[peer] >= earned
                        and label[peer, L_RESTED] >= rested
                    ):
                        beaten = True
                        if exact:
                            for w in range(words):
                                if mask[peer, w] & ~mask[current, w] != 0:
                                    beaten = False
                                    break
                        if beaten:
                            break
                    peer = label[peer, L_PEER]
                if beaten:
                    continue
                label[current, L_PEER] = queue[buckets + i]
                queue[buckets + i] = current
                ready = t + vertex[i, V_SERVICE]
                back = ready + away[i, n]
                if back + (0 if rested == 1 else pause) <= end and earned > gains[i]:
                    gains[i] = earned
                    out[i, 0] = current
            for k in range(count):
                j = able[k]
                if ready > vertex[j, V_HI]:
                    break
                bit = 0
                word = 0
                if vertex[j, V_REPEATS] == 0:
                    word = vertex[j, V_VISIT] // BITS
                    bit = 1 << (vertex[j, V_VISIT] % BITS)
                    if current >= 0 and mask[current, word] & bit != 0:
                        continue
                arrive = ready + away[i, j]
                for rest in range(2):
                    if rest == 1 and rested == 1:
                        break
                    s = max(arrive + (pause if rest == 1 else 0), vertex[j, V_LO])
                    if s > vertex[j, V_HI]:
                        break
                    if rest == 0 and rested == 0 and arrive + pause <= vertex[j, V_LO]:
                        continue  # waiting already holds the break
                    worth = earned + prize[j]
                    c = (s - start) // width
                    if bounded:
                        more = complete[0, j, c]
                        then = int(complete[2, j, c])
                        if then >= 0 and current >= 0:
                            known = mask[current, then // BITS] & memory[j, then // BITS]
                            if known & (1 << (then % BITS)) != 0:
                                more = complete[1, j, c]
                        if worth + more <= threshold:
                            continue
                    if used >= most:
                        status = TOO_MANY
                        break
                    label[used, L_VERTEX] = j
                    label[used, L_TIME] = s
                    label[used, L_BEFORE] = current
                    label[used, L_RESTED] = 1 if rest == 1 else rested
                    profit[used] = worth
                    for w in range(words):
                        seen = mask[current, w] if current >= 0 else 0
                        mask[used, w] = seen & memory[j, w]
                    mask[used, word] |= bit
                    label[used, L_QUEUE] = queue[c]
                    queue[c] = used
                    used += 1
                if status == TOO_MANY:
                    break
            if turn < 0 or status == TOO_MANY:
                break
        if status == TOO_MANY:
            break
    return status, used


@kernel("ifi", "TTFMiiifbbTFMGLTF")
def price(
    away: Ints,
    vertex: Ints,
    prize: Floats,
    memory: Masks,
    start: int,
    end: int,
    pause: int,
    threshold: float,
    exact: bool,
    metric: bool,
    label: Ints,
    profit: Floats,
    mask: Masks,
    complete: Floats,
    queue: Ints,
    out: Ints,
    gains: Floats,
) -> tuple[int, float, int]:
    """Find the best routes worth more than ``threshold``; return (status, limit on the best worth, labels made).

    ``away`` (n + 1, n + 1) seconds with the base last; ``vertex`` (n, 5); ``prize`` (n,); ``memory`` (n, W) bit sets
    of visits that a vertex remembers. Without ``exact`` labels are dropped that may matter, and the limit means
    nothing. ``complete`` (3, n, B), ``label``, ``profit``, ``mask``, ``queue`` (B + n,) are room to work in; B must
    be so large that service plus travel never stays inside one bucket, or 1. Routes come as vertices in rows of
    ``out`` ended by -1, the best per last vertex, their worth in ``gains`` (-1e18: none). The limit holds for every
    lawful route and is never below ``threshold``; it may undercut an ng-route that goes straight back and forth.
    """
    n = vertex.shape[0]
    buckets = complete.shape[2]
    width = (end - start) // buckets + 1
    bounded = buckets > 1
    # Vertices that may be in a good route, the latest last moment first, with what the loops below ask of them.
    order = np.argsort(-vertex[:, V_HI])
    able = np.empty(n, np.int64)
    count = 0
    for k in range(n):
        j = order[k]
        if not (prize[j] <= 0.0 and metric) and vertex[j, V_LO] <= vertex[j, V_HI]:
            able[count] = j
            count += 1
    high = np.empty(count, np.int64)
    low = np.empty(count, np.int64)
    who = np.empty(count, np.int64)
    for k in range(count):
        high[k] = vertex[able[k], V_HI]
        low[k] = vertex[able[k], V_LO]
        who[k] = vertex[able[k], V_VISIT]
    # What can still be earned after a vertex when its service starts in bucket b or later (times rounded down), and
    # the same without the visit that comes next in it, so that going straight back is never counted. A service
    # starts between V_LO and V_HI, so only the buckets between are filled in, and asked for.
    top = 0.0
    if bounded:
        for b in range(buckets - 1, -1, -1):
            at = start + b * width
            for a in range(count):
                i = able[a]
                if b < (low[a] - start) // width or at > high[a]:
                    continue
                first = _NEVER
                second = _NEVER
                following = -1.0
                ready = max(at, low[a]) + vertex[i, V_SERVICE]
                if ready + away[i, n] <= end:
                    first = 0.0
                    second = 0.0
                alone = vertex[i, V_REPEATS] == 0
                for k in range(count):
                    if ready > high[k]:
                        break
                    if who[k] == who[a] and alone:
                        continue
                    j = able[k]
                    s = max(ready + away[i, j], low[k])
                    if s > high[k]:
                        continue
                    c = (s - start) // width
                    rest = complete[0, j, c]
                    if alone and complete[2, j, c] == who[a]:
                        rest = complete[1, j, c]
                    gain = prize[j] + rest
                    if gain > first:
                        if following != who[k]:
                            second = first
                        first = gain
                        following = float(who[k])
                    elif gain > second and following != who[k]:
                        second = gain
                complete[0, i, b] = first
                complete[1, i, b] = second
                complete[2, i, b] = following
        for k in range(count):
            j = able[k]
            s = max(start + away[n, j], low[k])
            if s <= high[k]:
                top = max(top, prize[j] + complete[0, j, (s - start) // width])
    # Few labels lie above a limit that is nearly reached: look there first, and lower only when nothing is found.
    least = max(0.0, threshold)
    limit = max(top, least) if bounded else np.inf
    step = 0.01 * top + 1e-9
    aim = max(least, top - step) if bounded else least
    used = 0
    status = DONE
    labels = 0
    while True:
        status, used = _label(
            away, vertex, prize, memory, start, end, pause, aim, exact, able, count,
            label, profit, mask, complete, queue, out, gains,
        )  # fmt: skip
        labels += used
        reached = _NEVER
        for j in range(n):
            reached = max(reached, gains[j])
        if status == TOO_MANY:
            limit = max(limit, reached)
            break
        if reached > aim or aim <= least:
            limit = max(least, reached)
            break
        limit = aim
        step *= 3.0
        aim = max(least, aim - step)
    for i in range(n):
        if gains[i] > _NEVER:
            at = out[i, 0]
            size = 0
            walk = at
            while walk >= 0:
                size += 1
                walk = label[walk, L_BEFORE]
            if size >= out.shape[1]:
                gains[i] = _NEVER
                continue
            out[i, size] = -1
            walk = at
            while walk >= 0:
                size -= 1
                out[i, size] = label[walk, L_VERTEX]
                walk = label[walk, L_BEFORE]
    return status, limit, labels

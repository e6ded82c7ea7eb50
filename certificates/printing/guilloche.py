"""Fine line work by formula, as PDF path operators: no artwork, so no licence, and always sharp.

Curves are given as functions of one parameter and fitted with Bezier arcs through their tangents;
a dozen arcs a wave draw what two hundred straight pieces did, in a tenth of the bytes.
"""

from collections.abc import Callable, Iterator
from math import cos, pi, sin

Point = tuple[float, float]
Curve = Callable[[float], Point]

# How far a control point lies from the centre of a unit circle's quarter, for a round arc.
ROUND = 0.5522847


def number(value: float) -> str:
    """A coordinate with at most two decimals, as short as PDF allows."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def operator(name: str, *values: float) -> str:
    return " ".join([*map(number, values), name])


def fitted(curve: Curve, start: float, end: float, arcs: int) -> str:
    """The path of `curve` from `start` to `end`, drawn with `arcs` Bezier arcs."""
    step = (end - start) / arcs
    points = [curve(start + step * i) for i in range(arcs + 1)]
    slopes = [_slope(curve, start + step * i, step) for i in range(arcs + 1)]
    path = [operator("m", *points[0])]
    for i in range(arcs):
        (x0, y0), (x1, y1) = points[i], points[i + 1]
        (u0, v0), (u1, v1) = slopes[i], slopes[i + 1]
        third = step / 3
        path.append(
            operator(
                "c", x0 + u0 * third, y0 + v0 * third, x1 - u1 * third, y1 - v1 * third, x1, y1
            )
        )
    return "\n".join(path)


def _slope(curve: Curve, at: float, step: float) -> Point:
    tiny = step * 1e-4
    (x0, y0), (x1, y1) = curve(at - tiny), curve(at + tiny)
    return (x1 - x0) / (2 * tiny), (y1 - y0) / (2 * tiny)


def circle(radius: float, x: float = 0, y: float = 0) -> str:
    reach = radius * ROUND
    return "\n".join(
        [
            operator("m", x + radius, y),
            operator("c", x + radius, y + reach, x + reach, y + radius, x, y + radius),
            operator("c", x - reach, y + radius, x - radius, y + reach, x - radius, y),
            operator("c", x - radius, y - reach, x - reach, y - radius, x, y - radius),
            operator("c", x + reach, y - radius, x + radius, y - reach, x + radius, y),
            "h",
        ]
    )


def thread(length: float, *, waves: int, height: float, phase: float) -> str:
    """A sine thread of whole waves along the x axis: the next one goes on where it ends."""
    turn = 2 * pi * waves / length
    return fitted(lambda x: (x, height * sin(turn * x + phase)), 0, length, 4 * waves)


def ripple(radius: float, *, angle: float, height: float, phase: float, arcs: int = 4) -> str:
    """One wave of a thread that runs around a circle, over `angle` from the x axis on."""

    def around(t: float) -> Point:
        distance = radius + height * sin(2 * pi * t / angle + phase)
        return distance * cos(t), distance * sin(t)

    return fitted(around, 0, angle, arcs)


def oval_quarter(width: float, height: float) -> Iterator[str]:
    """The first quarter of an oval ring of lace about `width` and `height` from its middle.

    Every thread's swell is even in its angle and the threads' shifts are evenly spread, so that
    the whole is this quarter and its three mirror images.
    """
    threads = 16
    for thread in range(threads):
        shift = 2 * pi * thread / threads

        def curve(t: float, shift: float = shift) -> Point:
            turn = 12 * t + shift
            swell = 1 + 0.16 * cos(turn) + 0.05 * cos(3 * turn) + 0.035 * cos(24 * t)
            return width * swell * cos(t), height * swell * sin(t)

        # A hair beyond both ends, so that the quarters meet without a gap.
        yield fitted(curve, -0.004, pi / 2 + 0.004, 28)


def petal(reach: float) -> str:
    """One petal of the rosette, pointing up, of a flower that reaches `reach` from its middle."""
    r = reach
    return "\n".join(
        [
            operator("m", 0, 0.184 * r),
            operator("c", 0.26 * r, 0.347 * r, 0.347 * r, 0.69 * r, 0, r),
            operator("c", -0.347 * r, 0.69 * r, -0.26 * r, 0.347 * r, 0, 0.184 * r),
            "h",
        ]
    )

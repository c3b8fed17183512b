"""The history of a metric, however long, as a chart needs it: some hundreds of points."""

import math
from collections.abc import Iterable

from apps.ingest.connectors.mlflow.store import Point, Series

MAX_POINTS = 300
# Of all metrics of a run together, so that a run of thousands of metrics is still one record.
MAX_POINTS_A_RUN = 12_000
MIN_POINTS = 4


def room_for_each(metrics: int) -> int:
    """How many points each metric of a run may keep.

    >>> room_for_each(3), room_for_each(100), room_for_each(50_000)
    (300, 120, 4)
    """
    return max(MIN_POINTS, min(MAX_POINTS, MAX_POINTS_A_RUN // max(metrics, 1)))


def sampled(points: Iterable[Point], *, room: int = MAX_POINTS) -> Series | None:
    """Every n-th point, n a power of two, and in any case the first, last, lowest and highest.

    The points come in order and are not held. None without any.

    >>> series = sampled(Point(n, n, -n) for n in range(1000))
    >>> series.count, len(series.points) <= MAX_POINTS, series.low.value, series.points[0].value
    (1000, True, -999, 0)
    """
    kept: list[Point] = []
    last: Point | None = None
    low: Point | None = None
    high: Point | None = None
    latest: Point | None = None
    count, stride = 0, 1
    for point in points:
        if count % stride == 0:
            kept.append(point)
            # Room is left for the last, the lowest and the highest.
            if len(kept) > max(room - 3, 1):
                stride *= 2
                kept = kept[::2]
        count += 1
        last = point
        if latest is None or _order(point) >= _order(latest):
            latest = point
        if not math.isnan(point.value):
            low = point if low is None or point.value < low.value else low
            high = point if high is None or point.value > high.value else high
    if latest is None or last is None:
        return None
    every = {*kept, last, *(one for one in (low, high) if one is not None)}
    points_kept = tuple(sorted(every, key=_in_time)) if count > 1 else ()
    return Series(last=latest, count=count, low=low, high=high, points=points_kept)


def _order(point: Point) -> tuple[int, int]:
    """What MLflow means by the latest value: the greatest step, then the greatest time."""
    return point.step, point.timestamp


def _in_time(point: Point) -> tuple[int, int, bool, float]:
    unknown = math.isnan(point.value)
    return point.timestamp, point.step, unknown, 0.0 if unknown else point.value

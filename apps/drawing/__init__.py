"""Pictures of lineage: cards and links in, SVG out. Knows nothing of pages or the database.

>>> from apps.drawing import Card, Link, Picture
>>> picture = Picture(
...     cards=(
...         Card(key="1", kind="dataset", title="train", version="v14"),
...         Card(key="2", kind="model", title="fraud-xgb", version="7", url="/artifacts/2"),
...     ),
...     links=(Link(upstream="1", downstream="2", role="training"),),
... )
"""

from apps.drawing.errors import DrawingError
from apps.drawing.export import export_dot, export_svg
from apps.drawing.picture import Card, Link, Picture
from apps.drawing.render import Drawing, draw

__all__ = ["Card", "Drawing", "DrawingError", "Link", "Picture", "draw", "export_dot", "export_svg"]

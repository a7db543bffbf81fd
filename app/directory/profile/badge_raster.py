"""A badge as a PNG, from the same drawing: typst holds a renderer of SVG."""

import anyio
import anyio.to_thread
import typst

SCALE = 2  # pixels of the picture to one of the badge: sharp on screens of today
MEDIA_TYPE = "image/png"
_POINTS = 72  # to the inch; one pixel of the drawing is one point
_PAGE = """#set page(width: auto, height: auto, margin: 0pt, fill: none)
#image(bytes(sys.inputs.badge), format: "svg", width: eval(sys.inputs.width))
"""
_one_at_a_time = anyio.CapacityLimiter(1)


async def png(svg: str, width: int) -> bytes:
    """The drawing `svg` as a picture with a clear ground; call it while no transaction is open.

    Args:
        width: of the drawing, in its own pixels.
    """
    return await anyio.to_thread.run_sync(_render, svg, width, limiter=_one_at_a_time)


def _render(svg: str, width: int) -> bytes:
    made: bytes = typst.compile(
        _PAGE.encode(),
        format="png",
        ppi=SCALE * _POINTS,
        ignore_system_fonts=True,
        sys_inputs={"badge": svg, "width": f"{width}pt"},
    )
    return made

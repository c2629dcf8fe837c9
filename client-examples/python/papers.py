"""Pictures that stand for the papers a unit uploads."""

from io import BytesIO

from PIL import Image, ImageDraw

SIZE = (640, 400)
INK, PAPER, SEAL = (40, 40, 40), (252, 250, 244), (200, 30, 30)


def paper(title: str, *, sealed: bool = True) -> bytes:
    """A PNG with a title, some lines, and the unit's red seal if it bears one."""
    picture = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((12, 12, SIZE[0] - 12, SIZE[1] - 12), outline=INK)
    pen.text((40, 36), title, fill=INK)
    for y in range(90, 330, 40):
        pen.line((40, y, 420, y), fill=INK)
    if sealed:
        pen.ellipse((450, 210, 600, 360), outline=SEAL, width=6)
        pen.regular_polygon((525, 285, 28), 5, fill=SEAL)
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()

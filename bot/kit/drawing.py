"""Pictures as PNG, drawn with the font that comes along: the same picture is the same bytes on every machine."""

from bot.kit.letters import drawn, font
from bot.kit.pictures import Picture, svg


def png(picture: Picture) -> bytes:
    """1,080 pixels wide; 〓 for a letter that the font lacks, which would be left blank. Some 0.1 seconds."""
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=drawn(svg(picture)), skip_system_fonts=True, font_files=[font()]))

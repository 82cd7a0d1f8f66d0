"""The demo shop's product pictures: drawn here, so that mails look like mails without anybody's photographs."""

from __future__ import annotations

import re

_PATH = re.compile(r"/pictures/([a-z]+)-([0-9a-f]{6})\.svg")

# Each fits 240 × 240. {c} is the thing's colour, {d} a darker and {l} a lighter one.
_SHAPES = {
    "mug": '<path d="M72 82h88v84a18 18 0 0 1-18 18H90a18 18 0 0 1-18-18z" fill="{c}"/>'
    '<path d="M160 102h10a24 24 0 0 1 0 48h-10" fill="none" stroke="{c}" stroke-width="12"/>'
    '<ellipse cx="116" cy="82" rx="44" ry="9" fill="{d}"/><path d="M84 100v62" stroke="{l}" stroke-width="6" '
    'stroke-linecap="round"/>',
    "pack": '<path d="M94 66a26 26 0 0 1 52 0" fill="none" stroke="{d}" stroke-width="8"/>'
    '<rect x="68" y="64" width="104" height="128" rx="30" fill="{c}"/>'
    '<rect x="84" y="124" width="72" height="52" rx="12" fill="{d}"/><path d="M68 108h104" stroke="{l}" '
    'stroke-width="5"/><rect x="112" y="100" width="16" height="20" rx="4" fill="{l}"/>',
    "socks": '<path d="M98 52h40v74l38 30a16 16 0 0 1-10 28h-34a20 20 0 0 1-14-6l-24-24a14 14 0 0 1-4-10z" '
    'fill="{c}"/><path d="M98 66h40M98 80h40" stroke="{l}" stroke-width="6"/>'
    '<path d="M166 184a16 16 0 0 0 10-28l-10-8-22 36z" fill="{d}"/>',
    "bottle": '<rect x="104" y="40" width="32" height="26" rx="6" fill="{d}"/>'
    '<rect x="90" y="64" width="60" height="138" rx="16" fill="{c}"/>'
    '<path d="M102 84v96" stroke="{l}" stroke-width="7" stroke-linecap="round"/>'
    '<path d="M90 160h60" stroke="{d}" stroke-width="4"/>',
    "lamp": '<path d="M98 62a22 22 0 0 1 44 0" fill="none" stroke="{d}" stroke-width="6"/>'
    '<rect x="94" y="62" width="52" height="16" rx="5" fill="{c}"/><rect x="98" y="78" width="44" height="84" '
    'rx="8" fill="#fff3c9"/><path d="M120 100c14 18 12 40 0 46c-12-6-14-28 0-46z" fill="#f2b441"/>'
    '<path d="M98 78v84M142 78v84" stroke="{c}" stroke-width="6"/><rect x="88" y="160" width="64" height="26" '
    'rx="8" fill="{c}"/>',
    "blanket": '<rect x="56" y="84" width="128" height="36" rx="14" fill="{l}"/>'
    '<rect x="52" y="110" width="136" height="36" rx="14" fill="{c}"/>'
    '<rect x="48" y="138" width="144" height="40" rx="14" fill="{d}"/><path d="M60 178v14M80 178v14M100 178v14'
    'M120 178v14M140 178v14M160 178v14M180 178v14" stroke="{d}" stroke-width="4"/>',
    "jacket": '<path d="M96 52h48l40 30-16 34-18-10v86H90v-86l-18 10-16-34z" fill="{c}"/>'
    '<path d="M96 52a24 24 0 0 0 48 0l-10-12h-28z" fill="{d}"/><path d="M120 70v122" stroke="{l}" '
    'stroke-width="4"/><path d="M98 150h14M128 150h14" stroke="{d}" stroke-width="6" stroke-linecap="round"/>',
    "pan": '<circle cx="100" cy="126" r="56" fill="{c}"/><circle cx="100" cy="126" r="44" fill="{d}"/>'
    '<path d="M150 100l52-30" stroke="#9a6b3f" stroke-width="16" stroke-linecap="round"/>'
    '<path d="M74 106a34 34 0 0 1 30-12" stroke="{l}" stroke-width="5" fill="none" stroke-linecap="round"/>',
}


def picture(path: str) -> str | None:
    """The SVG at a path of the shop front, None if there is no such picture."""
    found = _PATH.fullmatch(path)
    if not found or found.group(1) not in _SHAPES:
        return None
    colour = found.group(2)
    shades = {"c": f"#{colour}", "d": _mixed(colour, "000000", 0.28), "l": _mixed(colour, "ffffff", 0.45)}
    ground = _mixed(colour, "ffffff", 0.86)
    shape = _SHAPES[found.group(1)].format(**shades)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 240" width="480" height="480">'
        f'<rect width="240" height="240" fill="{ground}"/>'
        f'<ellipse cx="120" cy="200" rx="74" ry="9" fill="#000" opacity=".10"/>{shape}</svg>'
    )


def _mixed(colour: str, other: str, share: float) -> str:
    """A colour with a share of another one in it."""
    parts = zip(bytes.fromhex(colour), bytes.fromhex(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in parts)

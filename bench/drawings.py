"""Plots as SVG, without a library: axes, lines and points."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

_WIDTH, _HEIGHT = 640, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 170, 40, 52
_COLOURS: Final = ("#1f4e79", "#b3541e", "#3a7d44", "#7a3e8e", "#8a6d00", "#555555", "#c2185b")

Point = tuple[float, float]


@dataclass(frozen=True)
class Series:
    name: str
    points: Sequence[Point]
    joined: bool = True
    faint: bool = False


@dataclass(frozen=True, kw_only=True)
class Plot:
    title: str
    across: str
    up: str
    series: Sequence[Series]
    x: tuple[float, float]
    y: tuple[float, float]
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]

    def save(self, path: Path) -> None:
        path.write_text(self.svg(), encoding="utf-8")

    def svg(self) -> str:
        size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="sans-serif" font-size="12">',
            f"<title>{escape(self.title)}</title>",
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
            f'<text x="{_LEFT}" y="22" font-size="15" fill="#222222">{escape(self.title)}</text>',
            *self._axes(),
        ]
        for number, series in enumerate(self.series):
            lines += self._drawn(series, number)
        return "\n".join([*lines, "</svg>", ""])

    def _place(self, point: Point) -> Point:
        (x_low, x_high), (y_low, y_high) = self.x, self.y
        across = (min(max(point[0], x_low), x_high) - x_low) / (x_high - x_low)
        up = (min(max(point[1], y_low), y_high) - y_low) / (y_high - y_low)
        inner = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
        return round(_LEFT + across * inner[0], 1), round(_HEIGHT - _BOTTOM - up * inner[1], 1)

    def _axes(self) -> list[str]:
        right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
        lines = []
        for value, text in self.y_ticks:
            y = self._place((self.x[0], value))[1]
            lines.append(f'<path d="M{_LEFT} {y}H{right}" stroke="#e2e2e2"/>')
            lines.append(
                f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end" fill="#444444">{escape(text)}</text>'
            )
        for value, text in self.x_ticks:
            x = self._place((value, self.y[0]))[0]
            lines.append(f'<path d="M{x} {bottom}v5" stroke="#444444"/>')
            lines.append(
                f'<text x="{x}" y="{bottom + 19}" text-anchor="middle" fill="#444444">{escape(text)}</text>'
            )
        middle = (_LEFT + right) / 2, (_TOP + bottom) / 2
        turn = f'transform="rotate(-90 16 {middle[1]})"'
        return [
            *lines,
            f'<path d="M{_LEFT} {_TOP}V{bottom}H{right}" fill="none" stroke="#444444"/>',
            f'<text x="{middle[0]}" y="{bottom + 40}" text-anchor="middle" fill="#222222">{escape(self.across)}</text>',
            f'<text x="16" y="{middle[1]}" text-anchor="middle" {turn} fill="#222222">{escape(self.up)}</text>',
        ]

    def _drawn(self, series: Series, number: int) -> list[str]:
        colour = _COLOURS[number % len(_COLOURS)]
        places = [self._place(point) for point in series.points]
        lines = []
        if series.joined:
            path = " ".join(f"{x},{y}" for x, y in places)
            lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        opacity = ' fill-opacity="0.35"' if series.faint else ""
        lines += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"{opacity}/>' for x, y in places]
        y = _TOP + 14 + 18 * number
        at = _WIDTH - _RIGHT + 14
        lines.append(f'<circle cx="{at}" cy="{y - 4}" r="5" fill="{colour}"/>')
        lines.append(f'<text x="{at + 11}" y="{y}" fill="#222222">{escape(series.name)}</text>')
        return lines

"""Take the pictures of the page that the guide shows: ``python docs/screenshots.py [SCREEN ...]``.

Plans the sample plant, serves it, and photographs every screen in light and dark, on a desk and on a phone, with the
Chromium of the system. The pictures stand in docs/screens/; the page screens.md lists them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from plantwright.doors.cli.serve import free_port
from plantwright.doors.web.mounting import load_screens
from plantwright.doors.web.screens import SCREENS

DOCS = Path(__file__).parent
PICTURES = DOCS / "screens"
PLANTWRIGHT = (sys.executable, "-m", "plantwright")
DETAILS = {
    "why": "/why/SO-26071", "item": "/item/B-200", "order": "/order/WO-26106", "bom": "/bom/P-200-4",
    "routing": "/routing/H-100", "table": "/tables/item", "report": "/reports/load?work_center=HMC",
    "work-center": "/work-center/HMC", "improve": "/improve", "demand-item": "/demand/P-100-2",
    "policy": "/stock-policy?item=P-100-2", "promise": "/promise?item=P-100-2&quantity=20",
    "working": "/reports/explain?what=unit-cost&of=P-100-2",
}  # fmt: skip
"""Screens of one thing, with an example of the sample plant."""
SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
QUALITY = 72


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Plan the sample plant and serve it; gives its address."""
    database = str(folder / "plant.db")
    sample = Path(sys.modules["plantwright"].__file__ or "").parent / "samples" / "pumps"
    for command in (("init", database), ("import", database, str(sample)), ("plan", database)):
        subprocess.run([*PLANTWRIGHT, *command], check=True, capture_output=True)  # noqa: S603 - this program itself
    port = free_port()
    server = subprocess.Popen([*PLANTWRIGHT, "serve", database, "--port", str(port)])  # noqa: S603 - as above
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                httpx.get(address, timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait()


def screens() -> dict[str, str]:
    """Give every screen of the menu, and examples of those that stand in no menu, by name."""
    load_screens()
    menu = {one.path.strip("/") or "today": one.path for one in SCREENS.values() if one.group}
    return menu | DETAILS


def photograph(page: Page, address: str, name: str) -> None:
    """Take one picture when the page has come to rest."""
    page.goto(address, wait_until="networkidle")
    page.wait_for_timeout(600)
    page.screenshot(path=PICTURES / f"{name}.jpg", type="jpeg", quality=QUALITY)


def album(browser: Browser, base: str, wanted: dict[str, str]) -> None:
    """Photograph all screens in every look."""
    for size, viewport in SIZES.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type]
            page = context.new_page()
            for name, path in wanted.items():
                photograph(page, base + path, f"{name}-{size}-{scheme}")
                print(name, size, scheme)
            context.close()


def write_page(names: list[str]) -> None:
    """Write the page that shows them all."""
    lines = ["# Screens", "", "Made from the sample plant by `docs/screenshots.py`.", ""]
    for name in names:
        lines += [f"## {name.replace('-', ' ').capitalize()}", ""]
        for size in SIZES:
            lines += [
                f"![{name}, {size}, {scheme}](screens/{name}-{size}-{scheme}.jpg)" for scheme in ("light", "dark")
            ]
        lines.append("")
    (DOCS / "screens.md").write_text("\n".join(lines), encoding="utf-8")


def main() -> None:
    """Take all pictures, or those of the screens that are named."""
    PICTURES.mkdir(exist_ok=True)
    known = screens()
    wanted = {name: path for name, path in known.items() if not sys.argv[1:] or name in sys.argv[1:]}
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as base, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        album(browser, base, wanted)
        browser.close()
    write_page(list(known))


if __name__ == "__main__":
    main()

"""What a page must be in a real browser: free of accessibility faults, usable by keyboard, inside its own policy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

ROOT = Path(__file__).resolve().parents[3]
SCREENSHOTS = ROOT / "var" / "screenshots"
AXE = ROOT / "tests" / "browser-tools" / "node_modules" / "axe-core" / "axe.min.js"

WIDTHS = (360, 1440)
SCHEMES = ("light", "dark")
# Every width and every scheme once: the rules are the same, and colours and sizes do not depend on each other.
LOOKS = tuple(zip(WIDTHS, SCHEMES, strict=True))

_INTERACTIVE = (
    "a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select, textarea, summary, "
    "[tabindex='0']"
)

# A marker per element, so that what Tab reached can be compared with what is there. A radio group is one stop.
_MARK_ALL = f"""() => {{
  const shown = [...document.querySelectorAll("{_INTERACTIVE}")].filter((e) => e.checkVisibility());
  const groups = new Set();
  const stops = shown.filter((e) => {{
    if (e.type !== "radio") return true;
    if (groups.has(e.name)) return false;
    groups.add(e.name);
    return true;
  }});
  window.stopsSeen = new Map();
  return stops.map((e, i) => {{
    const key = e.type === "radio" ? "radio " + e.name : String(i);
    window.stopsSeen.set(e.type === "radio" ? e.name : e, key);
    return [key, e.outerHTML.slice(0, 120)];
  }});
}}"""

_WHERE = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return {
    key: window.stopsSeen.get(e.type === "radio" ? e.name : e) ?? null,
    ring,
    inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
    html: e.outerHTML.slice(0, 120),
  };
}"""

_LISTEN = """() => {
  window.policyBroken = [];
  addEventListener("securitypolicyviolation", (e) => {
    window.policyBroken.push(e.violatedDirective + " " + e.blockedURI);
  });
}"""


def find_faults(page: Page) -> list[dict[str, Any]]:
    """Return every finding of axe-core on the page; the context must have been opened with `bypass_csp=True`."""
    page.evaluate(AXE.read_text())
    result: dict[str, Any] = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    findings: list[dict[str, Any]] = result["violations"]
    return findings


def assert_accessible(page: Page) -> None:
    """Fail on anything serious or critical, and name it; milder findings are printed."""
    findings = find_faults(page)
    lines = [
        f"{finding['impact']}: {finding['id']}: {finding['help']}\n    "
        + "\n    ".join(json.dumps(node["html"][:200]) for node in finding["nodes"][:5])
        for finding in findings
    ]
    grave = [finding for finding in findings if finding["impact"] in {"serious", "critical"}]
    report = f"{page.url}\n" + "\n".join(lines)
    if findings and not grave:
        print(report)
    assert not grave, report


def assert_fits(page: Page) -> None:
    """Fail when the page must be scrolled sideways (WCAG 1.4.10)."""
    wide: int = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} pixels too wide"


def assert_keyboard(page: Page) -> None:
    """Fail unless Tab reaches every interactive element, each with a visible ring inside the window."""
    page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); }")
    stops: list[list[str]] = page.evaluate(_MARK_ALL)
    missing = dict(stops)
    for _ in range(2 * len(stops) + 4):
        page.keyboard.press("Tab")
        here = page.evaluate(_WHERE)
        if here is None:
            continue
        assert here["ring"], f"no visible focus: {here['html']}"
        assert here["inside"], f"focus outside the window: {here['html']}"
        missing.pop(str(here["key"]), None)
        if not missing:
            break
    assert not missing, f"{page.url}: Tab never reaches {list(missing.values())}"


def watch_policy(context: BrowserContext) -> None:
    """Make every page of the context remember what its Content-Security-Policy stopped."""
    context.add_init_script(f"({_LISTEN})()")


def assert_inside_policy(page: Page) -> None:
    """Fail when the page's own policy had to stop something; needs `watch_policy`."""
    broken: list[str] = page.evaluate("() => window.policyBroken")
    assert broken == [], f"{page.url}: {broken}"


def take_screenshot(page: Page, name: str, *, width: int, scheme: str) -> Path:
    """Keep the whole page as `var/screenshots/<name>-<width>-<scheme>.png`."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}-{width}-{scheme}.png"
    page.screenshot(path=path, full_page=True)
    return path

"""What axe-core finds on a page: the rules of WCAG 2.2 A and AA, and good practice."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Only what is said of a broken rule leaves the page: the whole answer takes longer than the look.
LOOK = """async (tags) => {
    const found = await axe.run({ runOnly: tags, resultTypes: ["violations"] });
    const first = (rule) => rule.nodes[0].html.slice(0, 200);
    return found.violations.map((rule) => `${rule.id}: ${rule.help}: ${first(rule)}`);
}"""


def violations(page: Page) -> list[str]:
    """One line for each rule that is broken, with the first element that breaks it."""
    page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(LOOK, TAGS)
    return found

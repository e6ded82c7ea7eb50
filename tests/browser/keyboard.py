"""Somebody who has no mouse: everything is reached with Tab and done with keys."""

from datetime import date

from playwright.sync_api import Locator, expect

from tests.browser.visitor import Visitor

MOST_STOPS = 250  # presses of Tab; no page of ours has as many places to stop
SELECT_ALL = "ControlOrMeta+a"

# The part that has the focus must be seen: on the screen, uncovered, and with a ring around it.
UNSEEN = """() => {
    const part = document.activeElement;
    const seen = part.labels?.length && part.type !== "text" && part.offsetWidth < 5
        ? part.labels[0] : part;
    const box = seen.getBoundingClientRect();
    const style = getComputedStyle(seen);
    // The last stop in a date is the calendar's button, whose ring is the browser's own.
    const ring = part.type === "date" && !part.matches(":focus-visible")
        || style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0
        || style.boxShadow !== "none";
    const on = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    const x = Math.min(Math.max(box.left + Math.min(box.width / 2, 20), 1), innerWidth - 1);
    const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 10), 1), innerHeight - 1);
    const top = document.elementFromPoint(x, y);
    const covered = !(top && (seen.contains(top) || top.contains(seen)));
    const what = part.outerHTML.slice(0, 120);
    if (!on) return "not on the screen: " + what;
    if (!ring) return "no ring: " + what;
    return covered ? "covered: " + what : "";
}"""


class Keyboard(Visitor):
    """A visitor who only presses keys."""

    def follow(self, link: str, *, within: str = "body") -> None:
        place = self.page.locator(within)
        self._leave(lambda: self._press(place.get_by_role("link", name=link, exact=True).first))

    def press(self, button: str, *, within: str = "body") -> None:
        self._leave(lambda: self._press(self._button(button, within)))

    def press_here(self, button: str, *, within: str = "body") -> None:
        self._press(self._button(button, within))

    def unfold(self, summary: str, *, within: str = "main") -> None:
        self._press(self.page.locator(within).locator("summary", has_text=summary).first)

    def write(self, label: str, value: str, *, within: str = "main") -> None:
        field = self.field(label, within=within)
        self._reach(field)
        if field.get_attribute("type") == "date":
            # Chromium asks in the order of its own language, which is American English here.
            self.page.keyboard.type(date.fromisoformat(value).strftime("%m%d%Y"))
        else:
            self.page.keyboard.press(SELECT_ALL)
            self.page.keyboard.type(value)
        expect(field).to_have_value(value)

    def choose(self, label: str, option: str, *, within: str = "main") -> None:
        """Go down the list with arrows, as far as the option."""
        field = self.field(label, within=within)
        value = field.locator("option", has_text=option).first.get_attribute("value") or ""
        self._reach(field)
        self.page.keyboard.press("Home")
        for _each in range(field.locator("option").count()):
            if field.input_value() == value:
                break
            self.page.keyboard.press("ArrowDown")
        expect(field).to_have_value(value)

    def tick(self, label: str, *, within: str = "main") -> None:
        """Space for a box; arrows from the one of a group where Tab stops."""
        field = self.field(label, within=within)
        if field.get_attribute("type") != "radio":
            self._reach(field)
            self.page.keyboard.press("Space")
        else:
            group = f"input[type=radio][name={field.get_attribute('name')}]"
            options = field.locator("xpath=ancestor::form").locator(group)
            self._reach(options.filter(has=self.page.locator(":scope:focus")).or_(options).first)
            self.page.keyboard.press("Space")
            for _each in range(options.count()):
                if field.is_checked():
                    break
                self.page.keyboard.press("ArrowDown")
        expect(field).to_be_checked()

    def _press(self, part: Locator) -> None:
        self._reach(part)
        self.page.keyboard.press("Enter")

    def _reach(self, part: Locator) -> None:
        """Press Tab until the part has the focus; each stop on the way must be seen."""
        expect(part, f"{self.name} on {self.page.url}").to_be_attached()
        for _stop in range(MOST_STOPS):
            if part.evaluate("part => part === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
            self._look_at_the_focus()
        raise AssertionError(f"{self.name} on {self.page.url}: Tab never comes to {part}")

    def _look_at_the_focus(self) -> None:
        if self.page.evaluate("document.activeElement === document.body"):
            return
        unseen = self.page.evaluate(UNSEEN)
        if unseen:
            self._complain(unseen)

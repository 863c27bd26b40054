"""Opens pages that `stepwell view` wrote and uses them: check_page.py PAGE.html ... A picture of each step is left
beside the page (PAGE-light.png ...), to be looked at. A PAGE.svg beside the page must show the same."""
import pathlib
import sys
import time
import xml.etree.ElementTree

from webdriver import Browser

SVG = "{http://www.w3.org/2000/svg}"
GLIDE_SECONDS = 0.7  # longer than the camera glides, and than 30 frames take

# Where the boxes of the page lie that are not unfolded, without the outermost.
FRAMES = """return stepwell.picture.frames.filter((frame) => frame.box !== 0)
    .map(({x, y, width, height}) => [x, y, width, height])"""


class Page:
    def __init__(self, browser, path):
        self.browser = browser
        self.path = path
        browser.open(path)
        self.settle()

    def settle(self):
        time.sleep(GLIDE_SECONDS)

    def run(self, script, *arguments):
        return self.browser.run(script, *arguments)

    def picture(self, name):
        self.settle()
        self.browser.screenshot(self.path.with_name(f"{self.path.stem}-{name}.png"))

    def expect(self, what, is_so):
        if not is_so:
            raise SystemExit(f"{self.path}: {what}")

    def place_of(self, box):
        """The middle of a box's title on the screen."""
        return self.run("""const frame = stepwell.picture.frameOf.get(arguments[0]);
            const canvas = document.getElementById("graph").getBoundingClientRect();
            return [canvas.left + stepwell.camera.x + (frame.x + frame.width / 2) * stepwell.camera.scale,
                    canvas.top + stepwell.camera.y + (frame.y + 10) * stepwell.camera.scale]""", box)


def shows_what_the_svg_shows(page):
    svg = page.path.with_suffix(".svg")
    if not svg.exists():
        return
    rectangles = [[int(rectangle.get(key)) for key in ("x", "y", "width", "height")]
                  for rectangle in xml.etree.ElementTree.parse(svg).iter(SVG + "rect")]
    page.expect("compose.js and compose.cc differ", sorted(rectangles) == sorted(page.run(FRAMES)))


def folds_and_unfolds(page):
    scope = page.run("""return stepwell.picture.frames.find(
        ({box, isOpen}) => box !== 0 && !isOpen && stepwell.scene.boxes[box].holds)?.box
        ?? stepwell.picture.frames.find(({box, isOpen}) => box !== 0 && isOpen)?.box ?? null""")
    if scope is None:
        return
    before = page.run(FRAMES)
    page.run("stepwell.reveal(arguments[0])", scope)
    page.settle()
    page.browser.click(*page.place_of(scope), times=2)
    unfolded = page.run(FRAMES)
    page.expect("a double click does not fold or unfold", unfolded != before)
    page.picture("unfolded")
    page.browser.keys("\ue007")  # Enter: the double click selected it, too
    page.expect("folding does not undo unfolding", page.run(FRAMES) == before)
    page.run("stepwell.select(null)")


def draws_no_overlap(page):
    overlaps = page.run("""const frames = stepwell.picture.frames.filter((frame) => !frame.isOpen);
        let count = 0;
        for (const a of frames) for (const b of frames) {
            if (a.box < b.box && a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height &&
                b.y < a.y + a.height) ++count;
        }
        return count""")
    page.expect(f"{overlaps} pairs of boxes overlap", overlaps == 0)


def unfolds_and_folds_all(page):
    page.run("document.getElementById('unfold-all').click()")
    page.run("""let left = 30;
        const begin = performance.now();
        const step = () => {
            stepwell.camera.zoomBy(left > 15 ? 0.95 : 1 / 0.95);
            if (--left > 0) requestAnimationFrame(step);
            else window.frameMilliseconds = (performance.now() - begin) / 30;
        };
        step();""")
    count = page.run("return stepwell.picture.frames.length")
    draws_no_overlap(page)
    page.picture("all")
    milliseconds = page.run("return window.frameMilliseconds")
    everything = page.run("return stepwell.scene.boxes.length")
    page.expect(f"unfolding all shows {count} of {everything} boxes", count == everything)
    page.run("document.getElementById('fold-all').click()")
    page.expect("folding all leaves something unfolded",
                page.run("return stepwell.picture.frames.filter(({isOpen}) => isOpen).length") == 1)
    page.settle()
    print(f"{page.path.name}: {count} boxes unfolded, {milliseconds:.0f} ms from frame to frame while zooming")


def finds_what_is_typed(page):
    name = page.run("""return stepwell.scene.boxes.findLast(({op, name}) => op !== undefined && !/\\s/.test(name)).name""")
    page.browser.keys("/" + name)
    page.expect("search finds nothing", page.run("return document.querySelectorAll('#results li').length") > 1)
    page.browser.keys("\ue007")
    page.settle()
    selected = page.run("return stepwell.scene.boxes[stepwell.view.selected]?.name ?? ''")
    page.expect(f"search for {name} selects {selected}", name in selected)
    panel = page.run("return document.getElementById('panel').textContent")
    page.expect("the panel does not name what is selected", selected in panel)
    page.picture("found")
    page.browser.keys("\ue00c\ue00c")  # Escape leaves the field, then the selection
    page.expect("Escape does not let go", page.run("return stepwell.view.selected") is None)


def shows_weights(page):
    weight = page.run("return stepwell.scene.boxes.find((box) => box.weight)?.id ?? null")
    if weight is None:
        return
    page.run("stepwell.reveal(arguments[0])", weight)
    page.settle()
    page.browser.click(*page.place_of(weight))
    page.expect("a weight has no histogram", page.run("return document.querySelectorAll('#panel svg rect').length") == 40)
    page.picture("weight")
    page.run("stepwell.select(null)")


def moves_along_lines(page):
    page.run("stepwell.reveal(stepwell.scene.edges[0].from)")
    page.settle()
    page.browser.keys("\ue015")  # down
    page.settle()
    page.expect("the arrow keys do not follow a line", page.run(
        "return stepwell.view.selected !== stepwell.scene.edges[0].from && stepwell.view.selected !== null"))
    page.run("stepwell.select(null)")


def moves_by_the_minimap(page):
    before = page.run("return [stepwell.camera.x, stepwell.camera.y]")
    left, top, width, height = page.run("""const {left, top, width, height} =
        document.getElementById("minimap").getBoundingClientRect(); return [left, top, width, height]""")
    page.browser.click(left + width / 4, top + height - 3)
    page.expect("the minimap does not move the view", page.run("return [stepwell.camera.x, stepwell.camera.y]") != before)
    page.browser.keys("0")
    page.settle()


def switches_the_theme(page):
    background = "return getComputedStyle(document.body).backgroundColor"
    first = page.run(background)
    page.picture("light" if first == "rgb(255, 255, 255)" else "dark")
    page.browser.keys("t")
    page.expect("the theme does not switch", page.run(background) != first)
    page.picture("dark" if first == "rgb(255, 255, 255)" else "light")
    page.browser.keys("t")


def shows_its_keys(page):
    page.browser.keys("?")
    page.expect("no help is shown", page.run("return document.getElementById('keys').open"))
    page.picture("keys")
    page.browser.keys("\ue00c")


def is_clean(page):
    page.expect("a name of the model ran as a script", page.run("return window.hostile ?? null") is None)
    page.expect("the page holds foreign elements", page.run("return document.images.length + document.scripts.length") == 2)
    page.expect("the page loaded something", page.run("return performance.getEntriesByType('resource').length") == 0)
    errors = page.browser.errors()
    page.expect(f"the page complains: {errors}", not errors)


CHECKS = (shows_what_the_svg_shows, draws_no_overlap, switches_the_theme, folds_and_unfolds, finds_what_is_typed,
          shows_weights, moves_along_lines, moves_by_the_minimap, shows_its_keys, unfolds_and_folds_all, is_clean)


def main():
    with Browser() as browser:
        for argument in sys.argv[1:]:
            page = Page(browser, pathlib.Path(argument))
            for check in CHECKS:
                check(page)
    print("all pages are well")


if __name__ == "__main__":
    main()

"""Opens report pages in headless Chromium and checks what only a browser can tell.

    check_reports.py OUTPUT PAGE.html...

OUTPUT receives screenshots in light and dark, at the width of a phone, and a PDF of the printed page. Every finding is a
line on standard error; the exit code says whether there was any.
"""

import json
import os
import sys
import time

from devtools import Browser, Page, find_browser

# Every plot: has marks, has its text alternatives, nothing sticks out of it, no two labels of an axis touch.
PLOTS = """(() => {
  const found = [];
  const plots = [...document.querySelectorAll("svg.plot")];
  for (const plot of plots) {
    const name = plot.dataset.plot.slice(0, 60);
    const box = plot.getBoundingClientRect();
    if (box.width < 100 || box.height < 50) found.push(`${name}: has no size`);
    if (!plot.querySelector(".marks *")) found.push(`${name}: shows nothing`);
    for (const id of plot.getAttribute("aria-labelledby").split(" "))
      if (!document.getElementById(id)?.textContent.trim()) found.push(`${name}: no text alternative ${id}`);
    const texts = [...plot.querySelectorAll("text")].filter((text) => text.getBoundingClientRect().width > 0);
    for (const text of texts) {
      const at = text.getBoundingClientRect();
      if (at.left < box.left - 2 || at.right > box.right + 2 || at.top < box.top - 2 || at.bottom > box.bottom + 2)
        found.push(`${name}: "${text.textContent.slice(0, 40)}" is cut off`);
    }
    for (const group of ["axes", "legend"]) {
      const labels = texts.filter((text) => text.closest("." + group) && !text.getAttribute("transform"))
        .map((text) => [text.textContent, text.getBoundingClientRect()]);
      labels.forEach(([one, a], i) => {
        for (const [other, b] of labels.slice(i + 1))
          if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4)
            found.push(`${name}: labels "${one.slice(0, 30)}" and "${other.slice(0, 30)}" overlap`);
      });
    }
  }
  return {found, count: plots.length};
})()"""

# Headings in order, names for what can be reached, every id once.
STRUCTURE = """(() => {
  const found = [];
  if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) found.push(`heading "${heading.textContent.slice(0, 40)}" skips a level`);
    level = next;
  }
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  if (new Set(ids).size !== ids.length) found.push("an id is there twice");
  for (const link of document.querySelectorAll("a[href^='#']"))
    if (!document.getElementById(link.getAttribute("href").slice(1))) found.push(`dead link ${link.textContent}`);
  for (const field of document.querySelectorAll("input, select, output"))
    if (field.tagName !== "OUTPUT" && !field.labels?.length) found.push(`a ${field.tagName} without a label`);
  for (const figure of document.querySelectorAll("figure"))
    if (!figure.querySelector("figcaption") || !figure.querySelector("details table"))
      found.push("a figure without caption or table");
  for (const table of document.querySelectorAll("table"))
    if (!table.caption || !table.querySelector("th[scope=col]")) found.push("a table without caption or headings");
  return found;
})()"""

# Text against the page, as WCAG counts it: 4.5 to 1.
CONTRAST = """(() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!colour.endsWith(", 0)")) return colour;
    }
    return getComputedStyle(document.documentElement).backgroundColor;
  };
  const found = new Set();
  for (const one of document.querySelectorAll("p, li, dt, dd, th, td, caption, figcaption, summary, a, h1, h2, h3, span, text")) {
    if (!one.textContent.trim() || !one.getBoundingClientRect().width) continue;
    const style = getComputedStyle(one);
    const ink = one.tagName === "text" ? style.fill : style.color;
    const pair = [light(ink), light(ground(one))].sort((a, b) => b - a);
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (contrast < 4.5) found.add(`${one.tagName}.${one.getAttribute("class") ?? ""} has a contrast of ${contrast.toFixed(2)}`);
  }
  return [...found];
})()"""

# When the page was there, and the programs in it had set themselves up: what a reader waits for.
OPENED = """new Promise((done) => {
  const began = performance.now();
  const look = () => {
    const waits = [...document.querySelectorAll("[data-explorer]")].some((root) => root.dataset.ready !== "yes");
    if (waits && performance.now() - began < 20000) return setTimeout(look, 5);
    const opened = performance.getEntriesByType("navigation")[0].loadEventEnd;
    const ready = Math.max(opened, ...[...document.querySelectorAll("[data-explorer]")].map((r) => Number(r.dataset.readyAt ?? Infinity)));
    done([opened, Number.isFinite(ready) ? ready : -1]);
  };
  look();
})"""

# The list of every model in every explorer.
LIST = """[...document.querySelectorAll("[data-explorer]")].map((root) =>
  [...root.querySelectorAll("[data-list]")].map((body) => [...body.querySelectorAll("tr")].map((row) =>
    [Number(row.dataset.item), Number(row.dataset.value), row.querySelector("bdi").textContent])))"""

# How many of a list's items a slider at +2 has to replace, on pages of models that were trained for it.
FRESH = 8


class Report:
    def __init__(self, browser, path, output):
        self.browser, self.path = browser, path
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.output = output
        self.found = []
        self.facts = []

    def say(self, finding):
        self.found.append(f"{self.name}: {finding}")

    def open(self, **look):
        return Page(self.browser, self.path, **look)

    def check(self):
        for look in ["light", "dark"]:
            page = self.open(dark=look == "dark")
            if look == "light":
                milliseconds = page.run(OPENED)
                self.facts.append(
                    f"{os.path.getsize(self.path) / 1e6:.2f} MB, open after {milliseconds[0]:.0f} ms, "
                    f"explorers ready after {milliseconds[1]:.0f} ms")
                self.structure(page)
                self.keyboard(page)
                page.run("scrollTo(0, 0); document.activeElement.blur()")
            for finding in page.run(CONTRAST):
                self.say(f"{look}: {finding}")
            page.screenshot(os.path.join(self.output, f"{self.name}-{look}.png"))
            if look == "light":
                page.pdf(os.path.join(self.output, f"{self.name}.pdf"))
            self.finish(page)
        page = self.open(width=390)
        wide = page.run("document.scrollingElement.scrollWidth")
        if wide > 390:
            self.say(f"is {wide} pixels wide on a phone of 390")
        page.screenshot(os.path.join(self.output, f"{self.name}-phone.png"))
        self.finish(page)
        page = self.open()
        for place in range(page.run("document.querySelectorAll('[data-explorer]').length")):
            self.explorer(page, place)
        self.finish(page)

    def finish(self, page):
        for complaint in page.complaints():
            self.say(complaint)
        page.close()

    def structure(self, page):
        plots = page.run(PLOTS)
        self.facts.append(f"{plots['count']} plots")
        for finding in plots["found"] + page.run(STRUCTURE):
            self.say(finding)
        if page.run("document.title") == "":
            self.say("has no title")

    def keyboard(self, page):
        page.press("Tab", 9)
        if page.run("document.activeElement.className") != "skip":
            self.say("the first Tab does not reach the skip link")
        if page.run("document.activeElement.getBoundingClientRect().left") < 0:
            self.say("the skip link stays out of sight")
        page.press("Enter", 13, "\r")
        if page.run("location.hash") != "#main":
            self.say("the skip link leads nowhere")
        if page.run("document.querySelector('details') !== null"):
            page.run("document.querySelector('summary').focus()")
            page.press("Enter", 13, "\r")
            if not page.run("document.querySelector('details').open"):
                self.say("a table does not open by keyboard")
            page.press("Enter", 13, "\r")

    def explorer(self, page, place):
        root = f"document.querySelectorAll('[data-explorer]')[{place}]"
        deadline = time.monotonic() + 20
        while page.run(f"{root}.dataset.ready") != "yes" and time.monotonic() < deadline:
            time.sleep(0.05)
        if page.run(f"{root}.dataset.ready") != "yes":
            return self.say("the explorer did not start")
        deviation = float(page.run(f"{root}.dataset.deviation"))
        limit = 1e-3 if '"precision":"f16"' in page.run(f"{root}.querySelector('script').textContent") else 1e-4
        if not deviation <= limit:
            self.say(f"the explorer is {deviation} off doppel's numbers")
        def lists():
            return page.run(LIST)[place]

        def values(found):
            return [[row[1] for row in rows] for rows in found]

        def choose(value):
            page.run(f"""(() => {{
              const start = {root}.querySelector("[data-start]");
              start.value = {json.dumps(value)};
              start.dispatchEvent(new Event("change"));
            }})()""")

        def slide(direction, value):
            page.run(f"""(() => {{
              const slider = {root}.querySelector("[data-direction='{direction}']");
              slider.step = "any";
              slider.value = {value};
              slider.dispatchEvent(new Event("input"));
            }})()""")

        data = json.loads(page.run(f"{root}.querySelector('script').textContent"))
        sliders = page.run(f"{root}.querySelectorAll('[data-direction]').length")
        before = lists()
        page.run(f"{root}.querySelector('[data-direction]').focus()")
        shown = page.run(f"{root}.querySelector('[data-direction]').nextElementSibling.textContent")
        for _ in range(60):
            page.press("ArrowRight", 39)
        after = lists()
        if page.run(f"{root}.querySelector('[data-direction]').nextElementSibling.textContent") == shown:
            self.say("arrow keys do not move a slider")
        for number, (one, other) in enumerate(zip(values(before), values(after))):
            if one == other:
                self.say(f"a moved slider does not change list {number + 1}")
            if other != sorted(other, reverse=True):
                self.say(f"list {number + 1} is not in order")
        page.run(f"{root}.querySelector('[data-reset]').focus()")
        page.press("Enter", 13, "\r")
        if lists() != before:
            self.say("'Reset sliders' does not restore the start")

        # doppel's own numbers, at a place that the page is moved to as a reader would.
        check = data["models"][0]["check"]
        # Steps would round where the slider is.
        page.run(f"{root}.querySelector('[data-direction]').step = 'any'")
        choose(str(check["place"]))
        position = float(page.run(f"{root}.querySelector('[data-direction]').value"))
        slide(0, position + check["deviations"])
        worst = 0
        for model, moved in zip(data["models"], lists()):
            known = dict(zip(model["check"]["items"], model["check"]["values"]))
            worst = max([worst] + [abs(row[1] - known[row[0]]) for row in moved if row[0] in known])
            if len(moved) != len(known) or sum(row[0] in known for row in moved) < len(moved) - 1:
                self.say(f"{model['name']} lists other items than doppel")
            if [row[2] for row in moved] != [data["names"][row[0]] for row in moved]:
                self.say("the list has other names than the items")
        if not worst <= limit:
            self.say(f"the list is {worst} off doppel's")

        fresh = []
        middle = str(len(data["places"]))
        for direction in range(sliders):
            choose(middle)
            start = [{row[0] for row in rows} for rows in lists()]
            slide(direction, 2)
            fresh.append([sum(row[0] not in own for row in rows) for own, rows in zip(start, lists())])
        if self.name.startswith("inspect") and not self.name.startswith("inspection") and max(one[0] for one in fresh) < FRESH:
            self.say(f"no slider at +2 replaces {FRESH} items: {fresh}")

        for number, model in enumerate(data["models"]):
            for button in ["data-draw-prior", "data-draw-near"]:
                choose("0")
                path = f"{root}.querySelectorAll('[data-model]')[{number}].querySelector('[{button}]')"
                own = lists()
                page.run(f"{path}.click()")
                if (lists()[number] != own[number]) != model["isDistribution"]:
                    self.say(f"{button} of {model['name']} does not do what a {'distribution' if model['isDistribution'] else 'point'} can")
        if page.run(f"{root}.querySelector('[data-typed]') !== null"):
            # An id that trims to another could not be typed.
            name = next(
                place for place, text in enumerate(data["names"])
                if text == text.strip() and text.isprintable() and data["names"].count(text) == 1)
            choose(middle)
            own = lists()
            page.run(f"""(() => {{
              const field = {root}.querySelector("[data-typed]");
              field.value = {json.dumps(data['names'][name])};
              field.dispatchEvent(new Event("input"));
            }})()""")
            if lists() == own or page.run(f"{root}.querySelector('[data-start]').value") != "typed":
                self.say("a typed item does not start anywhere")
            page.run(f"{root}.querySelector('[data-chips] button').click()")
            if lists() != own:
                self.say("taking the typed item off does not lead back")
        else:
            self.facts.append("no typed items")
        times = page.run(f"""(() => {{
          const slider = {root}.querySelector("[data-direction]");
          const times = [];
          for (let i = 0; i < 40; i += 1) {{
            const began = performance.now();
            slider.value = Number(slider.min) + (i / 40) * (slider.max - slider.min);
            slider.dispatchEvent(new Event("input"));
            document.body.getBoundingClientRect();
            times.push(performance.now() - began);
          }}
          return times.sort((a, b) => a - b);
        }})()""")
        choose(str(len(data["places"]) - 1))
        if values(lists()) == values(before):
            self.say("another start gives the same list")
        names = ", ".join(f"{one['low']} ↔ {one['high']}" for one in data["directions"][:3])
        self.facts.append(
            f"explorer: {sliders} sliders ({names}), off by {max(deviation, worst):.0e}, at +2 new of {len(before[0])}: "
            f"{'; '.join('/'.join(map(str, one)) for one in fresh)}, "
            f"a slider answers in {times[20]:.1f} ms (slowest of 40: {times[-1]:.1f})")


def main(output, paths):
    path = find_browser()
    if path is None:
        sys.exit("check_reports: no Chromium found; .ci/install-chromium gets one, CHROMIUM names another")
    os.makedirs(output, exist_ok=True)
    found = []
    with Browser(path) as browser:
        for path in paths:
            report = Report(browser, path, output)
            report.check()
            print(f"{report.name}: {'; '.join(report.facts)}{'' if not report.found else ' — NOT GOOD'}")
            found += report.found
    for finding in found:
        print(finding, file=sys.stderr)
    print(f"{len(paths)} pages opened, {len(found)} findings; screenshots in {output}")
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))

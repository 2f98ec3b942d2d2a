"""Opens report.html in headless Chromium and uses it as a reader would.

Makes pages of invented reports (published tables, evaluations of every kind, texts that try to be markup, parts that are
missing, 2,000 examples) with report_page_dump, opens them as files without a network, and checks what is shown, every
control, both themes and three widths. With --html a finished page is checked instead: errors, requests, widths,
contrast, search. Exit code 1 and a line for each fault; 77 where Chromium or selenium is missing.

    python report_browser.py --bin build/release/bin [--screenshots DIR]
    python report_browser.py --html report.html [--screenshots DIR]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

try:
    from selenium import webdriver
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import Select
except ImportError:
    print("skipped: selenium is not installed")
    sys.exit(77)

HERE = Path(__file__).resolve().parent
WIDTHS = (390, 800, 1400)
THEMES = ("light", "dark")
LEAST_CONTRAST = 4.5
SECONDS_TO_DRAW = 20  # 40 evaluations with 2,000 examples, on a busy machine
PAGE_LENGTH = 60

faults = []


def check(right, what):
    if not right:
        faults.append(what)
        print("FAULT", what)


def equal(got, wanted, what):
    check(got == wanted, f"{what}: {got!r} instead of {wanted!r}")


def start_browser():
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not browser or not driver:
        print("skipped: chromium and chromedriver are not installed (apt-get install chromium chromium-driver)")
        sys.exit(77)
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    made = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    made.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {
        "source": "window.violations = []; addEventListener('securitypolicyviolation', (e) => violations.push(e.violatedDirective + ' ' + e.blockedURI));"})
    return made


class Page:
    """A page in the browser; `name` stands in messages."""

    def __init__(self, browser, path, name):
        self.browser, self.name, self.url = browser, name, Path(path).resolve().as_uri()
        self.resize(1400)
        self.media({})
        if browser.current_url.startswith("file:"):
            self.run("localStorage.clear()")  # the theme that a page before this one kept
        self.open()

    def open(self):
        for kind in ("browser", "performance"):
            self.browser.get_log(kind)  # what came before is not of this page
        self.browser.get(self.url)
        self.run(f"window.checks = {(HERE / 'browser' / 'page_checks.js').read_text()}")

    def run(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def resize(self, width, height=900):
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def media(self, features, kind=""):
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": kind, "features": [{"name": k, "value": v} for k, v in features.items()]})

    def theme(self, theme):
        self.run("document.documentElement.dataset.theme = arguments[0]", theme)

    def find(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def click(self, element):
        self.run("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
        element.click()

    def is_clean(self):
        """No error, no request beside the file, nothing that its policy had to stop."""
        for entry in self.browser.get_log("browser"):
            check(False, f"{self.name}: console: {entry['message']}")
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                url = message["params"].get("request", message["params"])["url"]
                check(url.split("#")[0] == self.url or url.startswith("data:"), f"{self.name}: it asked for {url[:100]}")
        equal(self.run("return window.violations"), [], f"{self.name}: violations of its policy")
        equal(self.run("return checks.outside()"), [], f"{self.name}: places that point outside")
        check(self.run("return window.hacked === undefined"), f"{self.name}: a text of the report was run")
        equal(self.run("return document.querySelectorAll('main script, main b[onclick], main iframe').length"), 0, f"{self.name}: markup in texts")

    def fits_and_reads(self):
        self.media({"prefers-reduced-motion": "reduce"})  # colours are read at once
        for width in WIDTHS:
            self.resize(width)
            for theme in THEMES:
                self.theme(theme)
                sideways = self.run("return checks.sideways()")
                equal(sideways, {"moved": 0, "wide": []}, f"{self.name}: at {width} pixels, {theme}, it scrolls sideways")
        for theme in THEMES:
            self.theme(theme)
            contrast = self.run("return checks.lowContrast(arguments[0])", LEAST_CONTRAST)
            check(contrast["texts"] > 3, f"{self.name}: no texts")
            equal(contrast["found"], [], f"{self.name}: {theme}: contrast below {LEAST_CONTRAST}")
        equal(self.run("return checks.nameless()"), [], f"{self.name}: controls without a name")
        self.run("delete document.documentElement.dataset.theme")
        self.media({})


def shown_count(page):
    """What the counter says: examples that the filters let through."""
    return int(page.find("#result-count").text.split()[0].replace(",", ""))


def search_for(page, words):
    field = page.find("#search")
    field.clear()
    field.send_keys(words)
    return shown_count(page)


def check_search(page):
    if not page.all("#search"):
        return
    whole = shown_count(page)
    equal(search_for(page, "no example holds these words"), 0, f"{page.name}: search for what is nowhere")
    check(page.find(".nothing").is_displayed(), f"{page.name}: an empty result does not say so")
    one = page.run("const r = JSON.parse(document.getElementById('report').textContent);"
                   "return r.jobs.flatMap(j => j.examples || []).find(e => e && e.id && e.question)")
    if one:
        words = " ".join(f"{one['id']} {one['question'][:80]}".split())
        found = search_for(page, words)
        check(0 < found and (found < whole or whole == 1), f"{page.name}: search for {words!r} finds {found} of {whole}")
    page.click(page.find("#filter-reset"))
    equal(shown_count(page), whole, f"{page.name}: examples after 'Clear filters'")


def check_generic(page):
    page.is_clean()
    page.fits_and_reads()
    check_search(page)
    page.is_clean()


def take_screenshots(page, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, width, theme in (("light", 1400, "light"), ("dark", 1400, "dark"), ("narrow", 390, "light")):
        page.resize(width)
        page.open()
        page.theme(theme)
        height = page.run("return document.documentElement.scrollHeight")
        page.resize(width, min(height, 6000))
        time.sleep(1)  # pictures are decoded when they come into view
        page.browser.save_screenshot(str(folder / f"{name}.png"))
    page.resize(1400)
    page.open()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, help="folder of report_page_dump")
    parser.add_argument("--html", type=Path, help="check this page only")
    parser.add_argument("--screenshots", type=Path, help="write light.png, dark.png and narrow.png there")
    arguments = parser.parse_args()
    if not arguments.bin and not arguments.html:
        parser.error("one of --bin and --html is needed")
    browser = start_browser()
    try:
        if arguments.html:
            page = Page(browser, arguments.html, arguments.html.name)
            check_generic(page)
            if arguments.screenshots:
                take_screenshots(page, arguments.screenshots)
        else:
            sys.path.insert(0, str(HERE / "browser"))
            import report_use
            with tempfile.TemporaryDirectory() as folder:
                report_use.check_all(sys.modules[__name__], browser, arguments.bin, Path(folder), arguments.screenshots)
    finally:
        browser.quit()
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""The checks of report_browser.py that know what the page should show: reports made by report_fixture.py.
`t` is report_browser itself: its functions, Page, and the classes of selenium."""

import json
import subprocess
import time

import report_fixture

DASH = "–"


def make_page(binaries, folder, name, report):
    data, page = folder / f"{name}.json", folder / f"{name}.html"
    data.write_text(json.dumps(report))
    subprocess.run([binaries / "report_page_dump", data, page], check=True)
    return page


# ------------------------------------------------------------------------------- what should be shown


def score(value, unit):
    if value is None:
        return DASH
    shown = f"{100 * value:.1f}%" if unit == "fraction" else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
    return shown.replace("-", "−")


def cell(value):
    return DASH if value is None else value if isinstance(value, str) else f"{value:.1f}"


def number(value):
    return sum(float(part) for part in value.split("/")) if isinstance(value, str) else value


def shown_score(example, job):
    return None if example["score"] is None else example["score"] * (100 if job["unit"] == "fraction" else 1)


def examples_of(report):
    return [(job, example) for job in report["jobs"] for example in job["examples"]]


# ----------------------------------------------------------------------------------------- the checks


def check_tables(t, page, report):
    for i, table in enumerate(report["tables"]):
        shown = page.run("return checks.rows(document.querySelector(arguments[0]))", f"#table-{i + 1}")
        bar = [""] if len(table["columns"]) == 1 else []
        wanted = [[row["method"], row["size"], *map(cell, row["values"]), *bar] for row in table["rows"]]
        for row in shown:
            row[0] = row[0].removesuffix("this run").strip()
        t.equal(shown, wanted, table["title"])
        t.equal(len(page.all(f"#table-{i + 1} tr.ours")), sum(row["ours"] for row in table["rows"]), f"{table['title']}: rows of this run")
        best = {(r, c) for c in range(len(table["columns"])) for r, row in enumerate(table["rows"])
                if row["values"][c] is not None and number(row["values"][c]) == max(number(other["values"][c]) for other in table["rows"] if other["values"][c] is not None)}
        bold = page.run("return [...document.querySelectorAll(arguments[0])].map(c => [[...c.closest('table').querySelectorAll('tbody tr:not(.group-row)')].indexOf(c.parentElement), c.cellIndex - 2])",
                        f"#table-{i + 1} .best-value")
        t.equal({tuple(place) for place in bold}, best, f"{table['title']}: bold values")


def check_sorting(t, page, report):
    """A column from the largest, from the smallest, and back; missing values always last."""
    table = report["tables"][0]
    column = table["columns"].index("grefcoco testA")
    values = [row["values"][column] for row in table["rows"]]
    present = [cell(value) for value in sorted(value for value in values if value is not None)]
    missing = [DASH] * values.count(None)
    head = page.all("#table-1 thead th")[column + 2]
    for turn, wanted, state in ((1, present[::-1] + missing, "descending"), (2, present + missing, "ascending"), (3, [cell(v) for v in values], None)):
        if turn == 2:
            head.find_element(t.By.TAG_NAME, "button").send_keys(t.Keys.ENTER)  # by keyboard as well
        else:
            page.click(head.find_element(t.By.TAG_NAME, "button"))
        shown = [row[column + 2] for row in page.run("return checks.rows(document.querySelector('#table-1'))")]
        t.equal(shown, wanted, f"sorted by a column, click {turn}")
        t.equal(head.get_attribute("aria-sort"), state, "aria-sort")
        t.equal(len(page.all("#table-1 .group-row")), len({row["group"] for row in table["rows"]}) if turn == 3 else 0, "headings of groups")
    size = page.all("#table-4 thead th")[1].find_element(t.By.TAG_NAME, "button")
    page.click(size)
    shown = [row[1] for row in page.run("return checks.rows(document.querySelector('#table-4'))")]
    t.equal(shown, sorted(shown, key=lambda words: -float(words[:-1])), "sizes as numbers")
    page.click(size), page.click(size)


def check_jobs(t, page, report):
    jobs = report["jobs"]
    t.equal(len(page.all("article.job")), len(jobs), "evaluations shown")
    summary = page.run("return checks.rows(document.querySelector('#summary'))")
    for i, job in enumerate(jobs):
        main, unit, where = job["metrics"][0], job["unit"], job["name"]
        difference = main["value"] - main["chance"]
        amount = abs(100 * difference if unit == "fraction" else difference)
        margin = "±0" if amount < 0.05 else ("+" if difference > 0 else "−") + f"{amount:.1f}"
        t.equal(summary[i], [where, main["name"], score(main["value"], unit), f"{score(main['low'], unit)} to {score(main['high'], unit)}", "",
                             score(main["chance"], unit), margin], f"summary of {where}")
        card = page.find(f"#job-{i + 1}")
        t.equal(card.find_element(t.By.CSS_SELECTOR, ".large").text, score(main["value"], unit), f"{where}: main value")
        words = card.find_element(t.By.CSS_SELECTOR, ".margin").text
        t.check(margin in words or margin == "±0", f"{where}: margin {margin} is not in {words!r}")
        side = "whole interval lies above" if main["low"] > main["chance"] else "whole interval lies below" if main["high"] < main["chance"] else ""
        t.check(side in words if side else "whole interval" not in words, f"{where}: {words!r} does not say '{side}'")
        tone = "above" if main["low"] > main["chance"] else "below" if main["high"] < main["chance"] else "open"
        t.equal(page.run("return document.querySelectorAll('#summary tbody tr')[arguments[0]].lastElementChild.classList.contains(arguments[1])", i, tone), True,
                f"{where}: colour of the margin")
        tables = card.find_elements(t.By.CSS_SELECTOR, ".job-parts table")
        metrics = [[metric["name"], score(metric["value"], unit)] for metric in job["metrics"]]
        t.equal([row[:2] for row in page.run("return checks.rows(arguments[0])", tables[0])], metrics, f"{where}: metrics")
        for table, breakdown in zip(tables[1:], job["breakdowns"], strict=True):
            shown = page.run("return checks.rows(arguments[0])", table)
            wanted = [[row["name"].strip(), DASH if row["samples"] is None else str(row["samples"]), score(row["value"], unit)] for row in breakdown["rows"]]
            t.equal([row[:3] for row in shown], wanted if len(wanted) <= 14 else wanted[:12], f"{where}: {breakdown['title']}")
        t.equal(len(card.find_elements(t.By.CSS_SELECTOR, ".histogram .bar")), len(job["histogram"]["counts"]) if "histogram" in job else 0, f"{where}: bars")
        t.equal(len(card.find_elements(t.By.CSS_SELECTOR, ".histogram .blind-line")), int("histogram" in job), f"{where}: line of blind answers")
        t.equal(len(card.find_elements(t.By.CSS_SELECTOR, ".failures li")), len(job["failures"]), f"{where}: failures")
        counts = [entry.text.split("\n")[-1] for entry in card.find_elements(t.By.CSS_SELECTOR, ".counts dd")]
        t.equal(counts, [DASH if value is None else f"{value:,}" for value in job["counts"].values()], f"{where}: counts")
    page.click(page.find("article.job:last-of-type .job-parts .button"))
    t.equal(len(page.all("article.job:last-of-type .job-parts > :last-child tbody tr")), 30, "rows after 'Show all'")


def check_filters(t, page, report):
    every = examples_of(report)
    cards = lambda: page.all(".example")
    t.equal(t.shown_count(page), len(every), "examples at first")
    t.equal(len(cards()), t.PAGE_LENGTH, "cards at first")
    page.click(page.find("#show-more"))
    t.equal(len(cards()), 2 * t.PAGE_LENGTH, "cards after 'Show more'")

    def holds(example, words):
        return all(word in "\n".join(example[key] for key in ("question", "answer", "reference", "id")).lower() for word in words)

    for words in ("red square", "MME/0000", "<b>bold</b>", "</script>"):
        t.equal(t.search_for(page, words), sum(holds(e, words.lower().split()) for _, e in every), f"search for {words!r}")
    t.check(len(page.all(".example mark")) > 0, "words found are not marked")
    page.click(page.find("#filter-reset"))

    select = lambda name: t.Select(page.find(f"#filter-{name}"))
    select("benchmark").select_by_visible_text("refcoco (all)")
    t.equal(t.shown_count(page), sum(job["benchmark"] == "refcoco" for job, _ in every), "one benchmark")
    select("benchmark").select_by_visible_text("refcoco testA")
    testa = [(job, e) for job, e in every if job["name"] == "refcoco testA"]
    t.equal(t.shown_count(page), len(testa), "one evaluation")
    t.equal(page.find("#show-more").is_displayed(), False, "'Show more' where there is no more")
    select("group").select_by_value("worst")
    worst = [(job, e) for job, e in testa if e["group"] == "worst"]
    t.equal(t.shown_count(page), len(worst), "one group")
    select("category").select_by_value("shape")
    t.equal(t.shown_count(page), sum(e["category"] == "shape" for _, e in worst), "one category")
    page.click(page.find("#filter-reset"))

    page.find("#score-from").send_keys("20")
    t.equal(t.shown_count(page), sum((shown_score(e, job) or 0) >= 20 for job, e in every), "scores from 20")
    page.find("#score-to").send_keys("60.5")
    t.equal(t.shown_count(page), sum(20 <= (shown_score(e, job) or 0) <= 60.5 for job, e in every), "scores from 20 to 60.5")
    page.click(page.find("#filter-reset"))
    t.equal(t.shown_count(page), len(every), "examples after 'Clear filters'")

    select("benchmark").select_by_visible_text("refcoco testA")
    for order, reverse in (("high", True), ("low", False)):
        select("order").select_by_value(order)
        wanted = [e["id"] for _, e in sorted(testa, key=lambda pair: pair[1]["score"], reverse=reverse)]
        t.equal([code.text for code in page.all(".example code")], wanted, f"order: {order}")
    select("order").select_by_value("given")
    page.click(page.find("#filter-reset"))
    page.click(page.find("#job-2 .see-examples"))
    t.equal(t.shown_count(page), len(testa), "'See examples' of an evaluation")
    page.click(page.find("#filter-reset"))


def check_dialog(t, page):
    """Of the examples that the filters let through; closes with Escape and gives the focus back."""
    picture = page.all(".example .picture")[1]
    page.click(picture)
    dialog = page.find("dialog")
    t.check(dialog.is_displayed(), "a click on a picture opens nothing")
    title = lambda: page.find("#enlarged-title").text
    count = t.shown_count(page)
    t.equal(title(), f"Example 2 of {count}", "title of the enlarged view")
    width = page.run("return document.querySelector('dialog img').getBoundingClientRect().width")
    t.check(width > picture.rect["width"] * 1.3, f"the picture is not enlarged: {width}")
    dialog.send_keys(t.Keys.ARROW_RIGHT)
    t.equal(title(), f"Example 3 of {count}", "after the right arrow")
    page.find("dialog [aria-label='Previous example']").click()
    page.find("dialog [aria-label='Previous example']").click()
    t.equal(title(), f"Example 1 of {count}", "after two clicks on 'previous'")
    dialog.send_keys(t.Keys.ESCAPE)
    t.check(not dialog.is_displayed(), "Escape does not close the enlarged view")
    t.check(page.run("return document.activeElement === arguments[0]", picture), "the focus does not return to the picture")


def check_theme(t, page):
    ground = lambda: page.run("return getComputedStyle(document.body).backgroundColor")
    page.run("delete document.documentElement.dataset.theme")
    colours = {}
    for scheme in t.THEMES:
        page.media({"prefers-color-scheme": scheme})
        colours[scheme] = ground()
    t.check(colours["light"] != colours["dark"], "the page does not follow the system's theme")
    page.media({"prefers-color-scheme": "light"})
    page.open()
    for wanted in ("dark", "light", "dark"):
        page.click(page.find("#theme"))
        t.equal((ground(), page.run("return document.documentElement.dataset.theme")), (colours[wanted], wanted), "theme after a click")
    page.media({"prefers-reduced-motion": "reduce"})
    t.equal(page.run("return [getComputedStyle(document.documentElement).scrollBehavior, getComputedStyle(document.querySelector('.button')).transitionDuration]"),
            ["auto", "0s"], "motion where little is asked for")
    page.media({}, "print")
    t.equal(ground() != colours["dark"] and not page.find(".filters").is_displayed(), True, "on paper: light, without controls")
    page.media({})


def check_hostile(t, page, report):
    """Every hostile text stands on the page as it is."""
    t.equal(t.search_for(page, "hostile/"), len(report_fixture.HOSTILE) + 1, "hostile examples")
    shown = page.run("return [...document.querySelectorAll('.example')].map(card => [...card.querySelectorAll('.question, dd .clip')].map(e => e.textContent))")
    words = [*report_fixture.HOSTILE, report_fixture.LONG_WORD]
    t.equal(shown, [[text] * 3 for text in words], "hostile texts")
    t.equal(page.find("article.job:last-of-type h3").get_property("textContent"), report_fixture.HOSTILE[0], "a hostile name")
    t.equal(page.run("return document.querySelectorAll('.example img').length"), 0, "pictures that are no pictures")
    page.click(page.find("#filter-reset"))
    page.run("document.querySelector('.settings').open = true")
    t.equal(json.loads(page.find(".settings pre").get_property("textContent")), report["config"], "the configuration")


def check_contents(t, page, report):
    links = page.all("#contents a")
    targets = page.run("return [...document.querySelectorAll('#contents a')].map(a => document.querySelectorAll(a.getAttribute('href')).length)")
    t.equal(targets, [1] * (len(report["tables"]) + len(report["jobs"]) + 3), "places that the contents name")
    page.media({"prefers-reduced-motion": "reduce"})
    links[len(report["tables"]) + 3].click()
    time.sleep(0.3)
    t.equal(page.find("#contents [aria-current] span").text, report["jobs"][2]["name"], "the part that is being read")
    page.resize(390)
    time.sleep(0.1)
    t.equal(page.find("#contents a").is_displayed(), False, "contents on a narrow screen are folded")
    page.click(page.find("#contents summary"))
    t.equal(page.find("#contents a").is_displayed(), True, "contents on a narrow screen, opened")
    t.equal(page.find("#filter-group").is_displayed(), False, "filters on a narrow screen are folded")
    page.click(page.find(".filters-switch"))
    t.equal(page.find("#filter-group").is_displayed(), True, "filters on a narrow screen, opened")
    page.resize(1400)
    page.media({})


def check_all(t, browser, binaries, folder, screenshots):
    report = report_fixture.full_report()
    page = t.Page(browser, make_page(binaries, folder, "full", report), "full report")
    if screenshots:
        t.take_screenshots(page, screenshots)
    t.check_generic(page)
    page.open()
    check_tables(t, page, report)
    check_sorting(t, page, report)
    check_jobs(t, page, report)
    check_filters(t, page, report)
    check_dialog(t, page)
    check_hostile(t, page, report)
    check_contents(t, page, report)
    check_theme(t, page)
    page.is_clean()

    for name, odd in report_fixture.odd_reports().items():
        page = t.Page(browser, make_page(binaries, folder, "odd", odd), name)
        t.check_generic(page)

    large = make_page(binaries, folder, "large", report_fixture.large_report())
    start = time.monotonic()
    page = t.Page(browser, large, "large report")
    t.equal((len(page.all("article.job")), t.shown_count(page), len(page.all(".example"))), (40, 2000, t.PAGE_LENGTH), "large report")
    drawn = time.monotonic() - start
    t.equal(t.search_for(page, "split_3/00049"), 10, "search in the large report")
    print(f"large report: {large.stat().st_size / 1e6:.1f} MB, shown after {drawn:.1f} s, searched {time.monotonic() - start - drawn:.1f} s later")
    t.check(drawn < t.SECONDS_TO_DRAW, f"the large report took {drawn:.1f} s")
    page.is_clean()

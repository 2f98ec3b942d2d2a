// ---- gallery: examples of all evaluations, and the filters that choose among them.

const pageLength = 60;

// Examples as the page uses them; `all` is what the search looks through.
function collectExamples(jobs) {
  return jobs.flatMap((job, jobIndex) => {
    const unit = text(job.unit);
    const found = records(job.examples);
    const end = scaleEnd(unit, found.map((example) => example.score));
    return found.map((example) => {
      const entry = {
        jobIndex, jobName: jobName(job, jobIndex), unit, end, id: text(example.id), group: text(example.group),
        metric: text(example.metric), score: isNumber(example.score) ? example.score : null, category: text(example.category),
        length: isNumber(example.words) ? example.words : null, question: text(example.question), answer: text(example.answer),
        reference: text(example.reference), picture: pictureOf(example.picture),
      };
      entry.all = [entry.question, entry.answer, entry.reference, entry.id].join("\n").toLowerCase();
      return entry;
    });
  });
}

function exampleCard(example, words, enlarge) {
  const name = `Enlarge example ${example.id}`;
  return el("article", { class: "example" },
    el("button", { type: "button", class: "picture", "aria-label": name, click: enlarge },
      example.picture ? el("img", { src: example.picture, alt: "", loading: "lazy", decoding: "async" }) : "No picture"),
    el("div", { class: "text" },
      el("div", { class: "example-score" }, el("b", {}, scoreWords(example)), groupTag(example)),
      el("div", { class: "score-line", "aria-hidden": "true" }, example.score === null ? null : el("i", { variables: { at: place(example.score, example.end) } })),
      el("p", { class: "question clip" }, marked(example.question || dash, words)), saidList(example, words),
      el("p", { class: "origin" }, originLine(example), el("br"), el("code", {}, marked(example.id, words)))));
}

function setOptions(select, entries) {
  const chosen = select.value;
  select.replaceChildren(...entries.map(([value, label]) => el("option", { value }, label)));
  select.value = entries.some(([value]) => value === chosen) ? chosen : entries[0][0];
}

const distinct = (values) => [...new Set(values.filter(Boolean))];

const orders = {
  given: ["as in the report", null],
  high: ["highest score first", (a, b) => b - a],
  low: ["lowest score first", (a, b) => a - b],
};

function gallerySection(jobs) {
  const examples = collectExamples(jobs);
  if (examples.length === 0) return { element: null, showExamples: () => {} };
  const view = enlargedView();
  let found = examples;
  let words = [];
  let drawn = 0;

  const changed = () => refresh();
  const search = el("input", { type: "search", id: "search", placeholder: "Question, answer, reference or id", autocomplete: "off", input: changed });
  const job = el("select", { id: "filter-benchmark", change: changed });
  const group = el("select", { id: "filter-group", change: changed });
  const category = el("select", { id: "filter-category", change: changed });
  const order = el("select", { id: "filter-order", change: changed });
  const bound = (id, label, hint) => el("input", { type: "number", id, "aria-label": label, placeholder: hint, step: "any", input: changed });
  const from = bound("score-from", "Lowest score", "from");
  const to = bound("score-to", "Highest score", "to");
  const count = el("output", { id: "result-count", "aria-live": "polite" });
  const reset = el("button", { type: "button", class: "button", id: "filter-reset", click: clear }, "Clear filters");
  const toggle = el("button", { type: "button", class: "button filters-switch", "aria-expanded": "false", click: fold }, "More filters");
  const grid = el("div", { class: "gallery" });
  const nothing = el("p", { class: "nothing", hidden: true }, "No example fits these filters.");
  const more = el("button", { type: "button", class: "button", id: "show-more", click: () => drawPage() });

  setOptions(job, [["", "all"], ...benchmarkChoices(jobs)]);
  setOptions(group, [["", "all"], ...distinct(examples.map((e) => e.group)).map((name) => [name, name])]);
  setOptions(order, Object.entries(orders).map(([value, [label]]) => [value, label]));

  const labelled = (name, field, kind = "choice") => el("label", { class: kind }, name, field);
  const percent = examples.every((example) => example.unit === "fraction");
  const bar = el("div", { class: "filters", role: "search", "aria-label": "Filter examples" },
    el("div", { class: "filter-row" }, labelled("Search", search, "search"), labelled("Benchmark", job), labelled("Group", group),
      labelled("Category", category),
      el("div", { class: "range", role: "group", "aria-label": "Score" }, el("span", {}, percent ? "Score, %" : "Score"),
        el("div", {}, from, dash, to))),
    el("div", { class: "filter-foot" }, count, reset, toggle, el("label", { class: "order" }, "Order", order)));

  // "Benchmark" chooses one evaluation, or all of a benchmark that has several.
  function benchmarkChoices(all) {
    const choices = [];
    for (const name of distinct(all.map((entry) => text(entry.benchmark)))) {
      if (all.filter((entry) => text(entry.benchmark) === name).length > 1) choices.push([`b:${name}`, `${name} (all)`]);
    }
    return choices.concat(all.map((entry, index) => [`j:${index}`, jobName(entry, index)]).filter((_, index) => list(all[index].examples).length > 0));
  }

  function ofBenchmark(example) {
    const chosen = job.value;
    if (chosen === "") return true;
    return chosen.startsWith("j:") ? example.jobIndex === Number(chosen.slice(2)) : text(jobs[example.jobIndex].benchmark) === chosen.slice(2);
  }

  function refresh() {
    const among = examples.filter(ofBenchmark);
    setOptions(category, [["", "all"], ...distinct(among.map((example) => example.category)).sort(compareKeys).map((name) => [name, name])]);
    words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const low = from.value === "" ? null : Number(from.value);
    const high = to.value === "" ? null : Number(to.value);
    found = among.filter((example) => {
      const score = example.score === null ? null : Number(shownNumber(example.score, example.unit).toFixed(6));
      return (group.value === "" || example.group === group.value) && (category.value === "" || example.category === category.value) &&
        (low === null || (score !== null && score >= low)) && (high === null || (score !== null && score <= high)) &&
        words.every((word) => example.all.includes(word));
    });
    const compare = orders[order.value][1];
    if (compare) found = sortRows(found, (example) => example.score, compare(1, 0)); // without a score: at the end
    count.textContent = found.length === examples.length ? `${showCount(examples.length)} examples` : `${showCount(found.length)} of ${showCount(examples.length)} examples`;
    const active = [search, job, group, category, from, to].filter((field) => field.value !== "").length;
    reset.disabled = active === 0;
    nothing.hidden = found.length > 0;
    grid.replaceChildren();
    drawn = 0;
    drawPage();
  }

  function drawPage() {
    const page = found.slice(drawn, drawn + pageLength);
    const results = found;
    const first = drawn;
    grid.append(...page.map((example, i) => exampleCard(example, words, () => view.open(results, first + i))));
    drawn += page.length;
    more.hidden = drawn >= found.length;
    more.textContent = `Show ${showCount(Math.min(pageLength, found.length - drawn))} more of ${showCount(found.length - drawn)}`;
  }

  function clear() {
    for (const field of [search, job, group, category, from, to]) field.value = "";
    refresh();
    search.focus();
  }

  function fold() {
    const open = bar.classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(open));
    toggle.textContent = open ? "Fewer filters" : "More filters";
  }

  refresh();
  const element = el("section", { id: "examples", "aria-label": "Examples" }, sectionHead("Examples", "Left: true masks in green, shown regions in amber; right: masks of the answer. A click on a picture enlarges it."),
    bar, grid, nothing, el("div", { class: "more" }, more), view.element);
  return {
    element,
    showExamples(index) {
      clear();
      job.value = `j:${index}`;
      refresh();
      element.scrollIntoView();
    },
  };
}

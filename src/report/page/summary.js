// ---- summary: the report's head, and every benchmark's main metric on one scale.

const mainMetric = (job) => records(job.metrics)[0] || {};

function keyFigures(jobs, failures) {
  const figures = [["Benchmarks", showCount(new Set(jobs.map((job) => text(job.benchmark) || text(job.name))).size)],
    ["Evaluations", showCount(jobs.length)]];
  const samples = jobs.map((job) => record(job.counts).samples).filter(isNumber);
  if (samples.length > 0) figures.push(["Samples scored", showCount(samples.reduce((sum, count) => sum + count, 0))]);
  const compared = jobs.map(mainMetric).filter((metric) => isNumber(metric.value) && isNumber(metric.chance));
  if (compared.length > 0) {
    const above = compared.filter((metric) => (isNumber(metric.low) ? metric.low : metric.value) > metric.chance).length;
    figures.push(["Clearly above blind", [String(above), el("small", {}, ` of ${compared.length}`)]]);
  }
  figures.push(["Failures", showCount(failures)]);
  return el("dl", { class: "key-figures" }, figures.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

function pageHead(report, jobs) {
  const failures = jobs.reduce((sum, job) => sum + list(job.failures).length, 0);
  const systems = [...new Set(jobs.map((job) => text(job.answered_by)).filter(Boolean))];
  return el("header", { class: "page-head" },
    el("div", {}, el("h1", {}, text(report.title) || "Evaluation"),
      systems.length > 0 ? el("p", {}, `Answered by ${systems.slice(0, 4).join(", ")}${systems.length > 4 ? ` and ${systems.length - 4} more` : ""}`) : null),
    themeButton(), keyFigures(jobs, failures));
}

function summarySection(jobs) {
  if (jobs.length === 0) {
    return el("section", { id: "summary" }, sectionHead("Summary"), el("p", { class: "nothing" }, "This report has no evaluations."));
  }
  const rows = jobs.map((job, index) => ({ job, index, metric: mainMetric(job), unit: text(job.unit) }));
  const columns = [
    { label: "Evaluation", class: "name-cell", key: (row) => text(row.job.name), cell: (row) => el("a", { href: `#job-${row.index + 1}` }, jobName(row.job, row.index)) },
    { label: "Metric", class: "in-card", key: (row) => text(row.metric.name), cell: (row) => text(row.metric.name) || dash },
    { label: "Value", class: "figure", key: (row) => row.metric.value, cell: (row) => el("b", {}, showScore(row.metric.value, row.unit)) },
    { label: "95% interval", class: "figure in-card", key: (row) => row.metric.low, cell: (row) => showInterval(row.metric, row.unit) },
    { label: "On its scale", class: "bar-cell", key: (row) => row.metric.value / scaleEndOf(row.metric, row.unit), cell: (row) => scale(row.metric, row.unit, scaleEndOf(row.metric, row.unit)) },
    { label: "Blind", class: "figure in-card", key: (row) => row.metric.chance, cell: (row) => showScore(row.metric.chance, row.unit) },
    {
      label: "Margin",
      class: "figure",
      key: (row) => (marginOf(row.metric, row.unit) || { difference: null }).difference,
      cell: (row) => (marginOf(row.metric, row.unit) || { amount: dash }).amount,
      cellClass: (row) => (marginOf(row.metric, row.unit) || { kind: "" }).kind,
    },
  ];
  return el("section", { id: "summary", "aria-label": "Summary" },
    sectionHead("Summary", "The main metric of every evaluation, and how far it lies above blind answers."),
    el("div", { class: "card" }, scaleLegend(rows.map((row) => row.metric)),
      sortTable(columns, rows, { caption: "Main metrics", class: "pinned summary-table" })));
}

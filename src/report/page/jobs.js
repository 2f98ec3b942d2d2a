// ---- jobs: one card for each evaluation.

const firstRows = 12; // of a breakdown

function jobName(job, index) {
  return text(job.name) || `Evaluation ${index + 1}`;
}

function mainResult(metric, unit) {
  const end = scaleEndOf(metric, unit);
  const margin = marginOf(metric, unit);
  const hasInterval = isNumber(metric.low) && isNumber(metric.high);
  return el("div", { class: "main-result" },
    el("div", {}, el("p", { class: "name" }, text(metric.name) || "Main metric"),
      el("p", { class: "large" }, showScore(metric.value, unit)),
      hasInterval ? el("p", { class: "small soft number" }, `95% interval ${showInterval(metric, unit)}`) : null),
    el("div", {}, scale(metric, unit, end),
      el("div", { class: "scale-ends", "aria-hidden": "true" }, el("span", {}, "0"), el("span", {}, showEnd(end, unit))),
      margin ? el("p", { class: "margin" }, el("b", { class: margin.kind }, margin.amount === "±0" ? "No better than blind answers" : `${margin.amount} ${margin.words}`),
        el("span", { class: "soft" }, ` at ${showScore(metric.chance, unit)}${margin.verdict}.`)) :
        el("p", { class: "margin soft" }, "No blind answers to compare with.")));
}

function metricsTable(metrics, unit) {
  if (metrics.length === 0) return null;
  const interval = metrics.some((metric) => isNumber(metric.low) && isNumber(metric.high));
  const chance = metrics.some((metric) => isNumber(metric.chance));
  const columns = [
    { label: "Metric", key: (metric) => text(metric.name), cell: (metric) => text(metric.name) || dash },
    { label: "Value", class: "figure", key: (metric) => metric.value, cell: (metric) => el("b", {}, showScore(metric.value, unit)) },
  ];
  if (interval) columns.push({ label: "95% interval", class: "figure", key: (metric) => metric.low, cell: (metric) => showInterval(metric, unit) });
  if (chance) {
    columns.push({ label: "Blind", class: "figure", key: (metric) => metric.chance, cell: (metric) => showScore(metric.chance, unit) });
    columns.push({
      label: "Margin",
      class: "figure",
      key: (metric) => (marginOf(metric, unit) || { difference: null }).difference,
      cell: (metric) => (marginOf(metric, unit) || { amount: dash }).amount,
      cellClass: (metric) => (marginOf(metric, unit) || { kind: "" }).kind,
    });
  }
  return el("div", {}, el("h4", {}, "All metrics"), sortTable(columns, metrics, { caption: "All metrics", limit: firstRows }));
}

function breakdownTable(breakdown, metrics, unit) {
  const rows = records(breakdown.rows);
  if (rows.length === 0) return null;
  const name = text(breakdown.metric);
  const overall = (metrics.find((metric) => text(metric.name) === name) || {}).value;
  const end = scaleEnd(unit, rows.map((row) => row.value).concat(overall));
  const columns = [
    { label: "Subset", key: (row) => text(row.name), cell: (row) => text(row.name) || dash },
    { label: "Samples", class: "figure", key: (row) => row.samples, cell: (row) => showCount(row.samples) },
    { label: name || "Value", class: "figure", key: (row) => row.value, cell: (row) => showScore(row.value, unit) },
    { label: "Bar", class: "bar-cell", key: (row) => row.value, cell: (row) => barLine(row.value, end, overall) },
  ];
  return el("div", {}, el("h4", {}, text(breakdown.title) || "Breakdown",
    isNumber(overall) ? el("span", { class: "soft" }, ` line: ${showScore(overall, unit)} overall`) : null),
  sortTable(columns, rows, { caption: text(breakdown.title) || "Breakdown", limit: firstRows }));
}

function jobCounts(counts) {
  const entries = Object.entries(counts);
  if (entries.length === 0) return null;
  return el("dl", { class: "counts" }, entries.map(([name, value]) =>
    el("div", {}, el("dt", {}, name.replaceAll("_", " ")), el("dd", {}, showCount(value)))));
}

function jobFailures(failures) {
  if (failures.length === 0) return null;
  return el("details", { class: "failures", open: failures.length <= 3 },
    el("summary", {}, failures.length === 1 ? "1 failure" : `${showCount(failures.length)} failures`),
    el("ul", {}, failures.map((failure) => el("li", {}, text(failure)))));
}

function jobCard(job, index, showExamples) {
  const unit = text(job.unit);
  const metrics = records(job.metrics);
  const name = jobName(job, index);
  const where = [text(job.benchmark), text(job.split)].filter(Boolean).join(" · ");
  const examples = list(job.examples).length;
  const parts = [
    metricsTable(metrics.length > 1 ? metrics : [], unit),
    histogram(record(job.histogram), unit),
    ...records(job.breakdowns).map((breakdown) => breakdownTable(breakdown, metrics, unit)),
  ].filter(Boolean);
  return el("article", { class: "card job", id: `job-${index + 1}`, "aria-label": name },
    el("div", { class: "job-head" }, el("h3", {}, name),
      el("p", { class: "soft" }, [where, text(job.answered_by) ? `answered by ${text(job.answered_by)}` : ""].filter(Boolean).join(", "))),
    metrics.length > 0 ? mainResult(metrics[0], unit) : el("p", { class: "soft" }, "No metrics."),
    parts.length > 0 ? el("div", { class: "job-parts" }, parts) : null,
    jobFailures(list(job.failures)),
    el("div", { class: "job-foot" }, jobCounts(record(job.counts)),
      examples > 0 ? el("button", { type: "button", class: "button see-examples", click: () => showExamples(index) },
        `See ${showCount(examples)} ${examples === 1 ? "example" : "examples"}`) : null));
}

function jobsSection(jobs, showExamples) {
  if (jobs.length === 0) return null;
  return el("section", { id: "evaluations", "aria-label": "Evaluations" }, sectionHead("Evaluations"),
    jobs.map((job, index) => jobCard(job, index, showExamples)));
}

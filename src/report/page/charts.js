// ---- charts: a value on its scale, a bar, a distribution.

function scale(metric, unit, end) {
  const margin = marginOf(metric, unit);
  const words = [
    `${text(metric.name)} ${showScore(metric.value, unit)}`,
    isNumber(metric.low) && isNumber(metric.high) ? `95% interval ${showInterval(metric, unit)}` : "",
    isNumber(metric.chance) ? `blind answers ${showScore(metric.chance, unit)}` : "",
    margin ? `${margin.amount} ${margin.words}` : "",
    `on a scale from 0 to ${showEnd(end, unit)}`,
  ].filter(Boolean).join(", ");
  const box = el("div", { class: "scale", role: "img", "aria-label": words, title: words }, el("i", { class: "track" }));
  if (isNumber(metric.value)) box.append(el("i", { class: "reach", variables: { at: place(metric.value, end) } }));
  if (isNumber(metric.low) && isNumber(metric.high)) {
    box.append(el("i", { class: "band", variables: { from: place(metric.low, end), to: place(metric.high, end) } }));
  }
  if (isNumber(metric.chance)) box.append(el("i", { class: "blind", variables: { at: place(metric.chance, end) } }));
  if (isNumber(metric.value)) box.append(el("i", { class: "value", variables: { at: place(metric.value, end) } }));
  return box;
}

function scaleLegend(metrics) {
  return el("p", { class: "legend" },
    metrics.some((m) => isNumber(m.low)) ? el("span", {}, el("i", { class: "band-key" }), "95% interval") : null,
    metrics.some((m) => isNumber(m.chance)) ? el("span", {}, el("i", { class: "blind-key" }), "blind answers: the same metric without seeing the image") : null);
}

// A bar from 0; `overall` draws a line where the whole benchmark stands.
function barLine(value, end, overall) {
  return el("div", { class: "bar-line", "aria-hidden": "true" },
    isNumber(value) ? el("i", { variables: { at: place(value, end) } }) : null,
    isNumber(overall) ? el("b", { variables: { at: place(overall, end) } }) : null);
}

const plot = { width: 360, height: 172, left: 36, right: 10, top: 8, bottom: 34 };

function shares(counts) {
  const numbers = list(counts).map((count) => (isNumber(count) && count > 0 ? count : 0));
  const total = numbers.reduce((sum, count) => sum + count, 0);
  return { total, of: numbers.map((count) => (total > 0 ? count / total : 0)) };
}

function histogram(data, unit) {
  const edges = list(data.edges);
  const own = shares(data.counts);
  const bins = own.of.length;
  if (bins === 0 || edges.length !== bins + 1 || !edges.every(isNumber) || own.total === 0) return null;
  const blind = shares(data.chance);
  const withBlind = blind.of.length === bins && blind.total > 0;
  const top = roundUp(Math.max(...own.of, ...(withBlind ? blind.of : [])));
  const span = edges[bins] - edges[0] || 1;
  const x = (edge) => plot.left + ((edge - edges[0]) / span) * (plot.width - plot.left - plot.right);
  const y = (share) => plot.height - plot.bottom - (share / top) * (plot.height - plot.top - plot.bottom);
  const percent = (share) => `${Number((100 * share).toFixed(1))}%`;

  const metric = text(data.metric) || "score";
  const words = `Distribution of ${metric} over ${showCount(own.total)} samples; the largest bin holds ${percent(Math.max(...own.of))}`;
  const picture = svg("svg", { class: "histogram", viewBox: `0 0 ${plot.width} ${plot.height}`, role: "img", "aria-label": words });
  for (const share of [top / 2, top]) {
    picture.append(svg("line", { class: "grid", x1: plot.left, x2: plot.width - plot.right, y1: y(share), y2: y(share) }),
      svg("text", { x: plot.left - 5, y: y(share) + 3.5, "text-anchor": "end" }, percent(share)));
  }
  own.of.forEach((share, i) => {
    const [from, to] = [x(edges[i]), x(edges[i + 1])];
    const gap = Math.min(1.5, (to - from) / 6);
    const hint = `${showScore(edges[i], unit)} to ${showScore(edges[i + 1], unit)}: ${showCount(list(data.counts)[i])} samples (${percent(share)})` +
      (withBlind ? `, blind answers ${percent(blind.of[i])}` : "");
    picture.append(svg("g", { class: "slot" }, svg("title", {}, hint),
      svg("rect", { class: "hit", x: from, width: to - from, y: plot.top, height: y(0) - plot.top }),
      svg("rect", { class: "bar", x: from + gap, width: to - from - 2 * gap, y: y(share), height: y(0) - y(share), rx: 1.5 })));
  });
  if (withBlind) {
    const path = blind.of.map((share, i) => `${i === 0 ? `M${x(edges[0])} ${y(0)}` : ""}V${y(share)}H${x(edges[i + 1])}`).join("");
    picture.append(svg("path", { class: "blind-line", d: `${path}V${y(0)}`, "pointer-events": "none" }));
  }
  picture.append(svg("line", { class: "axis", x1: plot.left, x2: plot.width - plot.right, y1: y(0), y2: y(0) }));
  const step = Math.max(1, Math.ceil(bins / 5));
  for (let i = 0; i <= bins; i += step) {
    picture.append(svg("text", { x: x(edges[i]), y: y(0) + 14, "text-anchor": "middle" },
      unit === "fraction" ? String(Math.round(100 * edges[i])) : String(Number(edges[i].toFixed(2)))));
  }
  picture.append(svg("text", { x: (plot.left + plot.width - plot.right) / 2, y: plot.height - 4, "text-anchor": "middle" },
    unit === "fraction" ? `${metric}, %` : metric));
  const title = el("h4", {}, `Distribution of ${metric} `, el("span", { class: "soft" }, `share of ${showCount(own.total)} samples`));
  const legend = withBlind ? el("p", { class: "legend" }, el("span", {}, el("i"), "this run"),
    el("span", {}, el("i", { class: "line-key" }), "blind answers")) : null;
  return el("figure", {}, title, picture, legend);
}

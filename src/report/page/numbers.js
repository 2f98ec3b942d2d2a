// ---- numbers: how scores are written, and the scale they stand on.

const dash = "–";
const minus = "−";

function withSign(words) {
  return words.replace("-", minus);
}

function showCount(value) {
  return isNumber(value) ? withSign(value.toLocaleString("en-US", { maximumFractionDigits: 2 })) : dash;
}

function showPoints(value) {
  return withSign(value.toFixed(Math.abs(value) >= 10 ? 1 : 2));
}

function showScore(value, unit) {
  if (!isNumber(value)) return dash;
  return unit === "fraction" ? withSign(`${(100 * value).toFixed(1)}%`) : showPoints(value);
}

function showInterval(metric, unit) {
  if (!isNumber(metric.low) || !isNumber(metric.high)) return dash;
  return `${showScore(metric.low, unit)} to ${showScore(metric.high, unit)}`;
}

// The end of a scale: "100%", "2,500".
function showEnd(end, unit) {
  return unit === "fraction" ? `${showCount(100 * end)}%` : showCount(end);
}

// A value as the filters take it: what is shown, without "%".
function shownNumber(value, unit) {
  return unit === "fraction" ? 100 * value : value;
}

// { difference, amount: "+53.0", words: "points above blind answers", verdict, kind } or null; kind: "above" or "below"
// where the interval (where there is one) says so too, otherwise "open".
function marginOf(metric, unit) {
  if (!isNumber(metric.value) || !isNumber(metric.chance)) return null;
  const difference = shownNumber(metric.value - metric.chance, unit);
  const size = unit === "fraction" ? Math.abs(difference).toFixed(1) : showPoints(Math.abs(difference));
  const points = unit === "fraction" ? "points " : "";
  if (Number(size) === 0) return { difference, amount: "±0", words: "from blind answers", verdict: "", kind: "open" };
  const side = difference > 0 ? "above" : "below";
  let kind = side;
  let verdict = "";
  if (isNumber(metric.low) && isNumber(metric.high)) {
    if (metric.low > metric.chance) verdict = "; the whole interval lies above them";
    else if (metric.high < metric.chance) verdict = "; the whole interval lies below them";
    else [verdict, kind] = [", but the interval includes them", "open"];
  }
  return { difference, amount: (difference > 0 ? "+" : minus) + size, words: `${points}${side} blind answers`, verdict, kind };
}

// The smallest of 1, 2, 2.5, 5, 10, ... times a power of ten that is not below the value.
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= value * (1 - 1e-9));
  return step * power;
}

// The end of a scale from 0: 1 for fractions; points stand on a scale of 1 or 100 where they fit.
function scaleEnd(unit, values) {
  if (unit === "fraction") return 1;
  const largest = Math.max(0, ...values.filter(isNumber));
  return largest <= 1 ? 1 : largest <= 100 ? 100 : roundUp(largest);
}

function scaleEndOf(metric, unit) {
  return scaleEnd(unit, [metric.value, metric.low, metric.high, metric.chance]);
}

function place(value, end) {
  return `${(100 * Math.min(1, Math.max(0, value / end))).toFixed(2)}%`;
}

// Cells of result tables are numbers or texts like "523.2/222.5", which count as the sum of their parts.
function cellNumber(value) {
  if (isNumber(value)) return value;
  if (typeof value !== "string") return null;
  const parts = value.split("/").map((part) => (part.trim() === "" ? NaN : Number(part)));
  return parts.every(Number.isFinite) ? parts.reduce((sum, part) => sum + part, 0) : null;
}

function showCell(value, decimals) {
  if (isNumber(value)) return withSign(value.toFixed(decimals));
  return typeof value === "string" && value !== "" ? value : dash;
}

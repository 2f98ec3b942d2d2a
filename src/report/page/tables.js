// ---- tables: the published tables with this run's rows among them.

const manyColumns = 8; // more are set closer
const shortName = 18; // of a method, in letters: not broken into lines

function resultTable(table, index) {
  const names = list(table.columns).map(text);
  const rows = records(table.rows);
  const value = (row, i) => list(row.values)[i];
  const ranges = names.map((_, i) => {
    const numbersOf = (some) => some.map((row) => cellNumber(value(row, i))).filter((number) => number !== null);
    const numbers = numbersOf(rows);
    const published = numbersOf(rows.filter((row) => row.ours !== true));
    return {
      low: Math.min(...published), high: Math.max(...published), best: numbers.length > 1 ? Math.max(...numbers) : null,
      decimals: numbers.every((number) => Math.abs(number) <= 1) ? 2 : 1,
    };
  });
  const columns = [
    {
      label: "Method",
      cellClass: (row) => (text(row.method).length <= shortName ? "whole" : ""),
      key: (row) => text(row.method),
      cell: (row, sorted) => [text(row.method) || dash, row.ours === true ? el("span", { class: "tag run" }, "this run") : null,
        sorted && text(row.group) ? el("span", { class: "where" }, text(row.group)) : null],
    },
    { label: "Size", class: "whole", key: (row) => sizeOf(row.size), cell: (row) => text(row.size) || dash },
    ...names.map((name, i) => ({
      label: name,
      class: "figure",
      key: (row) => cellNumber(value(row, i)),
      cell: (row) => showCell(value(row, i), ranges[i].decimals),
      cellClass: (row) => (ranges[i].best !== null && cellNumber(value(row, i)) === ranges[i].best ? "best-value" : ""),
      style: (row) => {
        const number = cellNumber(value(row, i));
        const { low, high } = ranges[i];
        // Shade: where a published value stands between the published ones.
        return row.ours === true || number === null || high <= low ? {} : { heat: ((number - low) / (high - low)).toFixed(3) };
      },
    })),
  ];
  if (names.length === 1) {
    const end = scaleEnd("points", rows.map((row) => cellNumber(value(row, 0))));
    columns.push({
      label: "Bar",
      class: "bar-cell",
      key: (row) => cellNumber(value(row, 0)),
      cell: (row) => barLine(cellNumber(value(row, 0)), end),
    });
  }
  const title = text(table.title) || `Table ${index + 1}`;
  return el("section", { class: "card", id: `table-${index + 1}`, "aria-label": title },
    el("div", { class: "job-head" }, el("h3", {}, title), el("p", { class: "soft" }, text(table.metric))),
    rows.length === 0 ? el("p", { class: "soft" }, "This table has no rows.") :
      sortTable(columns, rows, {
        caption: title,
        class: `results-table pinned${names.length > manyColumns ? " dense" : ""}`,
        group: (row) => text(row.group),
        rowClass: (row) => (row.ours === true ? "ours" : null),
      }),
    text(table.note) ? el("p", { class: "soft small table-note" }, text(table.note)) : null);
}

// "0.5B" < "7B"; a size that is no number stays a text.
function sizeOf(size) {
  const number = parseFloat(text(size));
  return Number.isFinite(number) ? number : null;
}

function tablesSection(tables) {
  if (tables.length === 0) return null;
  const ours = tables.some((table) => records(table.rows).some((row) => row.ours === true));
  return el("section", { id: "tables", "aria-label": "Tables" },
    sectionHead("Beside the published results", `Best of each column in bold${ours ? ", rows of this run highlighted" : ""}; a click on a column sorts.`),
    tables.map(resultTable));
}

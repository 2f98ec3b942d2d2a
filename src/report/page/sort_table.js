// ---- sort_table: a table whose columns sort at a click: one way, the other way, and back to the given order.
//
// columns: [{label, key: row => number, string or null, cell: row => children, class?, cellClass?: row => string,
//            style?: row => CSS variables}]; the first is the row's header.
// options: caption, class, group: row => heading (shown in the given order only), rowClass, limit of rows at first.

function compareKeys(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

function sortRows(rows, key, direction) {
  const missing = (value) => value === null || value === undefined || value === "";
  return rows
    .map((row) => ({ row, value: key(row) }))
    .sort((a, b) => {
      if (missing(a.value) || missing(b.value)) return missing(a.value) - missing(b.value); // always at the end
      return direction * compareKeys(a.value, b.value);
    })
    .map((entry) => entry.row);
}

function sortTable(columns, rows, options = {}) {
  const state = { column: -1, direction: 0, all: !options.limit || rows.length <= options.limit + 2 };
  const heads = columns.map((column, i) =>
    el("th", { scope: "col", class: column.class }, el("button", { type: "button", click: () => turn(i) }, column.label)));
  const bodies = el("table", { class: options.class }, options.caption ? el("caption", { class: "unseen" }, options.caption) : null,
    el("thead", {}, el("tr", {}, heads)));
  const more = el("button", { type: "button", class: "button small", click: showAll }, `Show all ${showCount(rows.length)} rows`);

  function turn(i) {
    // Figures begin with the largest, texts with A.
    const first = rows.some((row) => typeof columns[i].key(row) === "number") ? -1 : 1;
    if (state.column !== i) Object.assign(state, { column: i, direction: first });
    else if (state.direction === first) state.direction = -first;
    else Object.assign(state, { column: -1, direction: 0 });
    heads.forEach((head, k) => {
      if (k === state.column) head.setAttribute("aria-sort", state.direction > 0 ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
    draw();
  }

  function showAll() {
    state.all = true;
    draw();
  }

  function drawRow(row) {
    const sorted = state.column >= 0;
    return el("tr", { class: options.rowClass ? options.rowClass(row) : null }, columns.map((column, i) =>
      el(i === 0 ? "th" : "td", {
        scope: i === 0 ? "row" : null,
        class: [column.class, column.cellClass && column.cellClass(row)].filter(Boolean).join(" ") || null,
        variables: column.style ? column.style(row) : {},
      }, column.cell(row, sorted))));
  }

  function draw() {
    bodies.querySelectorAll("tbody").forEach((body) => body.remove());
    const sorted = state.column >= 0;
    const ordered = sorted ? sortRows(rows, columns[state.column].key, state.direction) : rows;
    const shown = state.all ? ordered : ordered.slice(0, options.limit);
    let body = null;
    let heading = null;
    for (const row of shown) {
      const group = options.group && !sorted ? options.group(row) : "";
      if (body === null || group !== heading) {
        body = el("tbody", {});
        if (group) {
          body.append(el("tr", { class: "group-row" },
            el("th", { colspan: columns.length, scope: "rowgroup" }, el("span", {}, group))));
        }
        bodies.append(body);
        heading = group;
      }
      body.append(drawRow(row));
    }
    more.hidden = state.all;
  }

  draw();
  const box = el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": options.caption || "Table" }, bodies);
  return state.all ? box : el("div", {}, box, more);
}

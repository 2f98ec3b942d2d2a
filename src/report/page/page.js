// ---- page: everything together, the contents beside it, and the theme.

function themeButton() {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  const button = el("button", { type: "button", class: "button theme", id: "theme", click: () => {
    root.dataset.theme = dark() ? "light" : "dark";
    name();
    keep(root.dataset.theme);
  } });
  // Storage is denied to files in some browsers: the choice then lasts as long as the page.
  function keep(theme) {
    try {
      window.localStorage.setItem("theme", theme);
    } catch {
      /* not kept */
    }
  }
  function kept() {
    try {
      return window.localStorage.getItem("theme");
    } catch {
      return null;
    }
  }
  function name() {
    button.textContent = dark() ? "Light theme" : "Dark theme";
  }
  if (["light", "dark"].includes(kept())) root.dataset.theme = kept();
  system.addEventListener("change", name);
  name();
  return button;
}

function contentsList(tables, jobs, hasExamples, hasConfig) {
  const entry = (id, label, value = "") => el("li", {}, el("a", { href: `#${id}` }, el("span", {}, label), value ? el("span", { class: "number" }, value) : null));
  const part = (title, entries) => (entries.length > 0 ? [el("h2", {}, title), el("ul", {}, entries)] : []);
  const end = [hasExamples ? entry("examples", "Examples") : null, hasConfig ? entry("configuration", "Configuration") : null].filter(Boolean);
  return el("details", { open: true }, el("summary", {}, "Contents"),
    part("Report", [entry("summary", "Summary")]),
    part("Tables", tables.map((table, i) => entry(`table-${i + 1}`, text(table.title) || `Table ${i + 1}`))),
    part("Evaluations", jobs.map((job, i) => entry(`job-${i + 1}`, jobName(job, i), showScore(mainMetric(job).value, text(job.unit))))),
    part("More", end));
}

// Beside the report the contents are always open; above it, on narrow screens, they are folded.
function foldContents(details) {
  const narrow = window.matchMedia("(max-width: 62rem)");
  const fold = () => {
    details.open = !narrow.matches;
  };
  narrow.addEventListener("change", fold);
  details.addEventListener("click", (event) => {
    if (narrow.matches && event.target.closest("a")) details.open = false;
  });
  fold();
}

// Marks the entry of the part that stands at the top of the window.
function followReading(details) {
  const links = [...details.querySelectorAll("a")];
  const targets = links.map((link) => document.getElementById(link.getAttribute("href").slice(1)));
  let current = null;
  const mark = () => {
    const limit = window.innerHeight / 3;
    let at = 0;
    targets.forEach((target, i) => {
      if (target.getBoundingClientRect().top <= limit) at = i;
    });
    if (links[at] === current) return;
    if (current) current.removeAttribute("aria-current");
    current = links[at];
    current.setAttribute("aria-current", "true");
    const nav = details.parentElement;
    const [top, bottom] = [current.offsetTop, current.offsetTop + current.offsetHeight];
    if (top < nav.scrollTop || bottom > nav.scrollTop + nav.clientHeight) nav.scrollTop = top - nav.clientHeight / 2;
  };
  let waiting = false;
  window.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      mark();
    });
  }, { passive: true });
  mark();
}

function configSection(config) {
  const words = typeof config === "string" ? config : JSON.stringify(config, null, 2);
  return el("section", { id: "configuration", "aria-label": "Configuration" }, sectionHead("Configuration"),
    el("details", { class: "card settings" }, el("summary", {}, "Everything this evaluation was told"), el("pre", { tabindex: "0" }, words)));
}

const report = record(JSON.parse(document.getElementById("report").textContent));
const tables = records(report.tables);
const jobs = records(report.jobs);
const gallery = gallerySection(jobs);
const hasConfig = report.config !== undefined && report.config !== null;
const parts = [pageHead(report, jobs), summarySection(jobs), tablesSection(tables), jobsSection(jobs, gallery.showExamples),
  gallery.element, hasConfig ? configSection(report.config) : null];
document.title = text(report.title) || "Evaluation";
document.getElementById("content").append(...parts.filter(Boolean));
const contents = contentsList(tables, jobs, gallery.element !== null, hasConfig);
document.getElementById("contents").append(contents);
foldContents(contents);
followReading(contents);

// On paper everything that can be folded is open.
window.addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("main details")) details.open = true;
});

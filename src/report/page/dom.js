// ---- dom: elements are made here and nowhere else. Texts go in as text nodes, so that no text of a report is markup.

// The report's members as they should be; one of another type counts as missing.
const list = (value) => (Array.isArray(value) ? value : []);
const record = (value) => (value !== null && typeof value === "object" && !Array.isArray(value) ? value : {});
const records = (value) => list(value).map(record);
const text = (value) => (typeof value === "string" ? value : typeof value === "number" ? String(value) : "");
const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

// Taken from an element of the page: the name of the SVG namespace is an address, and the page names none.
const svgSpace = document.getElementById("svg-space").content.firstElementChild.namespaceURI;

// Attributes: a function listens to the event of its name, an object holds CSS variables, false and null are left out.
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(name, value);
    } else if (name === "variables") {
      for (const [key, setting] of Object.entries(value)) element.style.setProperty(`--${key}`, setting);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(svgSpace, tag), attributes, children);
}

function sectionHead(title, words) {
  return el("div", { class: "section-head" }, el("h2", {}, title), words ? el("p", {}, words) : null);
}

// The text with every place of one of `words` (lower case) marked.
function marked(full, words) {
  if (words.length === 0) return [full];
  const lower = full.toLowerCase();
  if (lower.length !== full.length) return [full]; // letters that change length: places would be wrong
  const pieces = [];
  let from = 0;
  while (from < full.length) {
    let at = -1;
    let length = 0;
    for (const word of words) {
      const found = lower.indexOf(word, from);
      if (found >= 0 && (at < 0 || found < at || (found === at && word.length > length))) {
        at = found;
        length = word.length;
      }
    }
    if (at < 0) break;
    pieces.push(full.slice(from, at), el("mark", {}, full.slice(at, at + length)));
    from = at + length;
  }
  pieces.push(full.slice(from));
  return pieces;
}

// Only pictures that are part of this file are shown.
const pictureForm = /^data:image\/(?:png|jpeg|webp|gif);base64,[A-Za-z0-9+/=]+$/;
function pictureOf(value) {
  return typeof value === "string" && pictureForm.test(value) ? value : null;
}

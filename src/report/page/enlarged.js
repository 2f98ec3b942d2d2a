// ---- enlarged: one example in full, with its neighbours at hand.

function saidList(example, words) {
  const entries = [["Answer", example.answer]];
  if (example.reference) entries.push(["Reference", example.reference]);
  return el("dl", { class: "said" }, entries.map(([name, value]) => [el("dt", {}, name),
    el("dd", {}, el("div", { class: "clip" }, value === "" ? dash : marked(value, words)))]));
}

function originLine(example) {
  return [example.jobName, example.category, example.length !== null ? `${showCount(example.length)} ${example.length === 1 ? "word" : "words"}` : ""]
    .filter(Boolean).join(" · ");
}

function groupTag(example) {
  const known = ["best", "worst", "random"].includes(example.group);
  return example.group ? el("span", { class: known ? `tag ${example.group}` : "tag" }, example.group) : null;
}

function scoreWords(example) {
  return `${example.metric ? `${example.metric} ` : ""}${showScore(example.score, example.unit)}`;
}

// open(examples, index) shows one of the examples that the filters let through.
function enlargedView() {
  let shown = [];
  let at = 0;
  const heading = el("h2", { id: "enlarged-title" });
  const body = el("div", { class: "detail" });
  const step = (by) => () => show(at + by);
  const before = el("button", { type: "button", class: "button", click: step(-1), "aria-label": "Previous example" }, "←");
  const after = el("button", { type: "button", class: "button", click: step(1), "aria-label": "Next example" }, "→");
  const close = el("button", { type: "button", class: "button", click: () => dialog.close() }, "Close");
  const dialog = el("dialog", { "aria-labelledby": "enlarged-title", click: (event) => event.target === dialog && dialog.close(),
    keydown: (event) => {
      if (event.key === "ArrowLeft") show(at - 1);
      if (event.key === "ArrowRight") show(at + 1);
    } }, el("div", { class: "dialog-bar" }, heading, before, after, close), body);

  function show(index) {
    if (index < 0 || index >= shown.length) return;
    at = index;
    const example = shown[at];
    heading.textContent = `Example ${showCount(at + 1)} of ${showCount(shown.length)}`;
    before.disabled = at === 0;
    after.disabled = at === shown.length - 1;
    body.replaceChildren(
      el("figure", {}, example.picture ? el("img", { src: example.picture, alt: `Picture of ${example.id}` }) : "No picture"),
      el("div", { class: "text" },
        el("div", { class: "example-score" }, el("b", {}, scoreWords(example)), groupTag(example)),
        el("p", { class: "question" }, example.question || dash), saidList(example, []),
        el("p", { class: "origin" }, originLine(example), el("br"), el("code", {}, example.id))));
  }

  return {
    element: dialog,
    open(examples, index) {
      shown = examples;
      show(index);
      dialog.showModal();
    },
  };
}

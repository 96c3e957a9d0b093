// What every form shares; each kind's own file follows it in one module, and ends with `draw(model, root)`.
// Native forms in a notebook's output: fieldset, radios, select, button, so that arrow keys, Tab, Enter
// and a screen reader work without any code of ours. Nothing here knows a right answer.
let count = 0;

function el(tag, attrs, ...kids) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) node.setAttribute(name, value);
  node.append(...kids);
  return node;
}

// JupyterLab's own shortcuts must not act on what is typed here: an arrow key would leave the list,
// two D's would delete the cell. Ctrl+S and its like still save; Ctrl+Enter would run the form away.
function guard(form) {
  form.addEventListener("keydown", (event) => {
    if ((!event.ctrlKey && !event.metaKey) || event.key === "Enter") event.stopPropagation();
  });
  return form;
}

// A live region must be there before its text is, or it is not read out; and the same text is not
// put there twice, or it is read twice. It takes the focus where what was pressed goes away.
function live() {
  const node = el("div", { role: "status", class: "said", tabindex: "-1" });
  let now = "";
  node.say = (verdict, text) => {
    if (now === `${verdict}\n${text}`) return;
    now = `${verdict}\n${text}`;
    const lines = text.split("\n").filter(Boolean).map((line) => el("p", {}, line));
    if (verdict && !lines.length) lines.push(el("p", {}));
    if (verdict) lines[0].prepend(el("strong", {}, `${verdict} `));
    node.replaceChildren(...lines);
  };
  return node;
}

// The bars only repeat the numbers, so a screen reader is spared them.
function numbers([caption, ...names], rows) {
  const most = Math.max(...rows.map(([, number]) => number));
  const head = el("tr", {}, ...names.map((name) => el("th", { scope: "col" }, name)));
  const body = rows.map(([name, number]) => {
    const bar = el("span", { class: "bar", "aria-hidden": "true" });
    bar.style.width = `${Math.max(0.1, (12 * number) / most)}rem`;
    return el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, bar, number.toLocaleString("en-US")));
  });
  return el("table", {}, el("caption", {}, caption), el("thead", {}, head), el("tbody", {}, ...body));
}

// One press. A kernel that has ended answers nothing, and a button that does nothing looks broken.
function press(model, values, status) {
  const sent = model.get("presses") + 1;
  model.set({ ...values, presses: sent });
  model.save_changes();
  setTimeout(() => {
    if (model.get("heard") < sent) status.say("No answer yet.", "If it stays so, choose Run in the menu above, then Run All Cells.");
  }, 10000);
}

// Paragraphs of [lead, text]: the lead in bold.
function paragraphs(pairs) {
  return pairs.map(([lead, text]) => el("p", {}, ...(lead ? [el("strong", {}, lead), " "] : []), text));
}

// What is typed is passed on when the typing pauses, not at each key.
function typed(node, act) {
  let wait = 0;
  node.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(act, 500); });
  node.addEventListener("change", () => { clearTimeout(wait); act(); });
}

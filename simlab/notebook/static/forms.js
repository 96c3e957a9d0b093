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

function choice(model, root) {
  const group = `simlab-choice-${++count}`;
  const form = guard(el("form", { class: "simlab-form simlab-choice" }));
  const field = el("fieldset", {}, el("legend", {}, model.get("legend")));
  const radios = model.get("options").map(([id, text]) => {
    const radio = el("input", { type: "radio", name: group, value: id });
    radio.addEventListener("change", () => { model.set("picked", id); model.save_changes(); });
    field.append(el("label", {}, radio, el("span", {}, text)));
    return radio;
  });
  const note = el("textarea", { rows: 2, maxlength: 2000 });
  note.addEventListener("input", () => model.set("note", note.value));
  if (model.get("note_label")) field.append(el("label", { class: "note" }, model.get("note_label"), note));
  const button = el("button", { type: "submit" }, model.get("button"));
  const status = live();
  form.append(field, button, status);

  function show() {
    const [picked, answered, closed] = ["picked", "answered", "closed"].map((name) => model.get(name));
    for (const radio of radios) radio.checked = radio.value === picked;
    if (note.value !== model.get("note")) note.value = model.get("note");
    const stale = answered && picked !== answered && !closed;
    status.say(stale ? "" : model.get("verdict"),
      stale ? `You have chosen another answer. Press “${model.get("button")}”.` : model.get("said"));
    const within = form.contains(document.activeElement) && !status.contains(document.activeElement);
    if (closed && !field.disabled && within) status.focus();
    field.disabled = button.disabled = closed;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const picked = radios.find((radio) => radio.checked);
    if (!picked) {
      status.say("", "Choose one of the answers first.");
      radios[0]?.focus();
      return;
    }
    model.set({ picked: picked.value, presses: model.get("presses") + 1 });
    model.save_changes();
  });
  for (const name of ["picked", "answered", "said", "verdict", "closed", "note"]) model.on(`change:${name}`, show);
  show();
  root.append(form);
}

function buttons(model, root) {
  const row = el("div", { class: "row" });
  const status = live();
  for (const [id, label] of model.get("labels")) {
    const button = el("button", { type: "button" }, label);
    button.addEventListener("click", () => {
      model.set({ pressed: id, presses: model.get("presses") + 1 });
      model.save_changes();
    });
    row.append(button);
  }
  const form = guard(el("div", { class: "simlab-form simlab-buttons" }, row, status));
  const show = () => status.say(model.get("verdict"), model.get("said"));
  for (const name of ["said", "verdict"]) model.on(`change:${name}`, show);
  show();
  root.append(form);
  // What a press brings may stand above the buttons: whoever pressed one does not lose it from sight.
  // Only once this is on the page can it know the output that it is a part of.
  let output = null;
  const watch = new ResizeObserver(() => {
    if (!output && (output = root.closest(".jp-OutputArea"))) watch.observe(output);
    if (row.contains(document.activeElement)) form.scrollIntoView({ block: "nearest" });
  });
  watch.observe(root);
  return () => watch.disconnect();
}

function lists(model, root) {
  const form = guard(el("form", { class: "simlab-form simlab-lists" }));
  form.addEventListener("submit", (event) => event.preventDefault());
  const selects = model.get("lists").map(([id, label, texts]) => {
    const select = el("select", {}, ...texts.map((text) => el("option", { value: text }, text)));
    select.addEventListener("change", () => {
      model.set("chosen", { ...model.get("chosen"), [id]: select.value });
      model.save_changes();
    });
    form.append(el("label", {}, el("span", {}, label), select));
    return [id, select];
  });
  const status = live();
  const table = el("div", {});
  form.append(status, table);

  function show() {
    for (const [id, select] of selects) select.value = model.get("chosen")[id];
    status.say(model.get("verdict"), model.get("said"));
    table.replaceChildren(...(model.get("rows").length ? [numbers(model.get("heads"), model.get("rows"))] : []));
  }
  for (const name of ["chosen", "verdict", "said", "rows"]) model.on(`change:${name}`, show);
  show();
  root.append(form);
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

function render({ model, el: root }) {
  return { choice, buttons, lists }[model.get("kind")](model, root);
}

export default { render };

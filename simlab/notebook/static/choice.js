// One question as a native form: fieldset, legend, one group of radios, so that arrow keys, Tab,
// Enter and a screen reader work without any code of ours. Nothing here knows the right answer.
let count = 0;

function el(tag, attrs, ...kids) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) node.setAttribute(name, value);
  node.append(...kids);
  return node;
}

function render({ model, el: root }) {
  const group = `simlab-choice-${++count}`;
  const form = el("form", { class: "simlab-choice" });
  const field = el("fieldset", {}, el("legend", {}, model.get("legend")));
  const radios = model.get("options").map(([id, text]) => {
    const radio = el("input", { type: "radio", name: group, value: id });
    radio.addEventListener("change", () => { model.set("picked", id); model.save_changes(); });
    field.append(el("label", {}, radio, el("span", {}, text)));
    return radio;
  });
  const note = el("textarea", { rows: 2, maxlength: 2000 });
  if (model.get("note_label")) field.append(el("label", { class: "note" }, model.get("note_label"), note));
  const button = el("button", { type: "submit" }, model.get("button"));
  // A live region must be there before its text is, or it is not read out.
  const status = el("div", { role: "status", class: "said" });
  form.append(field, button, status);

  function show() {
    for (const radio of radios) radio.checked = radio.value === model.get("picked");
    note.value = model.get("note");
    field.disabled = button.disabled = model.get("closed");
    const verdict = model.get("verdict");
    const lines = model.get("said").split("\n").filter(Boolean).map((line) => el("p", {}, line));
    if (verdict && lines.length) lines[0].prepend(el("strong", {}, `${verdict} `));
    status.replaceChildren(...lines);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const picked = radios.find((radio) => radio.checked);
    if (!picked) {
      status.replaceChildren(el("p", {}, "Choose one of the answers first."));
      radios[0]?.focus();
      return;
    }
    model.set({ picked: picked.value, note: note.value, presses: model.get("presses") + 1 });
    model.save_changes();
  });
  // JupyterLab's own shortcuts must not act on what is typed here.
  form.addEventListener("keydown", (event) => event.stopPropagation());
  for (const name of ["picked", "said", "verdict", "closed", "note"]) model.on(`change:${name}`, show);
  show();
  root.append(form);
}

export default { render };

function draw(model, root) {
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

// The frame of a question: its words, a part of its own, the button that answers, a hint, and what is said.
// The part has `nodes`; `read()` gives the answer as it stands and `write(answer)` shows one; `missing()`
// says what is still to be done, or nothing; `first()` is where it is to be done.
function question(model, root, kind, part) {
  const form = guard(el("form", { class: `simlab-form simlab-${kind}` }));
  const field = el("fieldset", {}, el("legend", {}, model.get("legend")), ...part.nodes);
  const button = el("button", { type: "submit" }, model.get("button"));
  const row = el("div", { class: "row" }, button);
  const status = live();
  if (model.get("hint")) row.append(el("details", {}, el("summary", {}, "Hint"), el("p", {}, model.get("hint"))));
  form.append(field, row, status);

  function show() {
    const [picked, answered, closed] = ["picked", "answered", "closed"].map((name) => model.get(name));
    part.write(picked);
    const stale = answered.length && JSON.stringify(picked) !== JSON.stringify(answered) && !closed;
    status.say(stale ? "" : model.get("verdict"),
      stale ? `You have chosen another answer. Press “${model.get("button")}”.` : model.get("said"));
    const within = form.contains(document.activeElement) && !status.contains(document.activeElement);
    if (closed && !field.disabled && within) status.focus();
    field.disabled = button.disabled = closed;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const missing = part.missing();
    if (!missing) return press(model, { picked: part.read() }, status);
    status.say("", missing);
    part.first()?.focus();
  });
  for (const name of ["picked", "answered", "said", "verdict", "closed", "heard"]) model.on(`change:${name}`, show);
  show();
  root.append(form);
}

// What is chosen is known at once, so that a page opened again shows it.
function keep(model, picked) {
  model.set("picked", picked);
  model.save_changes();
}

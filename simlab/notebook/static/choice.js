// Options of which one is chosen, or several: radios where the answer is a text, else checkboxes.
function draw(model, root) {
  const many = Array.isArray(model.get("picked"));
  const group = `simlab-choice-${++count}`;
  const read = () => {
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    return many ? chosen : chosen[0] ?? "";
  };
  const boxes = model.get("options").map(([id]) => {
    const box = el("input", { type: many ? "checkbox" : "radio", name: group, value: id });
    box.addEventListener("change", () => keep(model, read()));
    return box;
  });
  const nodes = boxes.map((box, i) => el("label", {}, box, el("span", {}, model.get("options")[i][1])));
  const note = el("textarea", { rows: 2, maxlength: 2000 });
  note.addEventListener("input", () => model.set("note", note.value));
  if (model.get("note_label")) {
    nodes.push(el("label", { class: "note" }, model.get("note_label"), note));
    model.on("change:note", () => { if (note.value !== model.get("note")) note.value = model.get("note"); });
    note.value = model.get("note");
  }
  question(model, root, "choice", {
    nodes,
    read,
    write: (picked) => { for (const box of boxes) box.checked = many ? picked.includes(box.value) : box.value === picked; },
    missing: () => (read().length ? "" : many ? "Choose at least one of the answers first." : "Choose one of the answers first."),
    first: () => boxes[0],
  });
}

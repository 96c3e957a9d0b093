function draw(model, root) {
  const row = el("div", { class: "row" });
  const status = live();
  for (const [id, label] of model.get("labels")) {
    const button = el("button", { type: "button" }, label);
    button.addEventListener("click", () => press(model, { pressed: id }, status));
    row.append(button);
  }
  const form = guard(el("div", { class: "simlab-form simlab-buttons" }, row, status));
  const show = () => status.say(model.get("verdict"), model.get("said"));
  for (const name of ["said", "verdict", "heard"]) model.on(`change:${name}`, show);
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

// Buttons in groups, each with a heading; groups change with what there is to do.
function draw(model, root) {
  const groups = el("div", {});
  const status = live();
  const form = guard(el("div", { class: "simlab-form simlab-actions" }, groups, status));

  function press(id) {
    model.set({ pressed: id, presses: model.get("presses") + 1 });
    model.save_changes();
  }

  function lay() {
    const had = groups.contains(document.activeElement) ? document.activeElement.dataset.id : "";
    groups.replaceChildren(...model.get("groups").map(([words, labels]) => {
      const row = el("div", { class: "row" }, ...labels.map(([id, label]) => {
        const button = el("button", { type: "button", "data-id": id }, label);
        button.addEventListener("click", () => press(id));
        return button;
      }));
      return el("div", {}, el("p", {}, words), row);
    }));
    if (!had) return;
    // Whoever pressed a button that has gone is taken to what came of it.
    const same = [...groups.querySelectorAll("button")].find((button) => button.dataset.id === had);
    (same ?? status).focus();
  }

  const show = () => status.say(model.get("verdict"), model.get("said"));
  model.on("change:groups", lay);
  for (const name of ["said", "verdict"]) model.on(`change:${name}`, show);
  lay();
  show();
  root.append(form);
}

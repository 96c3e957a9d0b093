function draw(model, root) {
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

// One line to type into, and a button. What is found stands below, as links of the page itself.
function draw(model, root) {
  const input = el("input", { type: "search", maxlength: 100, autocomplete: "off" });
  const button = el("button", { type: "submit" }, model.get("button"));
  const status = live();
  const row = el("div", { class: "row" }, input, button);
  const form = guard(el("form", { class: "simlab-form simlab-search", role: "search" },
    el("label", { class: "note" }, model.get("label"), row), status));
  // The button is not a part of the label: its own words name it.
  form.querySelector("label").after(row);
  input.setAttribute("aria-label", model.get("label"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    model.set({ query: input.value, presses: model.get("presses") + 1 });
    model.save_changes();
  });
  const show = () => {
    if (document.activeElement !== input) input.value = model.get("query");
    status.say(model.get("verdict"), model.get("said"));
  };
  for (const name of ["said", "verdict", "query"]) model.on(`change:${name}`, show);
  show();
  root.append(form);
}

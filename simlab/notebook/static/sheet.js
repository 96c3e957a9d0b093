// A form of several fields: lines, longer texts and choices, with a button or more.
function draw(model, root) {
  const form = guard(el("form", { class: "simlab-form simlab-sheet", novalidate: "" }, ...paragraphs(model.get("intro"))));
  const fields = model.get("fields").map((field) => (field.options ? options : words)(model, field));
  const row = el("div", { class: "row" });
  const status = live();
  model.get("buttons").forEach(([id, label, asks], i) => {
    const button = el("button", { type: i ? "button" : "submit", ...(i ? { class: "plain" } : {}) }, label);
    const act = (event) => {
      event.preventDefault();
      const missing = asks && fields.find((field) => field.needed && !field.read());
      if (!missing) return press(model, { pressed: id, values: read() }, status);
      status.say("Not filled in yet:", missing.label);
      missing.first.focus();
    };
    (i ? button : form).addEventListener(i ? "click" : "submit", act);
    row.append(button);
  });
  form.append(...fields.map((field) => field.node), row, status);
  const read = () => Object.fromEntries(fields.map((field) => [field.id, field.read()]));
  for (const field of fields) field.changed = () => { model.set("values", read()); model.save_changes(); };

  function show() {
    for (const field of fields) field.write(model.get("values")[field.id] ?? "", model.get("warnings")[field.id] ?? "");
    status.say(model.get("verdict"), model.get("said"));
  }
  for (const name of ["values", "warnings", "verdict", "said", "heard"]) model.on(`change:${name}`, show);
  show();
  root.append(form);
}

function options(model, { id, label, help, needed, options, row }) {
  const group = `simlab-sheet-${++count}`;
  const radios = options.map(([value]) => el("input", { type: "radio", name: group, value, ...(needed ? { required: "" } : {}) }));
  const labels = radios.map((radio, i) => el("label", {}, radio, el("span", {}, options[i][1])));
  const node = el("fieldset", {}, el("legend", {}, label), ...paragraphs(help ? [["", help]] : []),
    el("div", row ? { class: "scale" } : {}, ...labels));
  const field = {
    id, label, needed, node, first: radios[0],
    read: () => radios.find((radio) => radio.checked)?.value ?? "",
    write: (value) => { for (const radio of radios) radio.checked = radio.value === value; },
  };
  for (const radio of radios) radio.addEventListener("change", () => field.changed());
  return field;
}

function words(model, { id, label, help, needed, rows }) {
  const attrs = needed ? { required: "" } : {};
  const box = rows ? el("textarea", { rows, maxlength: 4000, ...attrs }) : el("input", { type: "text", maxlength: 200, ...attrs });
  const warning = live();
  let known = "";
  const name = el("span", { class: "name" }, label);
  const node = el("div", {}, el("label", { class: "note" }, name, ...(help ? [el("span", {}, help)] : []), box), warning);
  const field = {
    id, label, needed, node, first: box,
    read: () => box.value.trim(),
    // Only what the kernel changed is written: what comes back while somebody types takes no letter away.
    write: (value, said) => {
      if (value !== known) known = box.value = value;
      warning.say(said ? "Take care." : "", said);
    },
  };
  typed(box, () => { known = field.read(); field.changed(); });
  return field;
}

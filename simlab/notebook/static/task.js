// The parts of a task: rows and phrases to mark, messages to sort, evidence behind tabs, lists to choose from.
// The answer is a list of ids and of "id:choice".
function draw(model, root) {
  const marks = []; // what can be marked: a box or a toggle, with its id
  const lists = []; // what is chosen from: a select, with its id
  const changed = () => keep(model, read());
  const read = () => [
    ...marks.filter((m) => m.on()).map((m) => m.id),
    ...lists.filter((l) => l.node.value).map((l) => `${l.id}:${l.node.value}`),
  ];

  function box(id, label) {
    const node = el("input", { type: "checkbox" });
    node.addEventListener("change", changed);
    marks.push({ id, node, on: () => node.checked, set: (on) => { node.checked = on; } });
    return el("label", {}, node, el("span", {}, label));
  }

  function list(id, label, choices) {
    const node = el("select", {}, ...[["", "Choose"], ...choices].map(([value, words]) => el("option", { value }, words)));
    node.addEventListener("change", changed);
    lists.push({ id, node, set: (value) => { node.value = value; } });
    return el("label", {}, el("span", {}, label), node);
  }

  function slider(part) {
    const node = el("input", { type: "range", min: part.low, max: part.high, step: 1, value: part.low });
    const shown = el("span", { class: "value", "aria-hidden": "true" }, String(part.low)); // a slider says its value itself
    node.addEventListener("input", () => { shown.textContent = node.value; });
    node.addEventListener("change", changed);
    lists.push({ id: part.id, node, set: (value) => { node.value = value || part.low; shown.textContent = node.value; } });
    return el("label", {}, el("span", {}, part.label), node, shown);
  }

  const DRAW = {
    slide: slider,
    text: (part) => el("p", {}, ...(part.lead ? [el("strong", {}, part.lead), " "] : []), part.text),
    pick: (part) => list(part.id, part.label, part.choices),
    sort: (part) => el("div", { class: "piece", role: "group", "aria-label": part.title },
      el("p", {}, el("strong", {}, part.title)), ...part.lines.map((line) => el("p", {}, line)),
      list(part.id, part.label, part.choices)),
    dossier: (part) => el("div", { class: "piece", role: "group", "aria-label": part.title },
      el("p", {}, el("strong", {}, part.title)),
      el("table", { class: "evidence" }, el("tbody", {}, ...part.pieces.map(([name, lines]) => el("tr", {},
        el("th", { scope: "row" }, name), el("td", {}, ...lines.map((line) => el("div", {}, line))))))),
      list(part.id, part.label, part.choices)),
    table: (part) => {
      const head = el("tr", {}, ...part.head.map((name) => el("th", { scope: "col" }, name)), el("th", { scope: "col" }, part.mark));
      const body = part.rows.map(([id, cells]) => {
        const row = el("tr", {}, ...cells.map((cell, i) => el(i ? "td" : "th", i ? {} : { scope: "row" }, cell)));
        const mark = box(id, "");
        mark.querySelector("input").setAttribute("aria-label", `${part.mark}: ${cells.slice(0, 3).join(", ")}`);
        row.append(el("td", {}, mark));
        return row;
      });
      const table = el("table", {}, el("caption", {}, part.caption), el("thead", {}, head), el("tbody", {}, ...body));
      // A wide table scrolls in a frame of its own, which the keyboard can reach.
      return el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": part.caption }, table);
    },
    marks: (part) => el("div", { class: "paper" }, ...part.paragraphs.map((words) => el("p", {}, ...words.map(([id, text]) => {
      if (!id) return text;
      const node = el("button", { type: "button", class: "mark", "aria-pressed": "false" }, text);
      const mark = { id, node, on: () => node.getAttribute("aria-pressed") === "true", set: (on) => node.setAttribute("aria-pressed", on) };
      node.addEventListener("click", () => { mark.set(!mark.on()); changed(); });
      marks.push(mark);
      return node;
    })))),
    tabs: (part) => tabbed(part, box),
  };
  const nodes = model.get("shown").map((part) => DRAW[part.kind](part));
  question(model, root, "task", {
    nodes,
    read,
    write: (picked) => {
      for (const mark of marks) mark.set(picked.includes(mark.id));
      for (const list of lists) list.set(picked.find((p) => p.startsWith(`${list.id}:`))?.slice(list.id.length + 1) ?? "");
    },
    missing: () => (lists.some(({ node }) => !node.value) ? "Choose from every list first."
      : lists.length || read().length ? "" : "Mark something first."),
    first: () => (lists.find(({ node }) => !node.value) ?? marks[0])?.node,
  });
  const follows = el("div", { class: "simlab-form simlab-follows" });
  const show = () => follows.replaceChildren(...(model.get("rows").length ? [numbers(model.get("heads"), model.get("rows"))] : []));
  model.on("change:rows", show);
  show();
  root.append(follows);
}

// Tabs as the WAI-ARIA practices have them: one stop for Tab, the arrow keys between them.
function tabbed(part, box) {
  const group = `simlab-tabs-${++count}`;
  const tabs = part.pieces.map(([, title], i) => el("button",
    { type: "button", role: "tab", id: `${group}-tab-${i}`, "aria-controls": `${group}-panel-${i}` }, title));
  const panels = part.pieces.map(([id, title, lines], i) => el("div",
    { role: "tabpanel", id: `${group}-panel-${i}`, "aria-labelledby": `${group}-tab-${i}`, class: "piece", tabindex: "0" },
    ...lines.map((line) => el("p", {}, line)), box(id, `${part.mark}: ${title}`)));
  function show(at, focus) {
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", i === at);
      tab.tabIndex = i === at ? 0 : -1;
      panels[i].hidden = i !== at;
    });
    if (focus) tabs[at].focus();
  }
  const bar = el("div", { role: "tablist", "aria-label": "Evidence", class: "tabs" }, ...tabs);
  tabs.forEach((tab, i) => tab.addEventListener("click", () => show(i, true)));
  bar.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    show((to + tabs.length) % tabs.length, true);
  });
  show(0, false);
  return el("div", {}, bar, ...panels);
}

// A list that is put in order by two buttons at each of its rows.
function draw(model, root) {
  const texts = new Map(model.get("options"));
  const list = el("ol", { class: "rows" });
  const moved = live();
  moved.classList.add("unseen"); // who sees it needs no words for it
  const rows = new Map(model.get("options").map(([id, text]) => [id, row(id, text)]));
  const read = () => [...list.children].map((node) => node.dataset.id);

  function row(id, text) {
    const up = el("button", { type: "button", class: "plain", "aria-label": `Move up: ${text}` }, "Move up");
    const down = el("button", { type: "button", class: "plain", "aria-label": `Move down: ${text}` }, "Move down");
    const node = el("li", { "data-id": id }, el("span", {}, text), el("span", { class: "row" }, up, down));
    // The neighbour is moved and never the row itself, or its button would lose the focus.
    up.addEventListener("click", () => { if (node.previousElementSibling) put(node, () => node.after(node.previousElementSibling)); });
    down.addEventListener("click", () => { if (node.nextElementSibling) put(node, () => node.before(node.nextElementSibling)); });
    return node;
  }

  function put(node, move) {
    move();
    ends();
    moved.say("", `${texts.get(node.dataset.id)}: now ${read().indexOf(node.dataset.id) + 1} of ${rows.size}`);
    keep(model, read());
  }

  // A button that is disabled loses the focus: at the ends it stays, and does nothing.
  function ends() {
    for (const node of list.children) {
      const [up, down] = node.querySelectorAll("button");
      up.setAttribute("aria-disabled", String(!node.previousElementSibling));
      down.setAttribute("aria-disabled", String(!node.nextElementSibling));
    }
  }

  question(model, root, "order", {
    nodes: [list, moved],
    read,
    write: (picked) => {
      if (JSON.stringify(picked) !== JSON.stringify(read())) list.replaceChildren(...picked.map((id) => rows.get(id)));
      ends();
    },
    missing: () => "",
    first: () => null,
  });
}

// A talk that goes on with what one says. It is only ever added to: what was said stays where it stood.
function draw(model, root) {
  const talk = el("div", { class: "talk", role: "log", "aria-label": "What was said" });
  const group = `simlab-roleplay-${++count}`;
  const legend = el("legend", {});
  const list = el("div", {});
  const field = el("fieldset", {}, legend, list);
  const say = el("button", { type: "submit" }, "Say this");
  const turn = el("form", {}, field, say);
  const after = el("div", { class: "after", tabindex: "-1" });
  const again = el("button", { type: "button" }, "Play it again");
  const end = el("div", {}, after, again);
  const status = live();
  const box = guard(el("div", { class: "simlab-form simlab-roleplay" }, ...paragraphs(model.get("intro")), talk, turn, end, status));
  const chosen = () => list.querySelector("input:checked")?.value ?? "";

  function shown(entries) {
    const same = entries.slice(0, talk.children.length).every(([, lead, text], i) => talk.children[i].textContent === `${lead} ${text}`);
    if (!same || entries.length < talk.children.length) talk.replaceChildren();
    for (const [kind, lead, text] of entries.slice(talk.children.length)) {
      talk.append(el("p", { class: kind }, el("strong", {}, lead), " ", text));
    }
  }

  function options(rows) {
    list.replaceChildren(...rows.map(([id, text]) => {
      const radio = el("input", { type: "radio", name: group, value: id });
      return el("label", {}, radio, el("span", {}, text));
    }));
  }

  let at = null;
  function show() {
    const now = JSON.stringify([model.get("legend"), model.get("options"), model.get("debrief"), model.get("entries").length]);
    status.say(model.get("verdict"), model.get("said"));
    if (now === at) return;
    const was = at !== null && box.contains(document.activeElement);
    at = now;
    const over = model.get("debrief").length > 0;
    shown(model.get("entries"));
    legend.textContent = model.get("legend");
    options(model.get("options"));
    after.replaceChildren(...paragraphs(model.get("debrief")));
    turn.hidden = over;
    end.hidden = !over;
    if (!was) return;
    // Whoever has just answered goes on with the next turn, or reads what came of it all.
    const next = over ? after : list.querySelector("input");
    next?.focus({ preventScroll: true });
    (talk.children[talk.children.length - model.get("fresh")] ?? talk).scrollIntoView({ block: "nearest" });
    (over ? after : turn).scrollIntoView({ block: "nearest" });
  }

  turn.addEventListener("submit", (event) => {
    event.preventDefault();
    if (chosen()) return press(model, { picked: chosen() }, status);
    status.say("", "Choose what you say first.");
    list.querySelector("input")?.focus();
  });
  again.addEventListener("click", () => press(model, { picked: "" }, status));
  for (const name of ["entries", "legend", "options", "debrief", "verdict", "said", "heard"]) model.on(`change:${name}`, show);
  show();
  root.append(box);
}

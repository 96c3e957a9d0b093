// An answer in own words. What looks like a real person's data is warned of while it is being typed.
function draw(model, root) {
  const box = el("textarea", { rows: 4, maxlength: 4000, "aria-label": "Your answer" });
  const warning = live();
  let known = "";
  typed(box, () => { known = box.value; keep(model, known); });
  const warn = () => warning.say(model.get("warning") ? "Take care." : "", model.get("warning"));
  model.on("change:warning", warn);
  warn();
  question(model, root, "short", {
    nodes: [box, warning],
    read: () => box.value,
    // Only what the kernel changed is written: what comes back while somebody types takes no letter away.
    write: (picked) => { if (picked !== known) known = box.value = picked; },
    missing: () => (box.value.trim() ? "" : "Write your answer first."),
    first: () => box,
  });
}

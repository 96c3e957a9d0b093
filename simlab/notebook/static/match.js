// Each thing on the left has a list of what it may go with. The answer is a list of "left:right".
function draw(model, root) {
  const selects = model.get("options").map(([id, text]) => {
    const choices = [["", "Choose"], ...model.get("partners")];
    const select = el("select", {}, ...choices.map(([value, words]) => el("option", { value }, words)));
    select.addEventListener("change", () => keep(model, read()));
    return [id, text, select];
  });
  const read = () => selects.filter(([, , select]) => select.value).map(([id, , select]) => `${id}:${select.value}`);
  question(model, root, "match", {
    nodes: selects.map(([, text, select]) => el("label", {}, el("span", {}, text), select)),
    read,
    write: (picked) => {
      const pairs = new Map(picked.map((pair) => pair.split(":")));
      for (const [id, , select] of selects) select.value = pairs.get(id) ?? "";
    },
    missing: () => (read().length < selects.length ? "Choose from every list first." : ""),
    first: () => selects.find(([, , select]) => !select.value)?.[2],
  });
}

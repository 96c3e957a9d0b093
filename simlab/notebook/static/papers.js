// Pages of the workspace that open in a tab of their own, where the browser can print them: JupyterLab shows
// such a page in a frame that it cannot print.
function draw(model, root) {
  const config = document.getElementById("jupyter-config-data");
  const base = config ? JSON.parse(config.textContent).baseUrl : "/";
  const list = el("ul", {}, ...model.get("papers").map(([label, path]) => {
    const at = `${base}files/${path.split("/").map(encodeURIComponent).join("/")}`;
    return el("li", {}, el("a", { href: at, target: "_blank", rel: "noopener" }, label));
  }));
  root.append(el("div", { class: "simlab-page simlab-papers" }, ...(model.get("words") ? [el("p", {}, model.get("words"))] : []), list));
}

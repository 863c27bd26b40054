// What is known of the selected box. Texts of the model become text nodes, never markup.
const panel = (() => {
  const element = document.getElementById("panel");
  const SVG = "http://www.w3.org/2000/svg";

  function make(tag, text = "", parent = element) {
    const made = parent.appendChild(document.createElement(tag));
    made.textContent = text;
    return made;
  }

  function table(title, rows) {
    if (rows.length === 0) return;
    make("h3", title);
    const body = make("table");
    for (const cells of rows) {
      const row = make("tr", "", body);
      for (const cell of cells) {
        if (cell instanceof Node) make("td", "", row).append(cell);
        else make("td", cell, row);
      }
    }
  }

  function link(id, go) {
    const button = document.createElement("button");
    button.className = "link";
    button.textContent = scene.boxes[id].name;
    button.addEventListener("click", () => go(id));
    return button;
  }

  // The edges that cross the border of what is selected, each tensor and neighbour once.
  function neighbours(box, inwards) {
    const seen = new Set();
    const found = [];
    for (const edge of scene.edges) {
      const [near, far] = inwards ? [edge.to, edge.from] : [edge.from, edge.to];
      if (!scene.isWithin(near, box.id) || (scene.isWithin(far, box.id) && far !== near)) continue;
      const key = far + " " + edge.value;
      if (!seen.has(key)) found.push({far, type: edge.type});
      seen.add(key);
    }
    return found;
  }

  function histogram(weight) {
    make("h3", "Histogram");
    const most = Math.max(...weight.bins, 1);
    const svg = element.appendChild(document.createElementNS(SVG, "svg"));
    svg.setAttribute("viewBox", `0 0 ${weight.bins.length} 100`);
    svg.setAttribute("preserveAspectRatio", "none");
    weight.bins.forEach((count, i) => {
      const bar = svg.appendChild(document.createElementNS(SVG, "rect"));
      const height = 100 * count / most;
      for (const [name, value] of Object.entries({x: i + 0.05, y: 100 - height, width: 0.9, height})) {
        bar.setAttribute(name, value);
      }
    });
    const number = (value) => value === null ? "not finite" : Number(value.toPrecision(5)).toString();
    table("Elements", [
      ["number", weight.elements.toLocaleString("en")],
      ["least, greatest", `${number(weight.min)} … ${number(weight.max)}`],
      ["mean", number(weight.mean)],
      ["standard deviation", number(weight.deviation)],
      ["zeros", `${(100 * weight.zeros / weight.sampled).toFixed(2)} %`],
      ...(weight.notFinite > 0 ? [["not finite", weight.notFinite.toLocaleString("en")]] : []),
      ...(weight.sampled < weight.elements ? [["looked at", weight.sampled.toLocaleString("en")]] : []),
    ]);
  }

  function contents(box) {
    const counts = new Map();
    const visit = (id) => {
      const {op, children} = scene.boxes[id];
      if (op !== undefined && id !== box.id) counts.set(op, (counts.get(op) ?? 0) + 1);
      children.forEach(visit);
    };
    visit(box.id);
    return [...counts].sort((a, b) => b[1] - a[1]).map(([op, count]) => [op, String(count)]);
  }

  function heading(box) {
    make("h2", box.op ?? box.title);
    make("code", box.name);
    const facts = [];
    if (box.opset !== undefined) facts.push(["opset", box.opset]);
    if (box.holds) facts.push(["nodes", box.nodes.toLocaleString("en")]);
    if (scene.profiled) {
      facts.push(["time of a call", box.ms > 0 ? `${box.ms.toPrecision(3)} ms` : "none of its own"]);
    }
    table("", facts);
  }

  return {
    hide() { element.hidden = true; },
    show(id, go, toggle) {
      const box = scene.boxes[id];
      element.replaceChildren();
      element.hidden = false;
      heading(box);
      if (box.holds) make("p").appendChild(document.createElement("button")).append("Fold or unfold");
      element.querySelector("p button")?.addEventListener("click", () => toggle(id));
      const loops = scene.loops.filter((loop) => loop.input === id || loop.output === id);
      table("State", loops.flatMap((loop) => [
        ["name", loop.name],
        [loop.input === id ? "comes from" : "goes to", link(loop.input === id ? loop.output : loop.input, go)],
        ...(loop.evidence === "" ? [] : [["found by", loop.evidence]]),
      ]));
      table("Attributes", box.attributes ?? []);
      table("Small constants", (box.constants ?? []).map(([port, type, text]) => [`input ${port}`, `${type} ${text}`]));
      if (box.weight) histogram(box.weight);
      table("Takes", neighbours(box, true).map(({far, type}) => [type, link(far, go)]));
      table("Gives", neighbours(box, false).map(({far, type}) => [type, link(far, go)]));
      table("Tensors", (box.out ?? []).map(([type, names]) => [type, names.join(", ")]));
      if (box.holds) table("Holds", contents(box));
    },
  };
})();

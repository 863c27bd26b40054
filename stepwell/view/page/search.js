// Finds boxes by name, op and attributes: every word that is typed must occur in one of them.
function makeSearch({show, mark}) {
  const MOST_SHOWN = 200;
  const query = document.getElementById("query");
  const list = document.getElementById("results");
  const texts = scene.boxes.map((box) => [
    box.name, box.op ?? box.title, ...(box.attributes ?? []).map(([name, value]) => `${name}=${value}`), ...box.notes,
  ].join("\n").toLowerCase());
  let found = [];
  let current = -1;

  function find(text) {
    const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
    found = words.length === 0 ? [] :
      scene.boxes.slice(1).filter((box) => words.every((word) => texts[box.id].includes(word))).map((box) => box.id);
    current = -1;
    list.replaceChildren();
    for (const id of found.slice(0, MOST_SHOWN)) {
      const item = list.appendChild(document.createElement("li"));
      item.append(scene.boxes[id].name + " ");
      item.appendChild(document.createElement("small")).textContent = scene.boxes[id].op ?? scene.boxes[id].class;
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); go(found.indexOf(id)); });
    }
    if (words.length > 0) {
      const more = list.appendChild(document.createElement("li")).appendChild(document.createElement("small"));
      more.textContent = found.length > MOST_SHOWN ? `${found.length} found, ${MOST_SHOWN} shown` : `${found.length} found`;
    }
    list.hidden = words.length === 0;
    mark(found);
  }

  function go(index) {
    if (found.length === 0) return;
    current = (index + found.length) % found.length;
    [...list.children].forEach((item, i) => item.classList.toggle("current", i === current));
    list.children[current]?.scrollIntoView({block: "nearest"});
    show(found[current]);
  }

  query.addEventListener("input", () => find(query.value));
  query.addEventListener("focus", () => { list.hidden = query.value.trim() === ""; });
  query.addEventListener("blur", () => { list.hidden = true; });
  query.addEventListener("keydown", (event) => {
    if (event.key === "Enter") go(current + (event.shiftKey ? -1 : 1));
    if (event.key === "ArrowDown" || event.key === "ArrowUp") go(current + (event.key === "ArrowUp" ? -1 : 1));
    if (event.key !== "Escape" && event.key !== "Enter") return;
    if (event.key === "Escape") query.blur();
    event.preventDefault();
    event.stopPropagation();
  });

  return {
    focus() { query.focus(); query.select(); },
    clear() { query.value = ""; find(""); },
    set(text) { query.value = text; find(text); },
  };
}

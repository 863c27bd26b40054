// Ties the parts together: what is unfolded, selected and found, and what keys and pointers do to it.
(() => {
  const MOST_UNFOLDED = 6000;  // boxes that "Unfold all" may show at once
  const READABLE_SCALE = 0.7;  // a page opens at its beginning where the whole picture would be smaller
  const canvas = document.getElementById("graph");
  const view = {selected: null, found: new Set(), chosenStrokes: new Map(), scale: 1};
  const unfolded = [...scene.unfolded];
  let foundBoxes = [];
  let picture = null;
  let isDue = false;

  const camera = makeCamera(canvas, redraw);
  const minimap = makeMinimap(document.getElementById("minimap"), camera, redraw);
  const search = makeSearch({show: reveal, mark});

  // The innermost box that shows and is or holds this one.
  function shownBox(id) {
    const folded = scene.ancestors(id).filter((outer) => !unfolded[outer]);
    return folded.length === 0 ? id : folded.at(-1);
  }

  // Marks what was found, or the folded scopes that hold it.
  function mark(ids) {
    foundBoxes = ids;
    view.found = new Set(ids.map(shownBox));
    repaint();
  }

  function redraw() {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(paint);
  }

  function paint() {
    isDue = false;
    const width = canvas.clientWidth * devicePixelRatio;
    const height = canvas.clientHeight * devicePixelRatio;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, {width, height});
    const context = canvas.getContext("2d");
    const scale = camera.scale * devicePixelRatio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = theme.colours.page;
    context.fillRect(0, 0, width, height);
    context.setTransform(scale, 0, 0, scale, camera.x * devicePixelRatio, camera.y * devicePixelRatio);
    view.scale = camera.scale;
    painter.paint(context, picture, view, camera.seen());
    minimap.paint();
  }

  function boundsOf(strokes) {
    const bounds = {left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity};
    for (const {x0, y0, x1, y1, pull0} of strokes) {
      bounds.left = Math.min(bounds.left, x0, x1);
      bounds.right = Math.max(bounds.right, x0, x1);
      bounds.top = Math.min(bounds.top, y0, y1, pull0);
      bounds.bottom = Math.max(bounds.bottom, y0, y1, pull0);
    }
    return bounds;
  }

  function repaint() {
    minimap.paintBase(picture, view);
    redraw();
  }

  function recompose() {
    picture = compose(unfolded);
    for (const drawn of picture.lines) drawn.bounds = boundsOf(drawn.strokes);
    view.found = new Set(foundBoxes.map(shownBox));
    chooseStrokes();
    repaint();
  }

  // Of each line that the selection gives or takes by, the branches that lead there.
  function chooseStrokes() {
    view.chosenStrokes = new Map();
    if (view.selected === null) return;
    const isChosen = (id) => scene.isWithin(id, view.selected);
    for (const drawn of picture.lines) {
      const chosen = drawn.line.edges.filter((id) => isChosen(scene.edges[id].from) !== isChosen(scene.edges[id].to));
      if (chosen.length > 0) view.chosenStrokes.set(drawn, branches(drawn, new Set(chosen)));
    }
  }

  function branches({line, strokes, layout, parent}, chosen) {
    if (line.edges.every((id) => chosen.has(id))) return strokes;
    const leads = (slot) => slot.kind === CHILD ? [...chosen].some((id) => scene.isWithin(scene.edges[id].to, slot.index)) :
      slot.kind === EXIT && parent.lines[slot.index].edges.some((id) => chosen.has(id));
    const cameFrom = new Map(line.segments.map(({from, to}) => [to, from]));
    const passed = new Set();
    for (let slot of cameFrom.keys()) {
      if (!leads(layout.slots[slot])) continue;
      for (; slot !== undefined && !passed.has(slot); slot = cameFrom.get(slot)) passed.add(slot);
    }
    return strokes.filter((stroke) => passed.has(stroke.slot));
  }

  // Recomposes; the box stays where it is on the screen.
  function recomposeAbout(id) {
    const before = picture.frameOf.get(id);
    recompose();
    const after = picture.frameOf.get(shownBox(id));
    const shiftX = before.x + before.width / 2 - after.x - after.width / 2;
    camera.moveBy(shiftX * camera.scale, (before.y - after.y) * camera.scale);
  }

  function toggle(id) {
    if (!scene.boxes[id].holds || id === 0) return;
    unfolded[id] = !unfolded[id];
    recomposeAbout(id);
  }

  function setAll(isUnfolded) {
    const anchor = boxAtMiddle();
    let shown = 1;
    for (const box of scene.boxes.filter(({holds, id}) => holds && id !== 0)) {
      const isShown = scene.ancestors(box.id).every((outer) => unfolded[outer]);
      unfolded[box.id] = isUnfolded && isShown && shown + box.children.length <= MOST_UNFOLDED;
      if (unfolded[box.id]) shown += box.children.length;
    }
    recomposeAbout(anchor);
    limitZoom();
  }

  // The box without open ones in it that is nearest to the middle of the screen.
  function boxAtMiddle() {
    const {x, y} = camera.toPicture(canvas.clientWidth / 2, canvas.clientHeight / 2);
    const distance = (frame) => Math.hypot(frame.x + frame.width / 2 - x, frame.y + frame.height / 2 - y);
    const folded = picture.frames.filter((frame) => !frame.isOpen);
    return folded.reduce((a, b) => distance(b) < distance(a) ? b : a, folded[0] ?? picture.frames[0]).box;
  }

  function select(id) {
    view.selected = id;
    chooseStrokes();
    if (id === null) panel.hide();
    else panel.show(id, reveal, toggle);
    redraw();
  }

  function reveal(id) {
    const hidden = scene.ancestors(id).filter((outer) => !unfolded[outer]);
    for (const outer of hidden) unfolded[outer] = true;
    if (hidden.length > 0) recompose();
    select(id);
    camera.centreOn(picture.frameOf.get(id));
  }

  function limitZoom() {
    camera.leastScale = Math.min(0.1, canvas.clientWidth / picture.width / 2, canvas.clientHeight / picture.height / 2);
  }

  function showAll(leastScale = 0) {
    limitZoom();
    const {children} = scene.boxes[0];
    const greatest = children.reduce((a, b) => scene.boxes[b].nodes > scene.boxes[a].nodes ? b : a, children[0] ?? 0);
    const frame = picture.frameOf.get(greatest);
    camera.show(picture.frames[0], leastScale, frame.x + frame.width / 2);
  }

  function boxAt(event) {
    const {x, y} = camera.toPicture(event.offsetX, event.offsetY);
    const isHit = (frame) => x >= frame.x && y >= frame.y && x <= frame.x + frame.width && y <= frame.y + frame.height;
    const box = picture.frames.findLast(isHit)?.box ?? 0;
    return box === 0 ? null : box;
  }

  // The next box in a direction of the picture: along a line up and down, in the row to the sides.
  function neighbour(key) {
    const here = picture.frameOf.get(shownBox(view.selected));
    const middle = (frame) => ({x: frame.x + frame.width / 2, y: frame.y + frame.height / 2});
    const isVertical = key === "ArrowUp" || key === "ArrowDown";
    const joined = new Set(scene.edges.flatMap(({from, to}) => {
      const [near, far] = key === "ArrowUp" ? [to, from] : [from, to];
      return scene.isWithin(near, here.box) && !scene.isWithin(far, here.box) ? [shownBox(far)] : [];
    }));
    const sign = key === "ArrowRight" ? 1 : -1;
    const candidates = picture.frames.filter((frame) => isVertical ? joined.has(frame.box) :
      frame !== here && scene.boxes[frame.box].parent === scene.boxes[here.box].parent && frame.box !== 0 &&
      sign * (middle(frame).x - middle(here).x) > 0 && frame.y < here.y + here.height && frame.y + frame.height > here.y);
    const distance = (frame) =>
      Math.hypot(middle(frame).x - middle(here).x, middle(frame).y - middle(here).y);
    return candidates.sort((a, b) => distance(a) - distance(b))[0]?.box;
  }

  function arrow(event) {
    if (view.selected === null || event.shiftKey) {
      const step = {ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80]}[event.key];
      camera.moveBy(...step);
      return;
    }
    const next = neighbour(event.key);
    if (next !== undefined) reveal(next);
  }

  const keys = {
    "/": () => search.focus(),
    "+": () => camera.zoomBy(1.25),
    "=": () => camera.zoomBy(1.25),
    "-": () => camera.zoomBy(0.8),
    "0": () => showAll(),
    "e": () => setAll(true),
    "c": () => setAll(false),
    "t": switchTheme,
    "f": () => view.selected !== null && reveal(view.selected),
    "?": () => document.getElementById("keys").showModal(),
    "Enter": () => view.selected !== null && toggle(view.selected),
    "Backspace": () => view.selected !== null && scene.boxes[view.selected].parent !== 0 &&
      reveal(scene.boxes[view.selected].parent),
    "Escape": () => { search.clear(); select(null); },
    "ArrowLeft": arrow, "ArrowRight": arrow, "ArrowUp": arrow, "ArrowDown": arrow,
  };

  function switchTheme() {
    theme.toggle();
    legend();
    repaint();
  }

  function legend() {
    const list = document.getElementById("legend");
    list.replaceChildren();
    const classes = new Set(scene.boxes.slice(1).map((box) => box.class));
    const texts = {product: "products, recurrence", activation: "activations", shape: "moves and shapes",
                   plain: "other ops", weight: "weights", input: "inputs", output: "outputs", state: "states, cut edges",
                   body: "loop bodies"};
    for (const [name, text] of Object.entries(texts)) {
      if (!classes.has(name)) continue;
      const item = list.appendChild(document.createElement("li"));
      const swatch = item.appendChild(document.createElement("i"));
      swatch.style.background = theme.colours[name];
      swatch.style.borderColor = theme.colours[name + "-line"];
      item.append(text);
    }
    if (!scene.profiled || scene.mostMs === 0) return;
    const item = list.appendChild(document.createElement("li"));
    const scale = item.appendChild(document.createElement("i"));
    const stops = [0, 0.25, 0.5, 1].map((share) => painter.heat(share * scene.mostMs));
    scale.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
    scale.style.width = "60px";
    item.append(`0 … ${scene.mostMs.toPrecision(2)} ms`);
  }

  function onPointers() {
    let pressed = null;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      pressed = {x: event.offsetX, y: event.offsetY, isDrag: false};
    });
    canvas.addEventListener("pointermove", (event) => {
      if (pressed === null) return;
      pressed.isDrag ||= Math.hypot(event.offsetX - pressed.x, event.offsetY - pressed.y) > 4;
      if (!pressed.isDrag) return;
      canvas.classList.add("dragging");
      camera.moveBy(event.movementX, event.movementY);
    });
    canvas.addEventListener("pointerup", (event) => {
      if (pressed !== null && !pressed.isDrag) select(boxAt(event));
      canvas.classList.remove("dragging");
      pressed = null;
    });
    canvas.addEventListener("dblclick", (event) => {
      const id = boxAt(event);
      if (id !== null) toggle(id);
    });
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      const pixels = event.deltaY * (event.deltaMode === 1 ? 20 : 1);
      camera.zoomBy(Math.exp(-pixels * 0.0018), event.offsetX, event.offsetY);
    }, {passive: false});
  }

  function onButtons() {
    const actions = {"zoom-in": keys["+"], "zoom-out": keys["-"], fit: keys["0"], "fold-all": keys.c,
                     "unfold-all": keys.e, theme: switchTheme, help: keys["?"]};
    for (const [id, action] of Object.entries(actions)) document.getElementById(id).addEventListener("click", action);
    document.addEventListener("keydown", (event) => {
      const isTyping = event.target instanceof HTMLInputElement || document.querySelector("dialog[open]") !== null;
      const isOnButton = event.target instanceof HTMLButtonElement && event.key === "Enter";
      if (isTyping || isOnButton || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key](event);
    });
  }

  document.getElementById("title").textContent = scene.title;
  document.getElementById("counts").textContent = `${scene.boxes[0].nodes.toLocaleString("en")} nodes`;
  onPointers();
  onButtons();
  legend();
  recompose();
  showAll(READABLE_SCALE);
  new ResizeObserver(redraw).observe(canvas);
  theme.onSystemChange(() => { legend(); repaint(); });

  // For tests, and for the console.
  window.stepwell = {
    scene, camera, view, toggle, select, reveal, setAll, search,
    get picture() { return picture; },
    get isUnfolded() { return unfolded; },
    paintNow: paint,
  };
})();

// The model: boxes within boxes, edges between those that hold none, and a layout for each that holds some.
const scene = (() => {
  const model = JSON.parse(document.getElementById("model").textContent);
  const boxes = model.boxes;
  boxes.forEach((box, id) => {
    box.id = id;
    box.children = [];
    box.outgoing = [];
    box.incoming = [];
    box.ms ??= 0;
  });
  for (const box of boxes.slice(1)) boxes[box.parent].children.push(box.id);
  // The time of a scope is that of what it holds; a parent's number is lower than its children's.
  const ownMs = boxes.map((box) => box.ms);
  for (let id = boxes.length - 1; id > 0; --id) boxes[boxes[id].parent].ms += boxes[id].ms;

  const edges = model.edges.map(([from, to, value, type], id) => ({id, from, to, value, type}));
  for (const edge of edges) {
    boxes[edge.from].outgoing.push(edge);
    boxes[edge.to].incoming.push(edge);
  }
  for (const layout of Object.values(model.layouts)) {
    layout.rows = layout.rows.map(([top, height]) => ({top, height}));
    layout.slots = layout.slots.map(([kind, index, row, centre]) => ({kind, index, row, centre}));
    for (const line of layout.lines) line.segments = line.segments.map(([from, to]) => ({from, to}));
  }

  // Whether `outer` is the box or holds it.
  function isWithin(box, outer) {
    while (box > outer) box = boxes[box].parent;
    return box === outer;
  }

  function ancestors(box) {
    const path = [];
    while (box !== 0) path.push(box = boxes[box].parent);
    return path;
  }

  return {
    title: model.title, boxes, edges, loops: model.loops, layouts: model.layouts, unfolded: model.unfolded,
    profiled: model.profiled, mostMs: Math.max(...ownMs.slice(1), 0), ownMs, isWithin, ancestors,
  };
})();

// Kinds of slots, as BoxLayout::Slot numbers them.
const CHILD = 0;
const ENTRY = 1;
const EXIT = 2;
const BEND = 3;

// The same as compose.cc: layouts of unfolded boxes are put into their parents', which stretch to make room. Rows and
// columns move apart but never change their order, so folding and unfolding keep the reader's bearings.
const compose = (() => {
  const U_TURN_PULL = 22;
  const MOST_PORT_SPACING = 12;
  const LOOP_LIFT = 10;
  const half = (length) => Math.trunc(length / 2);

  // New places of `positions` such that each growth {begin, centre, end, half} finds its room.
  function stretched(positions, growths) {
    const demands = new Map();
    const at = (position) => {
      if (!demands.has(position)) demands.set(position, []);
      return demands.get(position);
    };
    positions.forEach(at);
    for (const growth of growths) {
      at(growth.begin);
      at(growth.centre).push({from: growth.begin, half: growth.half});
      at(growth.end).push({from: growth.centre, half: growth.half});
    }
    const places = new Map();
    let lastPosition = 0;
    let lastPlace = 0;
    for (const position of [...demands.keys()].sort((a, b) => a - b)) {
      let place = lastPlace + position - lastPosition;
      for (const demand of demands.get(position)) place = Math.max(place, places.get(demand.from) + demand.half);
      places.set(position, place);
      lastPosition = position;
      lastPlace = place;
    }
    return positions.map((position) => places.get(position));
  }

  function measure(id, isOpen, sizes, stretches) {
    const box = scene.boxes[id];
    if (!isOpen(id)) return {width: box.w, height: box.h};
    const layout = scene.layouts[id];
    const children = layout.slots.filter((slot) => slot.kind === CHILD);
    const growths = children.filter((slot) => isOpen(slot.index)).map((slot) => {
      const side = half(scene.boxes[slot.index].w);
      return {begin: slot.centre - side, centre: slot.centre, end: slot.centre + side,
              half: half(sizes[slot.index].width + 1)};
    });
    const centres = stretched([...layout.slots.map((slot) => slot.centre), layout.w], growths);
    const rows = layout.rows.map((row) => ({...row}));
    for (const slot of children) {
      rows[slot.row].height = Math.max(rows[slot.row].height, sizes[slot.index].height);
    }
    let moved = 0;
    rows.forEach((row, i) => {
      row.top += moved;
      moved += row.height - layout.rows[i].height;
    });
    const size = {width: centres.pop(), height: layout.h + moved};
    stretches[id] = {size, centres, rows};
    return size;
  }

  // Where lines meet each child: {out, in}, by the line's number.
  function portsOf(layout, stretch, isOpen, stretches) {
    const ports = layout.slots.map(() => ({out: new Map(), in: new Map()}));
    const others = layout.slots.map(() => ({out: [], in: []}));
    layout.lines.forEach((line, i) => {
      others[line.from].out.push([stretch.centres[line.segments[0].to], i]);
      for (const {from, to} of line.segments) others[to].in.push([stretch.centres[from], i]);
    });
    const spread = (slot, ends, places) => {
      ends.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      const width = scene.boxes[layout.slots[slot].index].w - 24;
      const spacing = Math.min(MOST_PORT_SPACING, Math.trunc(width / Math.max(1, ends.length)));
      ends.forEach(([, line], i) => {
        places.set(line, stretch.centres[slot] + half((2 * i - (ends.length - 1)) * spacing));
      });
    };
    layout.slots.forEach((slot, i) => {
      if (slot.kind !== CHILD) return;
      spread(i, others[i].out, ports[i].out);
      spread(i, others[i].in, ports[i].in);
      if (!isOpen(slot.index)) return;
      const inner = stretches[slot.index];
      const left = stretch.centres[i] - half(inner.size.width);
      scene.layouts[slot.index].slots.forEach((port, p) => {
        if (port.kind === ENTRY) ports[i].in.set(port.index, left + inner.centres[p]);
        if (port.kind === EXIT) ports[i].out.set(port.index, left + inner.centres[p]);
      });
    });
    return ports;
  }

  function curve(layout, segment, x0, x1, top, bottom) {
    const fromRow = layout.slots[segment.from].row;
    const toRow = layout.slots[segment.to].row;
    if (fromRow === toRow) {
      const atTop = layout.slots[segment.to].kind === CHILD;
      const y = atTop ? top(segment.from) : bottom(segment.from);
      const pull = y + (atTop ? -U_TURN_PULL : U_TURN_PULL);
      return {x0, y0: y, pull0: pull, x1, y1: y, pull1: pull, isEnd: false};
    }
    const y0 = fromRow < toRow ? bottom(segment.from) : top(segment.from);
    const y1 = fromRow < toRow ? top(segment.to) : bottom(segment.to);
    const middle = half(y0 + y1);
    return {x0, y0, pull0: middle, x1, y1, pull1: middle, isEnd: false};
  }

  const straight = (x, y0, y1, isEnd = false) => ({x0: x, y0, pull0: y0, x1: x, y1, pull1: y1, isEnd});

  function addLines(id, x, y, context) {
    const {isOpen, sizes, stretches, picture} = context;
    const layout = scene.layouts[id];
    const stretch = stretches[id];
    const ports = portsOf(layout, stretch, isOpen, stretches);
    const top = (slot) => y + stretch.rows[layout.slots[slot].row].top;
    const bottom = (slot) => top(slot) + stretch.rows[layout.slots[slot].row].height;
    const middle = (slot) => half(top(slot) + bottom(slot));
    const isChild = (slot) => layout.slots[slot].kind === CHILD;
    const side = (slot) => half(sizes[layout.slots[slot].index].height);
    layout.lines.forEach((line, i) => {
      const strokes = [];
      const fromX = isChild(line.from) ? x + ports[line.from].out.get(i) : x + stretch.centres[line.from];
      if (isChild(line.from)) strokes.push({...straight(fromX, middle(line.from) + side(line.from), bottom(line.from)), slot: line.from});
      for (const segment of line.segments) {
        const startX = segment.from === line.from ? fromX : x + stretch.centres[segment.from];
        const endX = isChild(segment.to) ? x + ports[segment.to].in.get(i) : x + stretch.centres[segment.to];
        strokes.push({...curve(layout, segment, startX, endX, top, bottom), slot: segment.to});
        if (isChild(segment.to)) {
          strokes.push({...straight(endX, top(segment.to), middle(segment.to) - side(segment.to), true), slot: segment.to});
        } else if (layout.slots[segment.to].kind === BEND) {
          strokes.push({...straight(endX, top(segment.to), bottom(segment.to)), slot: segment.to});
        }
      }
      const isLabelled = isChild(line.from) && !isOpen(layout.slots[line.from].index);
      const isAlone = isChild(line.from) && ports[line.from].out.size === 1;
      const {x0, y0, x1, y1} = strokes[isChild(line.from) ? 1 : 0];
      picture.lines.push({
        line, strokes, layout, parent: scene.layouts[scene.boxes[id].parent], isLabelled,
        labelX: isAlone ? fromX : half(x0 + x1), labelY: isAlone ? bottom(line.from) + 12 : half(y0 + y1) + 3,
      });
    });
  }

  function addLoops(id, x, y, {sizes, stretches, picture}) {
    const layout = scene.layouts[id];
    const stretch = stretches[id];
    const slots = new Map();
    layout.slots.forEach((slot, i) => { if (slot.kind === CHILD) slots.set(slot.index, i); });
    const top = (slot) => y + stretch.rows[layout.slots[slot].row].top;
    const bottom = (slot) => top(slot) + stretch.rows[layout.slots[slot].row].height;
    layout.loops.forEach((number, i) => {
      const loop = scene.loops[number];
      const from = slots.get(loop.output);
      const to = slots.get(loop.input);
      const below = bottom(from) + LOOP_LIFT;
      const above = top(to) - LOOP_LIFT;
      const sideX = x + stretch.size.width - layout.loopsWidth + i * 14;
      const fromX = x + stretch.centres[from];
      const toX = x + stretch.centres[to];
      const fromY = half(top(from) + bottom(from) + sizes[loop.output].height);
      const toY = half(top(to) + bottom(to) - sizes[loop.input].height);
      picture.loops.push({loop, points: [[fromX, fromY], [fromX, below], [sideX, below], [sideX, above], [toX, above],
                                         [toX, toY]]});
    });
  }

  function place(id, x, y, context) {
    const {isOpen, sizes, stretches, picture} = context;
    const frame = {box: id, x, y, width: sizes[id].width, height: sizes[id].height, isOpen: isOpen(id)};
    picture.frames.push(frame);
    picture.frameOf.set(id, frame);
    if (!frame.isOpen) return;
    addLines(id, x, y, context);
    addLoops(id, x, y, context);
    scene.layouts[id].slots.forEach((slot, i) => {
      if (slot.kind !== CHILD) return;
      const row = stretches[id].rows[slot.row];
      const size = sizes[slot.index];
      place(slot.index, x + stretches[id].centres[i] - half(size.width), y + row.top + half(row.height - size.height),
            context);
    });
  }

  // The picture with the boxes unfolded that `unfolded` says: frames (parents first), lines and loops.
  return (unfolded) => {
    const isOpen = (id) => unfolded[id] && scene.boxes[id].holds;
    const sizes = [];
    const stretches = {};
    for (let id = scene.boxes.length - 1; id >= 0; --id) sizes[id] = measure(id, isOpen, sizes, stretches);
    const picture = {width: sizes[0].width, height: sizes[0].height, frames: [], lines: [], loops: [],
                     frameOf: new Map()};
    place(0, 0, 0, {isOpen, sizes, stretches, picture});
    return picture;
  };
})();

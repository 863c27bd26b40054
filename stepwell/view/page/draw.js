// Paints a picture on a canvas: what the camera sees, with no more detail than its scale shows.
const painter = (() => {
  const TEXT_SCALE = 0.34;   // below it the text of ops cannot be read
  const LABEL_SCALE = 0.62;
  const FONT = "system-ui, sans-serif";

  function roundedBox(context, frame) {
    context.beginPath();
    context.roundRect(frame.x, frame.y, frame.width, frame.height, 6);
  }

  // Cold to hot; the square root shows small times, too.
  function heat(ms) {
    const share = Math.sqrt(ms / scene.mostMs);
    const [low, high] = theme.isDark() ? [16, 30] : [88, -33];
    return `hsl(${55 * (1 - share)} 85% ${low + high * share}%)`;
  }

  function fillOf(box, frame) {
    const colours = theme.colours;
    if (scene.profiled && !frame.isOpen && box.ms > 0 && scene.mostMs > 0) return heat(Math.min(box.ms, scene.mostMs));
    if (box.class === "scope") return frame.isOpen ? colours.scope : colours.folded;
    return colours[box.class];
  }

  function paintFrame(context, frame, view) {
    const box = scene.boxes[frame.box];
    const isFound = view.found.has(frame.box);
    roundedBox(context, frame);
    context.fillStyle = isFound && !frame.isOpen ? theme.colours.found : fillOf(box, frame);
    context.fill();
    context.strokeStyle = isFound ? theme.colours["found-line"] : theme.colours[box.class + "-line"];
    context.lineWidth = isFound ? 2.5 : 1;
    context.setLineDash(box.class === "body" ? [5, 3] : []);
    context.stroke();
    context.setLineDash([]);
    if (frame.box === view.selected) {
      context.strokeStyle = theme.colours.accent;
      context.lineWidth = Math.max(2.5, 2 / view.scale);
      context.stroke();
    }
  }

  function paintTitle(context, frame, view) {
    const size = Math.min(26, Math.max(12, 10 / view.scale));
    context.font = `600 ${size}px ${FONT}`;
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillStyle = theme.colours.ink;
    context.fillText("▾ " + scene.boxes[frame.box].title, frame.x + 9, frame.y + 14, frame.width - 16);
  }

  function paintText(context, frame, view) {
    const box = scene.boxes[frame.box];
    if (view.scale < TEXT_SCALE && !box.holds) return;
    const middle = frame.x + frame.width / 2;
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    context.fillStyle = theme.colours.ink;
    if (view.scale < TEXT_SCALE) {
      context.font = `600 ${Math.min(frame.height * 0.55, 9 / view.scale)}px ${FONT}`;
      context.textBaseline = "middle";
      context.fillText(box.title, middle, frame.y + frame.height / 2, frame.width - 6);
      return;
    }
    let y = frame.y + 19;
    context.font = `600 12px ${FONT}`;
    context.fillText((box.holds ? "▸ " : "") + box.title, middle, y, frame.width - 10);
    context.font = `10px ${FONT}`;
    context.fillStyle = theme.colours.faint;
    for (const text of [box.subtitle, ...box.notes]) {
      if (text !== "") context.fillText(text, middle, y += 15, frame.width - 10);
    }
  }

  function strokePath(context, stroke) {
    context.moveTo(stroke.x0, stroke.y0);
    if (stroke.x0 === stroke.x1 && stroke.pull0 <= Math.max(stroke.y0, stroke.y1)) {
      context.lineTo(stroke.x1, stroke.y1);
    } else {
      context.bezierCurveTo(stroke.x0, stroke.pull0, stroke.x1, stroke.pull1, stroke.x1, stroke.y1);
    }
  }

  function arrowPath(context, x, y, size) {
    context.moveTo(x, y);
    context.lineTo(x - size, y - 1.8 * size);
    context.lineTo(x + size, y - 1.8 * size);
  }

  // One path for all lines of a colour: the canvas is fastest so.
  function paintStrokes(context, strokes, colour, width, scale) {
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = Math.max(width, 0.7 / scale);
    context.beginPath();
    for (const stroke of strokes) strokePath(context, stroke);
    context.stroke();
    if (scale < 0.25) return;
    context.beginPath();
    for (const stroke of strokes) if (stroke.isEnd) arrowPath(context, stroke.x1, stroke.y1, 3.2);
    context.fill();
  }

  function paintLines(context, lines, view) {
    const plain = lines.filter(({line}) => !line.state).flatMap(({strokes}) => strokes);
    const states = lines.filter(({line}) => line.state).flatMap(({strokes}) => strokes);
    paintStrokes(context, plain, theme.colours.line, 1.2, view.scale);
    paintStrokes(context, states, theme.colours["state-line"], 2, view.scale);
    const chosen = lines.flatMap((drawn) => view.chosenStrokes.get(drawn) ?? []);
    paintStrokes(context, chosen, theme.colours.accent, 2.4, view.scale);
  }

  function paintLabels(context, lines, view) {
    context.font = `9px ${FONT}`;
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    context.lineWidth = 3;
    context.lineJoin = "round";
    for (const {line, labelX, labelY} of lines.filter((drawn) => drawn.isLabelled)) {
      context.strokeStyle = theme.colours.page;
      context.strokeText(line.label, labelX, labelY);
      context.fillStyle = line.state ? theme.colours["state-line"] : theme.colours.faint;
      context.fillText(line.label, labelX, labelY);
    }
  }

  function paintLoop(context, {loop, points}, view) {
    const isState = scene.boxes[loop.input].class === "state";
    context.strokeStyle = context.fillStyle = theme.colours[isState ? "state-line" : "body-line"];
    context.lineWidth = Math.max(1.8, 1 / view.scale);
    context.setLineDash([7, 4]);
    context.beginPath();
    context.moveTo(...points[0]);
    for (let i = 1; i + 1 < points.length; ++i) context.arcTo(...points[i], ...points[i + 1], 6);
    context.lineTo(...points.at(-1));
    context.stroke();
    context.setLineDash([]);
    context.beginPath();
    arrowPath(context, ...points.at(-1), 3.6);
    context.fill();
    if (view.scale < TEXT_SCALE) return;
    const [[x, low], [, high]] = points.slice(2);
    context.save();
    context.translate(x, (low + high) / 2);
    context.rotate(-Math.PI / 2);
    context.font = `10px ${FONT}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 4;
    context.strokeStyle = theme.colours.page;
    context.strokeText(loop.name, 0, 0, Math.abs(high - low));
    context.fillText(loop.name, 0, 0, Math.abs(high - low));
    context.restore();
  }

  return {
    heat,
    // `seen` is the part of the picture that shows: {left, top, right, bottom}.
    paint(context, picture, view, seen) {
      const shows = ({left, top, right, bottom}) =>
        left <= seen.right && right >= seen.left && top <= seen.bottom && bottom >= seen.top;
      const frames = picture.frames.filter((frame) => frame.box !== 0 && shows({
        left: frame.x, top: frame.y, right: frame.x + frame.width, bottom: frame.y + frame.height}));
      const lines = picture.lines.filter((drawn) => shows(drawn.bounds));
      const open = frames.filter((frame) => frame.isOpen);
      const folded = frames.filter((frame) => !frame.isOpen);
      for (const frame of open) paintFrame(context, frame, view);
      paintLines(context, lines, view);
      for (const loop of picture.loops) paintLoop(context, loop, view);
      for (const frame of folded) {
        paintFrame(context, frame, view);
        paintText(context, frame, view);
      }
      for (const frame of open) paintTitle(context, frame, view);
      if (view.scale >= LABEL_SCALE) paintLabels(context, lines, view);
    },
  };
})();

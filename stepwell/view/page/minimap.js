// The whole picture, small, and the part of it that shows. Repainted only when the picture changes; the part that shows
// is drawn over it.
function makeMinimap(canvas, camera, redraw) {
  const WIDTH = 170;
  const HEIGHT = 210;
  const LEAST_WIDTH = 70;  // of a very tall picture, which is drawn wider than it is
  let base = null;
  let scale = {x: 1, y: 1};

  function paintBase(picture, view) {
    const uniform = Math.min(WIDTH / picture.width, HEIGHT / picture.height);
    scale = {x: Math.max(uniform, LEAST_WIDTH / picture.width), y: uniform};
    base = document.createElement("canvas");
    base.width = Math.max(1, Math.round(picture.width * scale.x)) * devicePixelRatio;
    base.height = Math.max(1, Math.round(picture.height * scale.y)) * devicePixelRatio;
    const context = base.getContext("2d");
    context.scale(scale.x * devicePixelRatio, scale.y * devicePixelRatio);
    for (const frame of picture.frames.slice(1)) {
      const box = scene.boxes[frame.box];
      const isFound = view.found.has(frame.box);
      context.fillStyle = isFound ? theme.colours["found-line"] :
        frame.isOpen ? theme.colours.scope : theme.colours[box.class + "-line"];
      const grow = frame.isOpen ? 0 : Math.max(0, 1.2 / scale.y - frame.height) / 2;
      context.fillRect(frame.x, frame.y - grow, frame.width, frame.height + 2 * grow);
    }
    canvas.width = base.width;
    canvas.height = base.height;
    canvas.style.width = base.width / devicePixelRatio + "px";
    canvas.style.height = base.height / devicePixelRatio + "px";
  }

  function paint() {
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(base, 0, 0);
    context.scale(scale.x * devicePixelRatio, scale.y * devicePixelRatio);
    const seen = camera.seen();
    context.strokeStyle = theme.colours.accent;
    context.lineWidth = 2;
    context.beginPath();
    context.rect(seen.left, seen.top, seen.right - seen.left, seen.bottom - seen.top);
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.stroke();
  }

  function follow(event) {
    if (event.buttons === 0) return;
    const seen = camera.seen();
    const x = event.offsetX / scale.x;
    const y = event.offsetY / scale.y;
    camera.moveBy(((seen.left + seen.right) / 2 - x) * camera.scale, ((seen.top + seen.bottom) / 2 - y) * camera.scale);
    redraw();
  }
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); follow(event); });
  canvas.addEventListener("pointermove", follow);

  return {paintBase, paint};
}

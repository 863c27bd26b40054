// Which part of the picture shows: screen = picture * scale + (x, y). Glides to where it is sent.
function makeCamera(canvas, redraw) {
  const MOST_SCALE = 3;
  const GLIDE_MS = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 220;
  const camera = {x: 0, y: 0, scale: 1};
  let glide = 0;

  const size = () => ({width: canvas.clientWidth, height: canvas.clientHeight});

  function goTo(target) {
    cancelAnimationFrame(glide);
    const start = {...camera};
    const began = performance.now();
    const step = (now) => {
      const t = GLIDE_MS === 0 ? 1 : Math.min(1, Math.max(0, now - began) / GLIDE_MS);
      const eased = t * (2 - t);
      for (const key of ["x", "y", "scale"]) camera[key] = start[key] + (target[key] - start[key]) * eased;
      redraw();
      if (t < 1) glide = requestAnimationFrame(step);
    };
    step(began);
  }

  return Object.assign(camera, {
    leastScale: 0.02,
    toPicture: (x, y) => ({x: (x - camera.x) / camera.scale, y: (y - camera.y) / camera.scale}),
    seen() {
      const {width, height} = size();
      const {x: left, y: top} = camera.toPicture(0, 0);
      return {left, top, right: left + width / camera.scale, bottom: top + height / camera.scale};
    },
    moveBy(dx, dy) {
      cancelAnimationFrame(glide);
      camera.x += dx;
      camera.y += dy;
      redraw();
    },
    // About a point of the screen.
    zoomBy(factor, x = size().width / 2, y = size().height / 2) {
      cancelAnimationFrame(glide);
      const scale = Math.min(MOST_SCALE, Math.max(camera.leastScale, camera.scale * factor));
      camera.x = x - (x - camera.x) * scale / camera.scale;
      camera.y = y - (y - camera.y) * scale / camera.scale;
      camera.scale = scale;
      redraw();
    },
    // Everything, or, where that could not be read, its beginning, with `middle` in the middle.
    show({x, y, width, height}, leastScale = 0, middle = x + width / 2) {
      const room = size();
      const fits = Math.min(room.width / (width + 60), room.height / (height + 60), 1.25);
      const scale = Math.max(fits, leastScale);
      const top = height * scale > room.height ? 30 : (room.height - height * scale) / 2;
      const across = width * scale > room.width ? middle : x + width / 2;
      goTo({scale, x: room.width / 2 - across * scale, y: top - y * scale});
    },
    centreOn(frame) {
      const room = size();
      const scale = Math.max(camera.scale, 0.8);
      goTo({scale, x: room.width / 2 - (frame.x + frame.width / 2) * scale,
            y: room.height / 2 - (frame.y + Math.min(frame.height, room.height * 0.8 / scale) / 2) * scale});
    },
  });
}

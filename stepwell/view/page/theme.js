// Dark and light: what the system says, until the reader switches.
const theme = (() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  let colours = {};

  function isDark() {
    return chosen === null ? system.matches : chosen === "dark";
  }

  // The canvas cannot use style sheets' variables, so their values are read once per switch.
  function apply() {
    document.documentElement.dataset.theme = isDark() ? "dark" : "light";
    const style = getComputedStyle(document.documentElement);
    colours = new Proxy({}, {
      get(known, name) {
        known[name] ??= style.getPropertyValue("--" + name).trim();
        return known[name];
      },
    });
  }

  apply();
  return {
    get colours() { return colours; },
    isDark,
    toggle() {
      chosen = isDark() ? "light" : "dark";
      apply();
    },
    onSystemChange(redraw) {
      system.addEventListener("change", () => { apply(); redraw(); });
    },
  };
})();

// The theme: as the system has it, or as chosen here. Run before the first paint, so that the page
// does not flash. The choice is kept on this device.
(() => {
  const KEY = "csvsum-theme";
  const ORDER = ["auto", "light", "dark"];
  const root = document.documentElement;

  const stored = () => {
    try {
      const theme = localStorage.getItem(KEY);
      return ORDER.includes(theme) ? theme : "auto";
    } catch {
      return "auto"; // storage is off
    }
  };

  const store = (theme) => {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Storage is off: the choice lasts until the page is left.
    }
  };

  let theme = stored();

  const show = () => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    document.getElementById("theme")?.setAttribute("aria-label", `Theme: ${theme}`);
  };

  const choose = () => {
    theme = ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length];
    store(theme);
    show();
  };

  show();
  document.addEventListener("DOMContentLoaded", () => {
    show();
    document.getElementById("theme").addEventListener("click", choose);
  });
})();

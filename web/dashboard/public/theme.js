// Before the first paint: the theme, density and direction of last time, so that nothing flashes.
(() => {
  const root = document.documentElement;
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("switchboard.preferences") ?? "{}") ?? {};
  } catch {
    // Storage may be forbidden; the defaults are fine.
  }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = kept.theme === "light" || kept.theme === "dark" ? kept.theme : dark ? "dark" : "light";
  root.dataset.density = kept.density === "compact" ? "compact" : "comfortable";
  if (typeof kept.language === "string") {
    root.lang = kept.language;
    root.dir = kept.language === "ar" ? "rtl" : "ltr";
  }
})();

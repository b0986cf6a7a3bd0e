"use strict";
// The player's style sheet is told by the root element which appearance holds: the player's own
// script says it there, and this one on a page of ours that borrows the style.
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    document.documentElement.dataset.theme = dark.matches ? "dark" : "light";
  };
  dark.addEventListener("change", apply);
  apply();
})();

/**
 * Whether a window that goes is only reloaded. Browsers do not say so; the keys that reload are
 * seen, and a script that does, where the browser has the Navigation API. Who reloads by the
 * browser's own button ends the session.
 */
const SOON_MS = 3000;

export class ReloadWatch {
  #askedAt = -Infinity;

  /** @param {Window} window */
  constructor(window) {
    const note = () => {
      this.#askedAt = Date.now();
    };
    window.addEventListener("keydown", (event) => isReload(event) && note(), true);
    window.navigation?.addEventListener("navigate", (event) => {
      if (event.navigationType === "reload") note();
    });
  }

  get isUnderWay() {
    return Date.now() - this.#askedAt < SOON_MS;
  }
}

function isReload({ key, ctrlKey, metaKey }) {
  return key === "F5" || ((ctrlKey || metaKey) && key.toLowerCase() === "r");
}

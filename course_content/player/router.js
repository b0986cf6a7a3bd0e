/**
 * Which step the address names: `#/unit/step`.
 *
 * Steps are pushed by us rather than by the browser's own following of links, because the browser
 * would make history entries without the window's state, and with it lose the session.
 */
export class Router {
  #window;
  #windowState;
  #onStep;

  /**
   * @param {Window} window
   * @param {object|null} windowState to keep with every history entry
   * @param {(path: string|null) => void} onStep
   */
  constructor(window, windowState, onStep) {
    this.#window = window;
    this.#windowState = windowState;
    this.#onStep = onStep;
  }

  /** Begin at the address, or at `fallback` when it names no step. */
  start(fallback) {
    this.#window.addEventListener("popstate", () => this.#arrived());
    this.#window.document.addEventListener("click", (event) => this.#clicked(event));
    if (!this.path) this.#write("replaceState", fallback);
    this.#arrived();
  }

  get path() {
    const found = /^#\/([^/]+\/[^/]+)$/.exec(this.#window.location.hash);
    return found ? decodeURIComponent(found[1]) : null;
  }

  go(path) {
    if (path !== this.path) this.#write("pushState", path);
    this.#onStep(path);
  }

  replace(path) {
    this.#write("replaceState", path);
    this.#onStep(path);
  }

  #write(method, path) {
    this.#window.history[method](this.#windowState, "", `#/${path}`);
  }

  /** An address typed by hand makes an entry of its own, which gets the state here. */
  #arrived() {
    if (this.#windowState && !this.#window.history.state) {
      this.#window.history.replaceState(this.#windowState, "");
    }
    this.#onStep(this.path);
  }

  #clicked(event) {
    if (event.defaultPrevented || event.button !== 0 || hasModifier(event)) return;
    const href = event.target.closest?.("a[href^='#']")?.getAttribute("href");
    if (!href) return;
    event.preventDefault();
    if (href.startsWith("#/")) {
      this.go(decodeURIComponent(href.slice(2)));
    } else {
      goToElement(this.#window.document.getElementById(decodeURIComponent(href.slice(1))));
    }
  }
}

function hasModifier(event) {
  return event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
}

/** Follow a link within the page (skip link, footnote, reference) and leave the address alone. */
function goToElement(target) {
  if (!target) return;
  if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
  target.focus({ preventScroll: true });
  target.scrollIntoView();
}

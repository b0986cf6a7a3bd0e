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
  /** The path whose step was last asked for. */
  #current = null;
  /** The page that all our history entries belong to. */
  #page;

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
    this.#page = this.#window.location.pathname;
    this.#window.addEventListener("popstate", () => this.#arrived());
    this.#window.document.addEventListener("click", (event) => this.#clicked(event));
    if (!this.path) this.#write("replaceState", fallback);
    this.#arrived();
  }

  get path() {
    return pathOf(this.#window.location.hash);
  }

  go(path) {
    if (path !== this.path) this.#write("pushState", path);
    this.#open(path);
  }

  #open(path) {
    this.#current = path;
    this.#onStep(path);
  }

  #write(method, path) {
    this.#window.history[method](this.#windowState, "", `#/${path}`);
  }

  /** An address typed by hand makes an entry of its own, which gets the state here. */
  #arrived() {
    if (this.#window.location.pathname !== this.#page) {
      // "Back" to the page that this one was opened from, such as the instructor's class.
      this.#window.location.reload();
      return;
    }
    if (this.#windowState && !this.#window.history.state) {
      this.#window.history.replaceState(this.#windowState, "");
    }
    // Coming back from a footnote of the same step, the browser itself restores the place.
    if (this.path !== this.#current) this.#open(this.path);
  }

  #clicked(event) {
    if (event.defaultPrevented || event.button !== 0 || hasModifier(event)) return;
    const href = event.target.closest?.("a[href^='#']")?.getAttribute("href");
    if (!href) return;
    event.preventDefault();
    const path = pathOf(href);
    if (path) this.go(path);
    else this.#goWithin(href.slice(1));
  }

  /** Follow a link within the page (skip link, footnote, reference), and let "back" undo it. */
  #goWithin(id) {
    const target = this.#window.document.getElementById(id);
    if (!target) return;
    if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
    this.#window.history.pushState(this.#windowState, "", this.#window.location.hash);
    target.focus({ preventScroll: true });
    target.scrollIntoView();
  }
}

/** Ids are of small letters, digits and hyphens: nothing in them needs decoding. */
function pathOf(hash) {
  return /^#\/([^/]+\/[^/]+)$/.exec(hash)?.[1] ?? null;
}

function hasModifier(event) {
  return event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
}

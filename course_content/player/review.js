/** Starts the page on which an instructor reviews a work: the window's session says who asks. */
import { showDeadEnd } from "./components/dead-end.js";
import { MarkingPage } from "./components/marking.js";
import { Reading } from "./reading.js";
import { textsIn } from "./languages.js";
import { Failure } from "./tracking/failure.js";
import { LtiApi } from "./tracking/lti-api.js";

async function start() {
  new Reading(window);
  const root = document.getElementById("player");
  try {
    const session = window.history.state?.session;
    if (typeof session !== "string") throw new Failure("no-session");
    const path = `/api${window.location.pathname}`;
    const api = new LtiApi(window.fetch.bind(window), session);
    const work = await api.askPatiently("GET", path);
    document.documentElement.lang = work.pageLanguage;
    const page = new MarkingPage(work, { api, path, session, window });
    root.replaceChildren(page.element);
    document.title = page.title;
  } catch (error) {
    const failure =
      error instanceof Failure ? error : new Failure("unexpected", { detail: String(error) });
    showDeadEnd(root, textsIn(document.documentElement.lang || "fr"), failure);
    if (failure !== error) throw error;
  }
}

// "Back" and "forward" between our pages change the address alone.
const address = window.location.pathname;
window.addEventListener("popstate", () => {
  if (window.location.pathname !== address) window.location.reload();
});
start();

/** Starts the player: reads what the document is, opens its tracking, shows the course. */
import { App } from "./app.js";
import { showDeadEnd } from "./components/dead-end.js";
import { Reading } from "./reading.js";
import { Failure } from "./tracking/failure.js";
import { fetchBoot } from "./tracking/lti.js";
import { Texts } from "./texts.js";

/** The document's own description of itself; null in the shell that a reload of /learn brings. */
function embeddedBoot() {
  const text = document.getElementById("boot")?.textContent.trim();
  return text ? JSON.parse(text) : null;
}

async function start() {
  const reading = new Reading(window);
  const root = document.getElementById("player");
  try {
    const boot = embeddedBoot() ?? (await fetchBoot(window));
    await new App(boot, root, window, reading).start();
  } catch (error) {
    const failure =
      error instanceof Failure ? error : new Failure("unexpected", { detail: String(error) });
    showDeadEnd(root, new Texts(document.documentElement.lang || "fr"), failure);
    if (failure !== error) throw error;
  }
}

start();

/** Starts the player: reads what the document is, opens its tracking, shows the course. */
import { App } from "./app.js";
import { showDeadEnd } from "./components/dead-end.js";
import { Reading } from "./reading.js";
import { Failure } from "./tracking/failure.js";
import { Texts } from "./texts.js";
import { unpacked } from "./words.js";

/** The document's own description of itself; null in the shell that a reload of /learn brings. */
function embeddedBoot() {
  const text = document.getElementById("boot")?.textContent.trim();
  return text ? JSON.parse(text) : null;
}

/**
 * The build makes a script of this for each delivery and language.
 * @param {import("./tracking.js").Delivery} delivery
 * @param {string} language
 * @param {string} words of that language, packed
 * @param {{gradeStatus?: typeof import("./components/grade-status.js").gradeStatus,
 *   previewBanner?: typeof import("./components/preview-banner.js").previewBanner,
 *   groups?: typeof import("./components/workshops/sharing.js"),
 *   HandInDesk?: typeof import("./components/workshops/hand-in-desk.js").HandInDesk}} others what
 *   work with others needs, where there are any
 */
export async function start(delivery, language, words, others) {
  const reading = new Reading(window);
  const root = document.getElementById("player");
  const texts = new Texts(language, unpacked(words));
  try {
    const boot = embeddedBoot() ?? (await delivery.fetchBoot(window));
    const tracking = await delivery.openTracking(boot, window);
    await new App(boot, { root, window, reading, texts, tracking, others }).start();
  } catch (error) {
    const failure =
      error instanceof Failure ? error : new Failure("unexpected", { detail: String(error) });
    showDeadEnd(root, texts, failure);
    if (failure !== error) throw error;
  }
}

/**
 * Tracking by another university's LMS, from a page of ours in the frame of a dispatch package.
 *
 * The package speaks to the LMS for us, in SCORM 1.2. It is the window around this one, and the
 * first that answers our hello: from then on we speak through the port that it gave, and hear
 * nobody else. A licence may say which origins it can be of.
 */
import { hello, isWelcome } from "../relay/messages.js";
import { Failure } from "./failure.js";
import { RelayedLms } from "./relayed-lms.js";
import { SCORM12 } from "./scorm12.js";
import { ScormTracking } from "./scorm/tracking.js";
import { ServedUnits } from "./served-units.js";

const ANSWER_MS = 15_000;

/** @throws {Failure} where no package is around this page */
export async function openTracking(boot, window) {
  const { port, values } = await welcomed(window, boot.options.places);
  const units = new ServedUnits(boot, window);
  return new ScormTracking(boot, window, new RelayedLms(port, values), SCORM12, units);
}

function welcomed(window, places) {
  const { parent } = window;
  if (parent === window) throw new Failure("no-session");
  const silence = new AbortController();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Failure("no-session")), ANSWER_MS);
    const hear = ({ source, origin, data, ports }) => {
      const isFromPackage = source === parent && (places.length === 0 || places.includes(origin));
      if (!isFromPackage || !isWelcome(data) || ports.length !== 1) return;
      clearTimeout(timer);
      resolve({ port: ports[0], values: data.values });
    };
    window.addEventListener("message", hear, { signal: silence.signal });
    parent.postMessage(hello(), "*");
  }).finally(() => silence.abort());
}

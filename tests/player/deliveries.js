/** The adapters, by what a document says that it is. The player is built with one of them. */
import * as local from "../../course_content/player/tracking/local.js";
import * as lti from "../../course_content/player/tracking/lti.js";
import * as scorm12 from "../../course_content/player/tracking/scorm12.js";
import * as scorm2004 from "../../course_content/player/tracking/scorm2004.js";

const DELIVERIES = { local, lti, scorm12, scorm2004 };

export function openTracking(boot, window) {
  return DELIVERIES[boot.delivery].openTracking(boot, window);
}

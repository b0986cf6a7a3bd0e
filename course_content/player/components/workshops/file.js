/**
 * A work as a file of the learner's own: course spaces are emptied, what one made stays one's own.
 * The file is JSON that says which workshop it is of; any window of that workshop takes it up. One
 * file may hold all works, and each workshop takes up its own of it.
 */
import { h } from "../../dom.js";
import { InvalidWork, checkedChanges } from "../../works.js";

const FORMAT = "arrimage-work";
const FORMAT_OF_ALL = "arrimage-works";
const VERSION = 1;
const LARGEST_FILE = 1024 * 1024;

/** @returns {{name: string, text: string}} */
export function workFile(course, workshop, records) {
  return file(`${course.slug}-${workshop.id}`, {
    format: FORMAT,
    version: VERSION,
    course: course.slug,
    workshop: workshop.id,
    tool: workshop.tool,
    title: workshop.title,
    records,
  });
}

/**
 * All works that were begun, and all answers, which nothing takes up again but which can be read.
 * @param {import("../../course.js").Course} course
 * @param {Record<string, import("../../works.js").Work>} works by workshop
 * @param {Record<string, unknown>} answers by "activity/question"
 */
export function allWorksFile(course, works, answers) {
  const begun = Object.entries(works).filter(([, records]) => Object.keys(records).length > 0);
  return file(course.slug, {
    format: FORMAT_OF_ALL,
    version: VERSION,
    course: course.slug,
    works: Object.fromEntries(begun),
    answers,
  });
}

function file(name, content) {
  return { name: `${name}.json`, text: `${JSON.stringify(content, null, 2)}\n` };
}

/** Have the browser put a file where it puts what is downloaded. */
export function offer({ name, text }) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** @returns {import("../../works.js").Work|null} null when the text is no work of this tool */
export function readWorkFile(text, workshop) {
  if (text.length > LARGEST_FILE) return null;
  try {
    const content = JSON.parse(text);
    if (content.version !== VERSION) return null;
    if (content.format === FORMAT_OF_ALL) return checkedChanges(content.works[workshop.id]);
    const isRight = content.format === FORMAT && content.tool === workshop.tool;
    return isRight ? checkedChanges(content.records) : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof InvalidWork) return null;
    if (error instanceof TypeError) return null;
    throw error;
  }
}

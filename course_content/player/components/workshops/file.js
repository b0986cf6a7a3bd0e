/**
 * A work as a file of the learner's own: course spaces are emptied, what one made stays one's own.
 * The file is JSON that says which workshop it is of; any window of that workshop takes it up.
 */
import { InvalidWork, checkedChanges } from "../../works.js";

const FORMAT = "arrimage-work";
const VERSION = 1;
const LARGEST_FILE = 1024 * 1024;

/** @returns {{name: string, text: string}} */
export function workFile(course, workshop, records) {
  const content = {
    format: FORMAT,
    version: VERSION,
    course: course.slug,
    workshop: workshop.id,
    tool: workshop.tool,
    title: workshop.title,
    records,
  };
  return {
    name: `${course.slug}-${workshop.id}.json`,
    text: `${JSON.stringify(content, null, 2)}\n`,
  };
}

/** @returns {import("../../works.js").Work|null} null when the text is no work of this tool */
export function readWorkFile(text, workshop) {
  if (text.length > LARGEST_FILE) return null;
  try {
    const content = JSON.parse(text);
    const isRight =
      content.format === FORMAT && content.version === VERSION && content.tool === workshop.tool;
    return isRight ? checkedChanges(content.records) : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof InvalidWork) return null;
    if (error instanceof TypeError) return null;
    throw error;
  }
}

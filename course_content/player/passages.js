/** What a step has to read, heading by heading, for the search to look through. */

const BLOCKS = "h2, h3, h4, p, li, dt, dd, th, td, figcaption";
/** Not what the page says: its list of references, and words that only tell of a link. */
const ASIDE = ".references, .cited-in, .visually-hidden, sup";
/** What the passages below it are about; a term heads its definition. */
const HEADING = /^(?:H[2-4]|DT)$/;

/**
 * @param {import("./course.js").Step} step
 * @param {object} content the step's, as its unit has it
 * @returns {import("./search.js").Section[]}
 */
export function sectionsOf(step, content) {
  const { unit } = step;
  const first = { ...opening(step), heading: "", place: null, passages: [] };
  const sections = [first];
  for (const { element, text, place } of blocksOf(step, content)) {
    if (element?.closest(".bibliography")) {
      const passages = [{ text, place }];
      sections.push({ ...first, titles: [], context: unit.title, place, passages });
    } else if (element && HEADING.test(element.tagName)) {
      const context = unit.isAppendix ? unit.title : `${unit.title} – ${step.title}`;
      sections.push({ path: step.path, titles: [], context, heading: text, place, passages: [] });
    } else {
      sections.at(-1).passages.push({ text, place });
    }
  }
  return sections;
}

function opening({ path, title, unit, number }) {
  const isFirst = number === 1 && unit.title !== title;
  return { path, titles: isFirst ? [title, unit.title] : [title], context: unit.title };
}

function blocksOf(step, content) {
  if (step.kind === "quiz") return promptsOf(content.activity);
  const html = step.kind === "page" ? content.html : content.workshop.instructions;
  return blocksIn(parsed(html));
}

/** A quiz shows its questions one by one: what is found in one leads to its door. */
function promptsOf({ questions }) {
  return questions.map(({ prompt }) => ({ text: textOf(parsed(prompt)), place: null }));
}

function parsed(html) {
  return new DOMParser().parseFromString(html ?? "", "text/html").body;
}

function blocksIn(root) {
  const texts = new Map([...root.querySelectorAll(BLOCKS)].map((element) => [element, ""]));
  const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const block = parent.closest(BLOCKS);
    if (block && !parent.closest(ASIDE)) {
      texts.set(block, texts.get(block) + walker.currentNode.textContent);
    }
  }
  return [...texts]
    .map(([element, text], place) => ({ element, text: clean(text), place }))
    .filter(({ text }) => text);
}

const clean = (text) => text.replace(/\s+/gu, " ").trim();
const textOf = (element) => clean(element.textContent);

/** The block of that place in a page on the screen, as `sectionsOf` counted it. */
export function blockAt(page, place) {
  return page?.querySelectorAll(BLOCKS)[place];
}

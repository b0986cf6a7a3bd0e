/**
 * Finding words in the course, as one types them: without accents, in any order, in part.
 *
 * @typedef {{text: string, place: number|null}} Passage `place` counts the blocks of the page
 * @typedef {{path: string, titles: string[], context: string, heading: string,
 *   passages: Passage[]}} Section what stands under one heading; `titles` are those of the step
 *   and of the unit that begin with it, `context` what the reader is told of where it is
 * @typedef {{text: string, isHit: boolean}[]} Excerpt
 * @typedef {{path: string, place: number|null, title: string, context: string,
 *   excerpt: Excerpt}} Hit
 */

const WORDS = /[\p{L}\p{N}]+/gu;
const MARKS = /\p{M}/gu;
const LIGATURES = { œ: "oe", æ: "ae", ß: "ss" };
/**
 * What is cut off before a vowel: « l’engagement » is looked for as « engagement ». It takes what
 * stands before along: Safari before 16.4 stops at an expression that looks behind.
 */
const ELISIONS = /(?:^|[^\p{L}\p{N}])(?:(?:[cdjlmnst]|jusqu|lorsqu|puisqu|quoiqu|qu)['’])+/giu;
/** Words that say nothing of what one looks for, in the player's languages. */
const IDLE = new Set(
  (
    "a au aux avec ce ces dans de des du elle en est et il la le les leur mais ne ou par pas " +
    "pour que qui sa se ses son sur un une and are at for in is it of on or that the to with"
  ).split(" "),
);
const WEIGHTS = { title: 12, heading: 6, most: 5 };
const EXCERPT = 170;

/** A text in small letters without accents, and where each of its letters stood. */
export function fold(text) {
  let folded = "";
  const from = [];
  let offset = 0;
  for (const letter of text) {
    const small = letter.toLowerCase();
    const plain = LIGATURES[small] ?? small.normalize("NFD").replace(MARKS, "");
    for (let i = 0; i < plain.length; i += 1) from.push(offset);
    folded += plain;
    offset += letter.length;
  }
  from.push(offset);
  return { folded, from };
}

/** The beginnings of words that a query asks for. The plural finds the singular, too. */
export function termsOf(query) {
  const { folded } = fold(query.replace(ELISIONS, " "));
  const words = [...new Set(folded.match(WORDS) ?? [])];
  const telling = words.filter((word) => !IDLE.has(word));
  const asked = telling.length > 0 ? telling : words;
  return [...new Set(asked.map((word) => (word.length > 3 ? word.replace(/[sx]$/, "") : word)))];
}

/** A text with its words, so that each query looks at words only. */
function read(text) {
  const { folded, from } = fold(text);
  const words = [...folded.matchAll(WORDS)].map(({ 0: word, index }) => ({
    word,
    start: from[index],
    end: from[index + word.length],
  }));
  return { text, words };
}

const hitsOf = ({ words }, term) => words.filter(({ word }) => word.startsWith(term));
const has = (text, term) => text.words.some(({ word }) => word.startsWith(term));

export class SearchIndex {
  #sections;

  /** @param {Section[]} sections in the course's order */
  constructor(sections) {
    this.#sections = sections.map((section) => ({
      ...section,
      titleTexts: section.titles.map(read),
      contextText: read(section.context),
      headingText: read(section.heading),
      passages: section.passages.map((passage) => ({ ...passage, ...read(passage.text) })),
    }));
  }

  /**
   * The sections that have every word of the query, the likeliest first.
   * @returns {Hit[]}
   */
  find(query) {
    const terms = termsOf(query);
    if (terms.length === 0) return [];
    return this.#sections
      .map((section) => ({ section, score: scoreOf(section, terms) }))
      .filter(({ score }) => score > 0)
      .sort((one, other) => other.score - one.score)
      .map(({ section }) => hit(section, terms));
  }
}

/** None when a word is missing. Where the section is may say some of them, but not all. */
function scoreOf({ titleTexts, contextText, headingText, passages }, terms) {
  let score = 0;
  for (const term of terms) {
    const titles = titleTexts.filter((title) => has(title, term)).length;
    const heading = has(headingText, term) ? 1 : 0;
    const times = passages.reduce((sum, passage) => sum + hitsOf(passage, term).length, 0);
    if (titles + heading + times === 0 && !has(contextText, term)) return 0;
    score += titles * WEIGHTS.title + heading * WEIGHTS.heading + Math.min(times, WEIGHTS.most);
  }
  return score;
}

function hit(section, terms) {
  const { path, context, heading, titles, titleTexts, headingText, passages } = section;
  const best = bestPassage(passages, terms);
  const heads = [headingText, ...titleTexts];
  const inHeads = terms.filter((term) => heads.some((each) => has(each, term))).length;
  return {
    path,
    place: inHeads >= best.count ? section.place : best.passage.place,
    title: heading || titles[0] || context,
    context,
    excerpt: best.passage ? excerptOf(best.passage, terms) : [],
  };
}

/** The first of the passages that have most of the words. */
function bestPassage(passages, terms) {
  let best = { passage: passages[0], count: 0 };
  for (const passage of passages) {
    const count = terms.filter((term) => has(passage, term)).length;
    if (count > best.count) best = { passage, count };
  }
  return best;
}

/** Some words around the first one that was looked for, cut between words. */
export function excerptOf({ text, words }, terms) {
  const hits = words.filter(({ word }) => terms.some((term) => word.startsWith(term)));
  const first = hits[0]?.start ?? 0;
  let start = Math.max(0, first - EXCERPT / 3);
  if (start > 0) start = text.indexOf(" ", start) + 1;
  let end = Math.min(text.length, start + EXCERPT);
  if (end < text.length) end = Math.max(text.lastIndexOf(" ", end), hits[0]?.end ?? end);
  const parts = [];
  let at = start;
  for (const found of hits.filter((each) => each.start >= start && each.end <= end)) {
    parts.push({ text: text.slice(at, found.start), isHit: false });
    parts.push({ text: text.slice(found.start, found.end), isHit: true });
    at = found.end;
  }
  parts.push({ text: text.slice(at, end), isHit: false });
  if (start > 0) parts.unshift({ text: "… ", isHit: false });
  if (end < text.length) parts.push({ text: " …", isHit: false });
  return parts.filter((part) => part.text);
}

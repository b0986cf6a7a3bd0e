/** A small course with a question of every kind, as the player receives it. */

const QUESTIONS = [
  [
    {
      id: "single",
      kind: "single",
      prompt: "<p>1</p>",
      points: 1,
      choices: choices("a", "b", "c"),
    },
    { kind: "single", choices: ["a", "b", "c"], correct: "b", points: 1, feedback: {} },
  ],
  [
    {
      id: "multiple",
      kind: "multiple",
      prompt: "<p>2</p>",
      points: 2,
      choices: choices("a", "b", "c", "d"),
    },
    {
      kind: "multiple",
      choices: ["a", "b", "c", "d"],
      correct: ["a", "c"],
      points: 2,
      feedback: {},
    },
  ],
  [
    { id: "truth", kind: "true_false", prompt: "<p>3</p>", points: 1 },
    { kind: "true_false", correct: false, points: 1, feedback: {} },
  ],
  [
    {
      id: "order",
      kind: "ordering",
      prompt: "<p>4</p>",
      points: 1,
      items: choices("i9", "i4", "i7"),
    },
    { kind: "ordering", correct: ["i4", "i7", "i9"], points: 1, feedback: {} },
  ],
  [
    {
      id: "pairs",
      kind: "matching",
      prompt: "<p>5</p>",
      points: 2,
      left: choices("l1", "l2"),
      options: choices("r1", "r2", "r3"),
    },
    {
      kind: "matching",
      correct: { l1: "r2", l2: "r3" },
      options: ["r1", "r2", "r3"],
      points: 2,
      feedback: {},
    },
  ],
  [
    { id: "number", kind: "numeric", prompt: "<p>6</p>", points: 1, unit: "h" },
    { kind: "numeric", correct: 2.5, tolerance: 0, points: 1, feedback: {} },
  ],
  [
    { id: "words", kind: "text", prompt: "<p>7</p>", points: 1 },
    { kind: "text", accepted: ["partie prenante"], points: 1, feedback: {} },
  ],
];

function choices(...ids) {
  return ids.map((id) => ({ id, text: id }));
}

/** Responses that are right, by question. */
export const RIGHT = {
  single: "b",
  multiple: ["a", "c"],
  truth: false,
  order: ["i4", "i7", "i9"],
  pairs: { l1: "r2", l2: "r3" },
  number: "2,5",
  words: "Partie prenante",
};

export function activity(id, attempts = 3) {
  return {
    id,
    title: id,
    instructions: "",
    graded: true,
    attempts,
    passMark: 60,
    questions: QUESTIONS.map(([question]) => question),
  };
}

export function keys() {
  return Object.fromEntries(QUESTIONS.map(([{ id }, key]) => [id, key]));
}

/** A course of units that have each a page and a quiz of seven questions. */
export function bootOf(delivery, { units = ["one", "two"], ...rest } = {}) {
  return {
    delivery,
    language: "fr",
    role: "learner",
    learner: { name: "" },
    course: {
      slug: "sample",
      version: "1",
      title: "Sample",
      parts: [{ id: "part", title: "Part", summary: "", units: units.map(outlineUnit) }],
    },
    units: Object.fromEntries(units.map((id) => [id, contentOf(id)])),
    keys: Object.fromEntries(units.map((id) => [`quiz-${id}`, keys()])),
    quizzes: Object.fromEntries(units.map((id) => [`quiz-${id}`, outlineQuiz(`quiz-${id}`)])),
    options: { start: null, scope: [], mastery: 60 },
    returnUrl: null,
    ...rest,
  };
}

function outlineQuiz(id) {
  const { attempts, questions } = activity(id);
  return { attempts, questions: questions.map((one) => ({ id: one.id, points: one.points })) };
}

function outlineUnit(id) {
  return {
    id,
    title: id,
    minutes: 10,
    outcomes: [],
    steps: [
      { id: "page", title: "Page", kind: "page", graded: false },
      { id: `quiz-${id}`, title: "Quiz", kind: "quiz", graded: true },
    ],
  };
}

function contentOf(id) {
  return {
    id,
    steps: { page: { html: "<p>Page</p>" }, [`quiz-${id}`]: { activity: activity(`quiz-${id}`) } },
  };
}

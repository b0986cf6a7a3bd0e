export const GLOSSARY = "glossaire";
const GLOSSARY_PATH = `${GLOSSARY}/${GLOSSARY}`;

/**
 * The course as one walks through it: parts, units and steps, limited to what a link covers.
 *
 * @typedef {{path: string, id: string, title: string, kind: "page"|"quiz", graded: boolean,
 *   unit: Unit, index: number, number: number}} Step `number` is its place in its unit, from 1
 * @typedef {{id: string, title: string, minutes: number, outcomes: string[], part: Part,
 *   steps: Step[], isWhole: boolean, isAppendix?: boolean}} Unit `isWhole` unless the link covers
 *   single steps of it; an appendix is looked into, and no step of it is on the way
 * @typedef {{id: string, title: string, summary: string, units: Unit[]}} Part
 */
export class Course {
  /**
   * @param {object} outline as course_content/render.py makes it
   * @param {string[]} scope what this link covers: ids of units, or paths of single steps
   *   (unit/step); none for the whole course
   */
  constructor(outline, scope = []) {
    this.slug = outline.slug;
    this.title = outline.title;
    this.parts = outline.parts
      .map((part) => withUnits(part, scope))
      .filter((part) => scope.length === 0 || part.units.length > 0);
    this.units = this.parts.flatMap((part) => part.units);
    this.steps = this.units.flatMap((unit) => unit.steps);
    this.steps.forEach((step, index) => {
      step.index = index;
    });
    const aside = { units: outline.appendices ?? [] };
    this.appendices = withUnits(aside, scope).units.map((unit) =>
      Object.assign(unit, { isAppendix: true }),
    );
    const all = [...this.steps, ...this.appendices.flatMap((unit) => unit.steps)];
    this.byPath = new Map(all.map((step) => [step.path, step]));
  }

  /**
   * The step of that path; of an entry of the glossary (glossaire/entry), the glossary.
   * @returns {Step|undefined}
   */
  step(path) {
    const isEntry = path?.startsWith(`${GLOSSARY}/`);
    return this.byPath.get(path) ?? (isEntry ? this.byPath.get(GLOSSARY_PATH) : undefined);
  }

  /** The page that describes the course, where it is part of what the link covers. */
  get home() {
    return this.byPath.get("syllabus/syllabus");
  }

  next(step) {
    return this.steps[step.index + 1];
  }

  previous(step) {
    return this.steps[step.index - 1];
  }

  get gradedSteps() {
    return this.steps.filter((step) => step.kind === "quiz" && step.graded);
  }
}

function withUnits(part, scope) {
  const whole = { ...part };
  whole.units = part.units
    .map((unit) => withSteps(unit, whole, scope))
    .filter((unit) => unit.steps.length > 0);
  return whole;
}

function withSteps(unit, part, scope) {
  const whole = { ...unit, part };
  whole.isWhole = scope.length === 0 || scope.includes(unit.id);
  whole.steps = unit.steps
    .map((step) => ({ ...step, path: `${unit.id}/${step.id}`, unit: whole }))
    .filter((step) => whole.isWhole || scope.includes(step.path))
    .map((step, i) => ({ ...step, number: i + 1 }));
  return whole;
}

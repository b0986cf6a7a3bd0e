/** The player itself: what is on the screen at a given step, and what changes it. */
import { Course } from "./course.js";
import { Learner } from "./learner.js";
import { Router } from "./router.js";
import { Failure } from "./tracking/failure.js";
import { showDeadEnd } from "./components/dead-end.js";
import { openPrintout } from "./components/printout.js";
import { Shell } from "./components/shell.js";
import { failedStep, missingStep, stepView } from "./components/step.js";

export class App {
  #window;
  #root;
  #boot;
  #texts;
  #course;
  #tracking;
  #learner;
  #router;
  #shell;
  #reading;
  #others;
  /** Ends when another step is asked for, so that a slow answer cannot replace a later step. */
  #turn = new AbortController();
  /** The step on the screen and its unit's content, for printing. */
  #shown = null;
  #printBlank;

  /**
   * @param {object} boot
   * @param {{root: HTMLElement, window: Window, reading: import("./reading.js").Reading,
   *   texts: import("./texts.js").Texts, tracking: import("./tracking.js").Tracking}} page
   */
  constructor(boot, { root, window, reading, texts, tracking, others }) {
    this.#others = others;
    this.#reading = reading;
    this.#window = window;
    this.#root = root;
    this.#boot = boot;
    this.#texts = texts;
    this.#course = new Course(boot.course, boot.options?.scope ?? []);
    this.#tracking = tracking;
    this.#router = new Router(window, this.#tracking.windowState, (path) => this.#show(path));
  }

  async start() {
    const snapshot = await this.#tracking.load();
    this.#learner = new Learner(this.#course, this.#tracking, snapshot);
    this.#shell = new Shell(this.#root, {
      texts: this.#texts,
      course: this.#course,
      learner: this.#learner,
      tracking: this.#tracking,
      reading: this.#reading,
      banner: this.#boot.role === "instructor" ? this.#previewBanner() : null,
      returnUrl: this.#tracking.returnUrl ?? this.#boot.returnUrl ?? null,
      isReturnedHere: Boolean(this.#tracking.returnUrl),
      strip: this.#others.termsStrip?.(this.#texts, this.#tracking, this.#boot.due),
      look: this.#boot.look ?? null,
    });
    this.#tracking.complete(this.#learner.progress());
    if (snapshot.notice) this.#shell.notify(this.#texts.t(snapshot.notice));
    this.#printBlank = openPrintout(
      this.#window,
      { texts: this.#texts, course: this.#course, works: this.#tracking.works },
      () => this.#shown,
    );
    this.#router.start(this.#firstPath());
  }

  #previewBanner() {
    const { windowState } = this.#tracking;
    return this.#others.previewBanner(this.#texts, this.#boot.classPage ?? null, windowState);
  }

  /** Where to begin: where the learner was, else where the link points, else the beginning. */
  #firstPath() {
    const { start } = this.#boot.options ?? {};
    const resumed = this.#learner.state.position;
    return resumed ?? (this.#course.step(start) ? start : this.#course.steps[0].path);
  }

  async #show(path) {
    this.#turn.abort();
    this.#turn = new AbortController();
    const lifetime = this.#turn.signal;
    const step = this.#course.step(path);
    const view = step ? await this.#view(step, lifetime) : missingStep(this.#texts, this.#course);
    if (lifetime.aborted) return;
    const title = step?.title ?? this.#texts.t("step.missing");
    this.#window.document.title = `${title} – ${this.#course.title}`;
    this.#shell.present(step, view, path);
    if (step) this.#learner.visit(step);
  }

  async #view(step, lifetime) {
    const arrived = this.#shell.waiting();
    try {
      const content = await this.#tracking.unit(step.unit.id);
      this.#shown = { step, content };
      return stepView({
        step,
        content: content.steps[step.id],
        texts: this.#texts,
        course: this.#course,
        learner: this.#learner,
        grade: this.#tracking.grade,
        terms: this.#tracking.terms,
        works: this.#tracking.works,
        handIns: this.#tracking.handIns,
        neighbour: this.#tracking.neighbour,
        leave: (failure) => showDeadEnd(this.#root, this.#texts, failure),
        ...this.#others,
        announce: (text) => this.#shell.announce(text),
        printBlank: this.#printBlank,
        lifetime,
      });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return failedStep(this.#texts, step, error, () => this.#show(step.path));
    } finally {
      arrived();
    }
  }
}

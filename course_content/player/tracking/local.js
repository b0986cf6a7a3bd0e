/**
 * A course without a platform: the work stays in this browser, or only in this page where the
 * browser stores nothing, which the page says then.
 */
import { Signal } from "../signal.js";
import { Workpiece } from "../works.js";
import { AttemptBook, knownAttempts } from "./attempts.js";
import { Failure } from "./failure.js";
import { LocalMarker } from "./marker.js";
import { PackagedUnits } from "./packaged-units.js";
import { WorkShelf, readWorks, storageOf, writeWorks } from "./works.js";

export function openTracking(boot, window) {
  return new LocalTracking(boot, window);
}

/**
 * What still counts in another version of the course: where one was, what one saw, the scores.
 * Questions may have changed, so answers to them are gone.
 */
function counted(state, attempts) {
  const bare = Object.entries(attempts).map(([id, attempt]) => [id, { ...attempt, answers: {} }]);
  return { state: state && { ...state, drafts: {} }, attempts: Object.fromEntries(bare) };
}

/** Whatever was made has no place but this page: the learner may take it out as a file. */
function homeless(code) {
  return new Failure(code, { works: { titles: [], isHere: false } });
}

/** @implements {import("../tracking.js").Tracking} */
export class LocalTracking {
  windowState = null;
  grade = new Signal(null);
  merged = new Signal(null);
  status;
  marker;
  works;
  #units;
  /** Somebody sees what the course is like, and does nothing that is to stay. */
  #isLook;
  #storage;
  #name;
  #version;
  #book;
  #state = null;
  #problem;

  /**
   * @param {object} boot
   * @param {Window} window
   * @param {Failure} [problem] why the work is kept here and not where it should be
   */
  constructor(boot, window, problem) {
    this.#units = new PackagedUnits(boot, window);
    this.#isLook = boot.options?.preview === true;
    this.#storage = this.#isLook ? null : storageOf(window);
    this.#name = `arrimage:${boot.course.slug}:local`;
    this.#version = boot.course.version;
    const work = this.#read();
    this.#state = work.state;
    this.#book = new AttemptBook(work.attempts);
    this.#problem = problem;
    this.status = new Signal(this.#resting());
    this.marker = new LocalMarker(boot.keys, this.#book, () => this.#write());
    this.works = new WorkShelf(async (id) => this.#openWork(id));
    window.addEventListener("storage", ({ key }) => this.#takeUp(key));
  }

  async load() {
    return { state: this.#state, attempts: this.#book.attempts };
  }

  save(state) {
    this.#state = state;
    this.#write();
  }

  complete() {}

  exit() {}

  async unit(unitId) {
    return this.#units.content(unitId);
  }

  #resting() {
    if (this.#isLook) return { state: "off" };
    if (this.#problem) return { state: "unsaved", problem: this.#problem };
    if (!this.#storage) return { state: "unsaved", problem: homeless("no-storage") };
    return { state: "here" };
  }

  #read() {
    try {
      const work = JSON.parse(this.#storage?.getItem(this.#name) ?? "null");
      const { version, state = null } = work ?? {};
      const attempts = knownAttempts(work?.attempts);
      return version === this.#version ? { state, attempts } : counted(state, attempts);
    } catch {
      return { state: null, attempts: {} };
    }
  }

  #write() {
    if (!this.#storage) return;
    const work = {
      version: this.#version,
      state: this.#state,
      attempts: this.#book.attempts,
    };
    try {
      this.#storage.setItem(this.#name, JSON.stringify(work));
      this.#show();
    } catch {
      this.#show(homeless("storage"));
    }
  }

  /** Another window of this browser did something: what it did must not be written over. */
  #takeUp(key) {
    if (key === this.#name) {
      const { state, attempts } = this.#read();
      this.#book.join(attempts);
      this.merged.set(state);
    } else if (key === `${this.#name}:works`) {
      for (const [id, records] of Object.entries(readWorks(this.#storage, this.#name))) {
        this.works.opened(id)?.replace(records);
      }
    }
  }

  #openWork(workshopId) {
    const works = readWorks(this.#storage, this.#name);
    const piece = new Workpiece(works[workshopId] ?? {}, () => {
      const all = { ...readWorks(this.#storage, this.#name), [workshopId]: piece.records };
      const isKept = writeWorks(this.#storage, this.#name, all) || this.#storage === null;
      this.#show(isKept ? undefined : homeless("storage"));
    });
    return piece;
  }

  #show(failure) {
    this.status.set(failure ? { state: "unsaved", problem: failure } : this.#resting());
  }
}

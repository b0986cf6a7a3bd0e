/** Local preview: the work stays in this browser, or in this page where storage is forbidden. */
import { Signal } from "../signal.js";
import { Workpiece } from "../works.js";
import { AttemptBook } from "./attempts.js";
import { Failure } from "./failure.js";
import { LocalMarker } from "./marker.js";
import { PackagedUnits } from "./packaged-units.js";
import { WorkShelf, readWorks, storageOf, writeWorks } from "./works.js";

export function openTracking(boot, window) {
  return new LocalTracking(boot, window);
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
  #storage;
  #name;
  #book;
  #state = null;
  #problem;

  /**
   * @param {object} boot
   * @param {{localStorage?: Storage}} window
   * @param {Failure} [problem] why the work is kept here and not where it should be
   */
  constructor(boot, window, problem) {
    this.#units = new PackagedUnits(boot, window);
    this.#storage = storageOf(window);
    this.#name = `arrimage:${boot.course.slug}:${boot.course.version}`;
    const work = this.#read();
    this.#state = work.state;
    this.#book = new AttemptBook(work.attempts);
    this.#problem = problem;
    this.status = new Signal(this.#resting());
    this.marker = new LocalMarker(boot.keys, this.#book, () => this.#write());
    this.works = new WorkShelf(async (id) => this.#openWork(id));
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
    if (this.#problem) return { state: "unsaved", problem: this.#problem };
    return { state: this.#storage ? "saved" : "off" };
  }

  #read() {
    try {
      const work = JSON.parse(this.#storage?.getItem(this.#name) ?? "null");
      return { state: work?.state ?? null, attempts: work?.attempts ?? {} };
    } catch {
      return { state: null, attempts: {} };
    }
  }

  #write() {
    if (!this.#storage) return;
    const work = { state: this.#state, attempts: this.#book.attempts };
    try {
      this.#storage.setItem(this.#name, JSON.stringify(work));
      this.#show();
    } catch {
      this.#show(new Failure("storage"));
    }
  }

  #openWork(workshopId) {
    const works = readWorks(this.#storage, this.#name);
    const piece = new Workpiece(works[workshopId] ?? {}, () => {
      const all = { ...readWorks(this.#storage, this.#name), [workshopId]: piece.records };
      const isKept = writeWorks(this.#storage, this.#name, all) || this.#storage === null;
      this.#show(isKept ? undefined : new Failure("storage"));
    });
    return piece;
  }

  #show(failure) {
    this.status.set(failure ? { state: "unsaved", problem: failure } : this.#resting());
  }
}

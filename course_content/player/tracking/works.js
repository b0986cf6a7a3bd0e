/**
 * Where works are kept: loaded once, then kept change by change.
 *
 * @typedef {object} Works
 * @property {(workshopId: string) => Promise<Workpiece>} open the work of a workshop, the same
 *   object each time; rejects with a Failure when it could not be loaded
 * @property {(workshopId: string) => Workpiece|undefined} opened the same, if it was loaded before
 * @property {(workshopId: string, groupId: string) => Promise<void>} choose whose work is opened
 *   from now on, where the platform has groups
 */
import { Workpiece, changed, checkedChanges, together } from "../works.js";
import { SaveQueue } from "./save-queue.js";

/** Works that are loaded when they are first asked for. */
export class WorkShelf {
  #load;
  #choose;
  #loading = new Map();
  #pieces = new Map();

  /**
   * @param {(workshopId: string) => Promise<Workpiece>} load
   * @param {(workshopId: string, groupId: string) => Promise<void>} [choose]
   */
  constructor(load, choose) {
    this.#load = load;
    this.#choose = choose;
  }

  /** Go on with a group's works: all of them are loaded anew. */
  async choose(workshopId, groupId) {
    await this.#choose(workshopId, groupId);
    this.#loading.clear();
    this.#pieces.clear();
  }

  /** A work that could not be loaded is asked for anew the next time. */
  open(workshopId) {
    if (!this.#loading.has(workshopId)) {
      const loading = this.#load(workshopId).then((piece) => {
        this.#pieces.set(workshopId, piece);
        return piece;
      });
      loading.catch(() => this.#loading.delete(workshopId));
      this.#loading.set(workshopId, loading);
    }
    return this.#loading.get(workshopId);
  }

  opened(workshopId) {
    return this.#pieces.get(workshopId);
  }
}

/** A work that the server keeps: changes wait here until it has them. */
export class ServedWork {
  #api;
  #path;
  #revision;
  #queue;
  #waiting = {};
  #sending = {};

  /**
   * @param {import("./lti-api.js").LtiApi} api
   * @param {string} workshopId
   * @param {{records: object, revision: number}} kept as the server has it
   * @param {import("../signal.js").Signal} status
   */
  constructor(api, workshopId, kept, status) {
    this.#api = api;
    this.#path = workPath(workshopId);
    this.#revision = kept.revision;
    this.#queue = new SaveQueue((_latest, options) => this.#send(options), status);
    this.piece = new Workpiece(kept.records, (changes) => this.#keep(changes));
    this.piece.share = kept.share ?? null;
    this.piece.refresh = () => this.#refresh();
    this.piece.own = async () => (await api.askPatiently("GET", `${this.#path}?group=`)).records;
  }

  flush(options) {
    return this.#queue.flush(options);
  }

  /** @throws {Failure} when what was made could not be kept */
  settle() {
    return this.#queue.settle();
  }

  /** A request under way may be cut off with the page: what it carries is sent once more. */
  sendLast() {
    if (!this.#queue.isWaiting) return;
    this.#sending = together(this.#sending, this.#waiting);
    this.#waiting = {};
    this.#patch({ keepalive: true }).catch(() => {
      this.#waiting = together(this.#sending, this.#waiting);
    });
  }

  #keep(changes) {
    this.#waiting = together(this.#waiting, changes);
    this.#queue.put(null);
  }

  async #send(options) {
    this.#sending = this.#waiting;
    this.#waiting = {};
    try {
      await this.#patch(options);
      this.#sending = {};
    } catch (failure) {
      this.#waiting = together(this.#sending, this.#waiting);
      this.#sending = {};
      if (failure.code === "expired") this.#queue.close();
      throw failure;
    }
  }

  async #patch({ keepalive = false } = {}) {
    const body = {
      revision: this.#revision,
      changes: this.#sending,
      group: this.piece.share?.id,
    };
    this.#take(await this.#api.ask("PATCH", this.#path, { body, keepalive }), this.#waiting);
  }

  async #refresh() {
    const group = encodeURIComponent(this.piece.share.id);
    const path = `${this.#path}?group=${group}&since=${this.#revision}`;
    const reply = await this.#api.ask("GET", path);
    this.#take(reply, together(this.#sending, this.#waiting));
  }

  /** Answers may overtake one another: an older one has nothing to say. */
  #take({ revision, records, share }, ours) {
    if (revision < this.#revision) return;
    this.#revision = revision;
    if (share) this.piece.share = { ...this.piece.share, ...share };
    if (records) this.piece.replace(changed(records, ours));
  }
}

export function workPath(workshopId) {
  return `/api/works/${encodeURIComponent(workshopId)}`;
}

/** The browser's storage; null where it is switched off, which even touching it may tell. */
export function storageOf(window) {
  try {
    return window.localStorage ?? null;
  } catch {
    return null;
  }
}

/**
 * The works that a browser keeps, by workshop; none when there are none, or they are damaged.
 * @param {Storage|null} storage null where there is none
 * @param {string} place in the storage
 */
export function readWorks(storage, place) {
  try {
    const works = JSON.parse(storage?.getItem(`${place}:works`) ?? "{}");
    for (const work of Object.values(works)) checkedChanges(work);
    return works;
  } catch {
    return {};
  }
}

/** @returns {boolean} whether the browser keeps them; without a storage, it does not */
export function writeWorks(storage, place, works) {
  try {
    storage?.setItem(`${place}:works`, JSON.stringify(works));
    return storage !== null;
  } catch {
    return false;
  }
}

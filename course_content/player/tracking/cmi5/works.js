/** The works of workshops, each a document in the LMS: there is room for all of them. */
import { Workpiece, changed, checkedChanges, together } from "../../works.js";
import { SaveQueue } from "../save-queue.js";
import { WorkShelf } from "../works.js";
import { StateDocument } from "./documents.js";
import { patiently } from "./lrs.js";

const DELAY_MS = 2000;

export class KeptWorks {
  #session;
  #backup;
  #status;
  #works = [];

  /**
   * @param {import("./session.js").Session} session
   * @param {import("./backup.js").Backup} backup
   * @param {import("../../signal.js").Signal} status
   * @param {boolean} isReadOnly whether what is changed stays in this page
   */
  constructor(session, backup, status, isReadOnly) {
    this.#session = session;
    this.#backup = backup;
    this.#status = status;
    this.shelf = new WorkShelf((id) => this.#open(id, isReadOnly));
  }

  flush() {
    for (const work of this.#works) work.flush();
  }

  /** The page goes. */
  sendLast() {
    for (const work of this.#works) work.sendLast();
  }

  async #open(id, isReadOnly) {
    const document = new StateDocument(this.#session, `arrimage.work.${id}`);
    const kept = readable((await patiently(() => document.read()))?.records);
    if (isReadOnly) return new Workpiece(kept, () => {});
    const work = new KeptWork(document, kept, { backup: this.#backup, part: `work.${id}` });
    this.#works.push(work);
    work.open(this.#status);
    return work.piece;
  }
}

class KeptWork {
  #document;
  #backup;
  #part;
  #queue;
  /** What changed since the LMS had all. */
  #unkept = {};

  constructor(document, kept, { backup, part }) {
    this.#document = document;
    this.#backup = backup;
    this.#part = part;
    this.#unkept = readable(backup.read(part));
    const records = changed(kept, this.#unkept);
    this.piece = new Workpiece(records, (changes) => {
      this.#unkept = together(this.#unkept, changes);
      this.#backup.keep(this.#part, this.#unkept);
      this.#queue.put(null, DELAY_MS);
    });
  }

  /** Begin to keep it, with what an earlier window could not. */
  open(status) {
    this.#queue = new SaveQueue(() => this.#send(), status);
    if (Object.keys(this.#unkept).length > 0) this.#queue.put(null);
  }

  flush() {
    return this.#queue.flush();
  }

  sendLast() {
    if (!this.#queue.isWaiting) return;
    // What does not arrive is in the browser.
    this.#write({ isLast: true }).then(
      () => this.#backup.forget(this.#part),
      () => {},
    );
  }

  async #send() {
    const sent = this.#unkept;
    const records = await this.#write();
    this.#unkept = since(sent, this.#unkept);
    if (records !== this.piece.records) this.piece.replace(changed(records, this.#unkept));
    if (Object.keys(this.#unkept).length === 0) this.#backup.forget(this.#part);
  }

  /** @returns {Promise<import("../../works.js").Work>} as the LMS has it now */
  async #write(options) {
    const { records } = this.piece;
    const merged = (_ours, theirs) => ({
      records: changed(readable(theirs.records), this.#unkept),
    });
    const kept = await this.#document.write({ records }, merged, options);
    return kept.records === records ? this.piece.records : kept.records;
  }
}

/** The changes that came while others were sent. */
function since(sent, all) {
  const isNew = ([name, field, value]) => sent[name]?.[field] !== value;
  const rest = {};
  for (const [name, fields] of Object.entries(all)) {
    for (const [field, value] of Object.entries(fields)) {
      if (isNew([name, field, value])) rest[name] = { ...rest[name], [field]: value };
    }
  }
  return rest;
}

/** A work, or none where what was kept is none. */
function readable(work) {
  try {
    return checkedChanges(work ?? {});
  } catch {
    return {};
  }
}

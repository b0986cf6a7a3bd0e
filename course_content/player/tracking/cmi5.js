/**
 * Tracking by an LMS that plays cmi5: statements for what it counts, documents of ours for what the
 * learner comes back to.
 *
 * Everything is sent after each page and each answer, and when the page is hidden. "Failed" waits
 * for the end of the session while one may still try again: who failed cannot pass in the same
 * session (cmi5, 9.3). The end is told when the window goes, unless it is only reloaded.
 */
import { Signal } from "../signal.js";
import { AttemptBook } from "./attempts.js";
import { Backup } from "./cmi5/backup.js";
import { StateDocument } from "./cmi5/documents.js";
import { attemptsIn, checkedDocument, documentOf, together } from "./cmi5/kept-work.js";
import { patiently } from "./cmi5/lrs.js";
import { Outbox } from "./cmi5/outbox.js";
import { obeyPreferences } from "./cmi5/preferences.js";
import { ReloadWatch } from "./cmi5/reload-watch.js";
import { Session, launchOf, webAddress } from "./cmi5/session.js";
import { Statements, isToldOnce, verbOf } from "./cmi5/statements.js";
import { KeptWorks } from "./cmi5/works.js";
import { Failure } from "./failure.js";
import { LocalTracking } from "./local.js";
import { LocalMarker } from "./marker.js";
import { PackagedUnits } from "./packaged-units.js";
import { SaveQueue } from "./save-queue.js";
import { combined } from "./save-statuses.js";
import { outcomeOf } from "./scorm/status.js";
import { storageOf } from "./works.js";

/** Drafts can wait for a pause in the typing; a page or an answer cannot. */
const DRAFT_DELAY_MS = 2000;
const AT_ONCE_MS = 0;
const DOCUMENT = "arrimage.work";

/** Without an LMS the course still opens, and says that nothing reaches one. */
export async function openTracking(boot, window) {
  const launch = launchOf(window.location);
  if (!launch) return new LocalTracking(boot, window, new Failure("no-lms"));
  const session = new Session(launch, windowStorageOf(window));
  try {
    await session.open(window.fetch.bind(window));
    const document = new StateDocument(session, DOCUMENT);
    const kept = await patiently(() => document.read());
    obeyPreferences(session.preferences, window.document);
    return new Cmi5Tracking(boot, window, { session, document, kept });
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    const { detail, reference } = failure;
    return new LocalTracking(boot, window, new Failure("lms-initialize", { detail, reference }));
  }
}

/** The storage that reloading this window leaves alone; null where it is switched off. */
function windowStorageOf(window) {
  try {
    return window.sessionStorage ?? null;
  } catch {
    return null;
  }
}

/** @implements {import("../tracking.js").Tracking} */
class Cmi5Tracking {
  windowState = null;
  returnUrl;
  grade = new Signal(null);
  merged = new Signal(null);
  status;
  marker;
  works;
  #session;
  #document;
  #boot;
  #units;
  #statements;
  #outbox;
  #backup;
  #keptWorks;
  #queue;
  #queueStatus = new Signal({ state: "saved" });
  #book;
  #state;
  #progress = null;
  #rules;
  /** The verbs that the LMS was told of this registration. */
  #told;
  /** The seconds of earlier sessions. */
  #earlier;
  /** Whether an answer of this session may be judged. */
  #isAnswered = false;
  #hasFailed = false;
  #notice;

  /**
   * @param {object} boot
   * @param {Window} window
   * @param {{session: Session, document: StateDocument, kept: object|null}} opened
   */
  constructor(boot, window, { session, document, kept }) {
    this.#boot = boot;
    this.#session = session;
    this.#document = document;
    this.#units = new PackagedUnits(boot, window);
    this.#backup = new Backup(storageOf(window), session.launch);
    this.returnUrl = webAddress(session.data.returnURL);
    this.#rules = rulesOf(boot.options, session.data);
    this.#statements = new Statements(session, boot.language, boot.options.iri);
    this.#outbox = new Outbox(session.lrs, this.#firstStatements());
    const workStatus = new Signal({ state: this.#isReadOnly ? "off" : "saved" });
    this.#keptWorks = new KeptWorks(session, this.#backup, workStatus, this.#isReadOnly);
    this.works = this.#keptWorks.shelf;
    this.#queue = new SaveQueue(() => this.#send(), this.#queueStatus);
    this.status = this.#isReadOnly
      ? new Signal({ state: "off", problem: new Failure("review") })
      : combined(this.#queueStatus, workStatus);
    this.#resume(kept);
    this.#listen(window);
  }

  async load() {
    this.#queue.put(null, AT_ONCE_MS);
    return { state: this.#state, attempts: this.#book.attempts, notice: this.#notice };
  }

  save(state) {
    const isMove = state.position !== this.#state.position;
    this.#state = state;
    this.#save(isMove ? AT_ONCE_MS : DRAFT_DELAY_MS);
  }

  complete(progress) {
    this.#progress = progress;
    if (this.#isReadOnly) return;
    const { isDone, isPassed } = outcomeOf(progress, this.#rules);
    const [reached, missed] = this.#rules.statuses.split("-");
    if (isDone) this.#tellOnce("completed");
    if (isPassed && reached === "passed") this.#tellOnce("passed");
    this.#hasFailed = isPassed === false && missed === "failed";
    if (this.#hasFailed && !progress.graded.canRetry) this.#tellFailed();
    this.#save(AT_ONCE_MS);
  }

  exit() {
    this.#finish();
  }

  async unit(unitId) {
    return this.#units.content(unitId);
  }

  /** Only "Normal" lets the learner's work count (cmi5, 10: launchMode). */
  get #isReadOnly() {
    return READ_ONLY.includes(this.#session.data.launchMode);
  }

  /** What a reloaded window has not told yet; else the beginning. */
  #firstStatements() {
    if (this.#session.isOver) return [];
    const { told, waiting } = this.#session;
    const isBegun = [...told, ...waiting.map(verbOf)].includes("initialized");
    return isBegun ? [...waiting] : [this.#statements.initialized()];
  }

  /** Take up what the LMS has, with what this browser could not tell it. */
  #resume(kept) {
    const document = this.#withBackup(checkedDocument(kept));
    const { attempts, isWhole } = attemptsIn(document, this.#boot);
    this.#state = document.state;
    this.#told = new Set([...document.told, ...this.#session.told.filter(isToldOnce)]);
    this.#earlier = document.seconds;
    if (!isWhole) this.#notice = "notice.changed-course";
    this.#book = new AttemptBook(attempts);
    this.marker = new LocalMarker(this.#boot.keys, this.#book, (one) => this.#answered(one));
  }

  #withBackup(kept) {
    if (this.#isReadOnly) return kept;
    const answers = this.#backup.read("answers");
    for (const lost of Array.isArray(answers) ? answers : []) {
      this.#tell(this.#statements.again(lost));
    }
    const unkept = this.#backup.read("work");
    return unkept ? together(checkedDocument(unkept), kept) : kept;
  }

  #listen(window) {
    const reload = new ReloadWatch(window);
    window.document.addEventListener("visibilitychange", () => {
      if (window.document.visibilityState !== "hidden") return;
      this.#queue.flush();
      this.#keptWorks.flush();
    });
    window.addEventListener("online", () => {
      this.#queue.flush();
      this.#keptWorks.flush();
    });
    window.addEventListener("pagehide", () => {
      if (reload.isUnderWay) this.#pause();
      else this.#finish();
    });
    window.addEventListener("pageshow", ({ persisted }) => {
      if (persisted) this.#save(AT_ONCE_MS);
    });
  }

  #answered(answer) {
    if (this.#isReadOnly) return;
    if (answer) {
      this.#isAnswered = true;
      this.#tell(this.#statements.answered(answer));
    }
    this.#save(AT_ONCE_MS);
  }

  #tell(statement) {
    if (!this.#session.isOver) this.#outbox.add(statement);
  }

  /** Once in a registration. In a session whoever failed does not pass any more. */
  #tellOnce(verb) {
    const isTold = this.#told.has(verb) || this.#isInSession(verb);
    if (isTold || (verb === "passed" && this.#isInSession("failed"))) return;
    const { score } = this.#progress.graded;
    this.#tell(
      verb === "completed"
        ? this.#statements.completed(this.#seconds)
        : this.#statements.judged(true, score, this.#seconds),
    );
  }

  /** Not again for what was judged in an earlier session, and never of somebody who passed. */
  #tellFailed() {
    const isJudged = ["passed", "failed"].some((verb) => this.#isInSession(verb));
    if (isJudged || this.#told.has("passed") || !this.#isAnswered) return;
    this.#tell(this.#statements.judged(false, this.#progress.graded.score, this.#seconds));
  }

  #isInSession(verb) {
    const isWaiting = this.#outbox.waiting.some((one) => verbOf(one) === verb);
    return isWaiting || this.#session.told.includes(verb);
  }

  get #sessionSeconds() {
    return Math.max(0, (Date.now() - Date.parse(this.#session.startedAt)) / 1000);
  }

  /** How long the learner was here in all. */
  get #seconds() {
    return this.#earlier + this.#sessionSeconds;
  }

  get #work() {
    const facts = { told: [...this.#told], seconds: Math.round(this.#seconds) };
    return documentOf(this.#state, this.#book.attempts, facts);
  }

  #save(delay) {
    if (!this.#isReadOnly) this.#queue.put(null, delay);
  }

  /** @returns {Promise<Failure|undefined>} what there is to say although all is kept */
  async #send() {
    try {
      const { told, refused } = await this.#outbox.send();
      const verbs = told.map(verbOf).filter((verb) => verb !== "answered");
      for (const verb of verbs.filter(isToldOnce)) this.#told.add(verb);
      this.#session.remember({ told: [...this.#session.told, ...verbs], waiting: [] });
      if (!this.#isReadOnly) await this.#keep();
      return this.#session.isOver ? new Failure("session-over") : refused;
    } catch (failure) {
      this.#backUp();
      throw failure;
    }
  }

  async #keep() {
    const ours = this.#work;
    const kept = await this.#document.write(ours, together);
    if (kept !== ours) this.#takeUp(kept);
    this.#backup.forget("work");
    if (this.#outbox.waiting.length === 0) this.#backup.forget("answers");
  }

  /** What another window did meanwhile. */
  #takeUp(document) {
    const { attempts } = attemptsIn(together(this.#work, document), this.#boot);
    this.#book.attempts = attempts;
    for (const verb of document.told) this.#told.add(verb);
    this.merged.set(document.state);
  }

  #backUp() {
    if (this.#isReadOnly) return;
    this.#backup.keep("work", this.#work);
    const answers = this.#outbox.waiting.filter((one) => verbOf(one) === "answered");
    const bare = answers.map(({ id, object, result }) => ({ id, object, result }));
    this.#backup.keep("answers", bare);
  }

  /** The window is reloaded: the session goes on in the page that comes. */
  #pause() {
    this.#session.remember({ waiting: this.#outbox.waiting });
    this.#sendLast();
  }

  /** Once: what is not told yet, and the end. */
  #finish() {
    if (this.#session.isOver) return;
    if (this.#hasFailed) this.#tellFailed();
    const isComplete = this.#isReadOnly || this.#told.has("completed");
    const share = isComplete || this.#isInSession("completed") ? null : this.#progress?.share;
    this.#tell(this.#statements.terminated(this.#sessionSeconds, share ?? null));
    this.#session.remember({ isOver: true });
    this.#sendLast();
  }

  #sendLast() {
    const isUnkept = this.#queue.isWaiting && !this.#isReadOnly;
    if (isUnkept) this.#backUp();
    const requests = [this.#outbox.sendLast()];
    if (isUnkept) requests.push(this.#document.write(this.#work, together, { isLast: true }));
    if (!this.#isReadOnly) this.#keptWorks.sendLast();
    Promise.all(requests).catch((problem) => this.#queueStatus.set({ state: "unsaved", problem }));
  }
}

const READ_ONLY = ["Browse", "Review"];

/** The rules of the export; what the LMS says of the mastery score counts more (cmi5, 10). */
function rulesOf(options, { masteryScore }) {
  const { mastery = null, completion = "quiz", statuses = "passed-failed" } = options;
  const isTold = typeof masteryScore === "number" && masteryScore >= 0 && masteryScore <= 1;
  return { mastery: isTold ? Math.round(masteryScore * 1e6) / 1e4 : mastery, completion, statuses };
}

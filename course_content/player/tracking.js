/**
 * The tracking contract: what the player asks of whatever it runs under.
 *
 * The player knows this contract and no runtime; an adapter in tracking/ knows its runtime and no
 * page. Each delivery has a script of its own, built around its adapter.
 *
 * @typedef {object} Delivery what an adapter's module gives
 * @property {(boot: object, window: Window) => Tracking|Promise<Tracking>} openTracking
 * @property {(window: Window) => Promise<object>} [fetchBoot] where a document may come without
 *   its description of itself
 *
 * @typedef {object} Tracking
 * @property {() => Promise<Snapshot>} load what is known of the learner's work
 * @property {(state: State) => void} save keep the latest state; returns at once, see `status`
 * @property {(progress: Progress) => void} complete an activity or the whole course is done: tell
 *   the runtime what it wants to know of it. May be called again with the same or more.
 * @property {() => void} exit the learner leaves; whatever is not kept yet is sent now
 * @property {Marker} marker who marks the answers
 * @property {(unitId: string) => Promise<UnitContent>} unit the content of one unit
 * @property {Signal<SaveStatus>} status whether the work is kept, always shown
 * @property {Signal<Grade|null>} grade what became of the grade, where the runtime says so
 * @property {Signal<Terms|null>} [terms] until when the work is awaited, where a server says so
 * @property {Signal<State|null>} merged what another window saved in the meantime
 * @property {import("./tracking/works.js").Works} works what the learner makes in workshops
 * @property {import("./tracking/hand-ins.js").HandIns} [handIns] where works can be handed in to
 *   an instructor
 * @property {(request: "previous"|"continue") => Neighbour|null} [neighbour] the unit before or
 *   after, where the runtime opens each by itself
 * @property {string|null} [returnUrl] where the runtime wants this window to go when one leaves
 * @property {object|null} windowState what must stay with the window's history entries
 *
 * @typedef {object} Marker
 * @property {(activity: Activity, questionId: string, response: unknown, seconds?: number)
 *   => Promise<Answered>} answer `seconds` is how long the question was on the screen
 * @property {(activity: Activity) => Promise<Attempt>} restart begin a new attempt
 *
 * @typedef {{title: string, open: (() => Promise<void>)|null}} Neighbour `open` takes leave and
 *   has it opened, or rejects with a Failure; null where the runtime only has it in its outline
 * @typedef {{verdict: Verdict, attempt: Attempt}} Answered
 * @typedef {{state: State|null, attempts: Record<string, Attempt>, notice?: string,
 *   handed?: Record<string, string>}} Snapshot
 *   `notice` names a text to show: what of the learner's work could not be taken up again;
 *   `handed` is what became of works that were handed in, by workshop, where that can be
 * @typedef {{position: string|null, visited: string[], made: string[],
 *   drafts: Record<string, unknown>}} State
 *   `made` are the workshops whose work is complete; drafts are answers not validated yet, by
 *   "activity/question"
 * @typedef {{response: unknown, verdict: Verdict}} Answer
 *   `response` is undefined when only the score could be kept
 * @typedef {{number: number, answers: Record<string, Answer>, completed: boolean,
 *   score: number|null, best: number|null, attemptsLeft: number|null}} Attempt
 *   `best` is the score that counts: the best one, unless its activity has another `counting`
 * @typedef {{finished: boolean, seen: boolean, share: number, graded: {done: number,
 *   total: number, score: number|null, canRetry: boolean}}} Progress
 *   `seen` when every page was; `share` is that of the steps that are done
 *   `score` is the mean of the scores that count (0 to 1), an activity not done counting 0; null
 *   when nothing is graded
 * @typedef {{state: "saved"|"here"|"saving"|"unsaved"|"off", problem?: Failure}} SaveStatus
 *   "here" is kept in this browser alone
 * @typedef {{due: string|null, closes: string|null, extended: boolean, extra: number}} Bounds
 *   until when something is awaited and accepted (ISO 8601), and attempts that come on top
 * @typedef {{offset: number, zone: string, minute: number, grace: number, whole: Bounds|null,
 *   steps: Record<string, Bounds>}} Terms
 *   `offset` is by how many milliseconds the server's clock is ahead of ours; the others, in
 *   seconds, how long a date that is named lasts, and how long one may finish after the closing
 * @typedef {{state: "pending"|"sent"|"held"|"refused"|"none", score: number|null,
 *   error?: string|null}} Grade
 */

/** What stays on the screen from step to step: header, map, notices, live region. */
import { h, icon } from "../dom.js";
import { blockAt } from "../passages.js";
import { failureNotice } from "./failure.js";
import { CourseMap } from "./map.js";
import { readingPanel } from "./reading-panel.js";
import { saveStatus } from "./save-status.js";
import { SearchPanel } from "./search-panel.js";
import { TermNote } from "./term-note.js";
import { allWorksFile, offer } from "./workshops/file.js";

/** Whose course this is, where a partner's profile says it: a text, and a colour under the bar. */
function titleOf(course, look) {
  if (look?.accent) document.documentElement.style.setProperty("--accent", look.accent);
  const mark = look?.mark && h("span", { class: "bar__mark" }, look.mark);
  return h("p", { class: "bar__title" }, course.title, mark);
}

export class Shell {
  #texts;
  #course;
  #learner;
  #tracking;
  #map;
  #main;
  #notices;
  #live;
  /** The problem on the screen. */
  #problem;
  /** The passage that a search led to, in the step that is coming. */
  #place = null;
  /** The step on the screen, and the address of the word that was last looked up in it. */
  #path = null;
  #lookedUp = null;

  /**
   * @param {HTMLElement} root
   * @param {{texts, course, learner, tracking, reading, banner: HTMLElement|null,
   *   returnUrl: string|null, isReturnedHere: boolean, strip?: HTMLElement,
   *   look: {mark: string, accent: string|null}|null}} parts
   *   `banner` is that of an instructor's preview, `returnUrl` where the course was opened from, in
   *   this very frame where it `isReturnedHere`; `strip` says until when the work is awaited,
   *   `look` whose course this is
   */
  constructor(root, parts) {
    const { texts, course, learner, tracking } = parts;
    const { banner, returnUrl, strip, look } = parts;
    this.#texts = texts;
    this.#course = course;
    this.#learner = learner;
    this.#tracking = tracking;
    this.#map = new CourseMap({ texts, course, learner });
    this.#main = h("main", { id: "content", class: "content" });
    this.#notices = h("div", { class: "notices" });
    this.#live = h("div", { class: "visually-hidden", "aria-live": "polite" });
    const panel = readingPanel(texts, parts.reading);
    const search = new SearchPanel({
      texts,
      course,
      tracking,
      onHit: (place) => {
        this.#place = place;
      },
    });
    const note = new TermNote({ texts, course, tracking });
    this.#main.addEventListener("click", (event) => {
      const term = event.target.closest("a.term");
      if (!term) return;
      this.#lookedUp = { path: this.#path, href: term.getAttribute("href") };
      note.show(term, event);
    });
    root.replaceChildren(
      h("a", { class: "skip-link", href: "#content" }, texts.t("skip")),
      h(
        "header",
        { class: "bar" },
        this.#map.button,
        titleOf(course, look),
        saveStatus(texts, tracking.status),
        search.button,
        panel.button,
        returnUrl && this.#quit(returnUrl, parts.isReturnedHere),
      ),
      ...(banner ? [banner] : []),
      ...(strip ? [strip] : []),
      h(
        "div",
        { class: "layout" },
        this.#map.element,
        h("div", { class: "layout__page" }, this.#notices, this.#main),
      ),
      search.element,
      panel.element,
      note.element,
      this.#live,
    );
    tracking.status.subscribe((status) => this.#showProblem(status.problem));
  }

  /** Say something to those who do not see the screen. */
  announce(text) {
    this.#live.textContent = text;
  }

  /** Show a message that stays until it is closed; the focus is then on the step. */
  notify(text) {
    const close = () => {
      notice.remove();
      this.#main.querySelector("h1")?.focus();
    };
    const notice = h(
      "div",
      { class: "notice", role: "status" },
      h("p", {}, text),
      h(
        "button",
        { type: "button", class: "button button--quiet", on: { click: close } },
        this.#texts.t("notice.close"),
      ),
    );
    this.#notices.append(notice);
  }

  /** Say that a step is being fetched; returns the way to say that it is here. */
  waiting() {
    this.#main.setAttribute("aria-busy", "true");
    return () => this.#main.removeAttribute("aria-busy");
  }

  /**
   * Show a step and put the focus where one is going; the first one leaves it to the platform.
   * @param {string} path that was asked for: a step's, or that of an entry of the glossary
   */
  present(step, view, path) {
    const isFirst = this.#main.childElementCount === 0;
    this.#main.replaceChildren(view);
    this.#map.goTo(step);
    const goal = this.#goal(step, path);
    this.#path = path;
    if (!isFirst) window.scrollTo(0, 0);
    if (goal) moveTo(goal);
    else if (!isFirst) this.#main.querySelector("h1").focus({ preventScroll: true });
  }

  /** The passage that a search led to, the entry that was asked for, or the word one came from. */
  #goal(step, path) {
    const place = this.#place;
    this.#place = null;
    if (place !== null) return blockAt(this.#main.querySelector(".prose"), place);
    if (step && step.path !== path) return document.getElementById(`term-${path.split("/")[1]}`);
    if (this.#lookedUp?.path !== path) return null;
    const { href } = this.#lookedUp;
    this.#lookedUp = null;
    return this.#main.querySelector(`a.term[href="${href}"]`);
  }

  #quit(returnUrl, isReturnedHere) {
    return h(
      "a",
      {
        class: "bar__quit",
        href: returnUrl,
        target: isReturnedHere ? "_self" : "_top",
        rel: "noopener",
        on: { click: () => this.#tracking.exit() },
      },
      icon("leave"),
      h("span", {}, this.#texts.t("quit")),
    );
  }

  /** One problem at a time: the latest that keeps the work from being saved. */
  #showProblem(problem) {
    if (isSame(problem, this.#problem)) return;
    this.#problem = problem;
    const shown = this.#notices.querySelector(".notice--problem");
    const hadFocus = shown?.contains(document.activeElement);
    shown?.remove();
    if (problem) {
      const way = problem.works && this.#saveAll();
      this.#notices.prepend(failureNotice(this.#texts, problem, { way }));
    }
    if (hadFocus) (this.#notices.querySelector("button") ?? this.#main.querySelector("h1")).focus();
  }

  /** The way to keep what the runtime has no room for. */
  #saveAll() {
    const save = async () => {
      const file = allWorksFile(this.#course, await this.#allWorks(), this.#learner.responses);
      offer(file);
      this.announce(this.#texts.t("work.downloaded", { name: file.name }));
    };
    return h(
      "button",
      { type: "button", class: "button", on: { click: save } },
      icon("download"),
      this.#texts.t("problem.no-room.save"),
    );
  }

  async #allWorks() {
    const workshops = this.#course.steps.filter(({ kind }) => kind === "workshop");
    const opened = await Promise.all(workshops.map(({ id }) => this.#tracking.works.open(id)));
    return Object.fromEntries(workshops.map(({ id }, i) => [id, opened[i].records]));
  }
}

/** Put the focus on a passage, which keeps a tinted ground, or on a link. */
function moveTo(goal) {
  if (goal.tagName !== "A") {
    goal.setAttribute("tabindex", "-1");
    goal.classList.add("found");
  }
  goal.focus({ preventScroll: true });
  goal.scrollIntoView({ block: goal.tagName === "A" ? "center" : "start" });
}

/** Whether two problems are told in the same words. */
function isSame(one, other) {
  const named = ({ code, works }) => JSON.stringify([code, works]);
  return one === other || (Boolean(one && other) && named(one) === named(other));
}

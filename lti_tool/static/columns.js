// The page about how a link is graded: tells what a decision would change before it is applied.
"use strict";

(() => {
  const ADDRESS = "/api/class/columns";
  const FIRST_LOOK_MS = 2000;
  const LAST_LOOK_MS = 30000;
  const content = document.getElementById("class-content");
  const news = document.getElementById("class-news");
  let following;
  /** What was asked about last: what is applied is what was read. */
  let asked = null;

  const place = () => document.getElementById("columns-plan");
  const words = () => document.getElementById("class-report").dataset;

  function tell(text) {
    news.textContent = "";
    news.textContent = text;
  }

  /** Ask for a piece of HTML. Returns null, and says so, when none comes. */
  async function ask(path, body) {
    const response = await fetch(`${ADDRESS}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        Authorization: `Bearer ${history.state?.session}`,
        Accept: "text/html",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
    }).catch(() => null);
    const isPage = response?.headers.get("Content-Type")?.startsWith("text/html");
    if (isPage && (response.ok || response.status === 409)) {
      return { html: await response.text(), refused: !response.ok };
    }
    tell(words().failed);
    return null;
  }

  /** Platforms and large classes take their time: look again, later and later, until all is done. */
  function follow(delay) {
    clearTimeout(following);
    const state = () => document.getElementById("columns-state");
    if (!state()?.querySelector(".state-pending")) return;
    following = setTimeout(async () => {
      const answer = await ask("");
      const page = new DOMParser().parseFromString(answer?.html ?? "", "text/html");
      const now = page.getElementById("columns-state");
      // The form below it is left alone: somebody may be writing there.
      if (now) state()?.replaceWith(now);
      follow(Math.min(2 * delay, LAST_LOOK_MS));
    }, delay);
  }

  function columnsIn(form, grading) {
    const columns = {};
    for (const fields of form.querySelectorAll(`[data-for="${grading}"] [data-activity]`)) {
      const label = fields.querySelector("[name=label]").value;
      const maximum = fields.querySelector("[name=maximum]").valueAsNumber;
      columns[fields.dataset.activity] = { label, maximum };
    }
    return columns;
  }

  function choice() {
    const form = content.querySelector(".columns-form");
    const { elements } = form;
    const grading = elements.grading?.value;
    return {
      counting: elements.counting?.value ?? "best",
      passMark: elements.mark?.value === "own" ? elements.passMark.valueAsNumber : null,
      ...(grading && {
        grading,
        columns: columnsIn(form, grading),
        remove: elements.remove?.checked ?? false,
      }),
    };
  }

  /** Show what was answered about a decision, and lead there. */
  function showPlan({ html }) {
    // Our own template's output, in which every value is escaped.
    place().innerHTML = html;
    const heading = place().querySelector("h2");
    if (heading) heading.focus();
    else tell(place().textContent.trim());
  }

  async function plan(decision, button) {
    asked = decision;
    if (button) button.disabled = true;
    tell(words().looking);
    const answer = await ask("/plan", decision);
    if (button) button.disabled = false;
    if (!answer) return;
    tell("");
    showPlan(answer);
  }

  async function turn(page) {
    const answer = await ask("/plan", { ...asked, page });
    if (!answer) return;
    showPlan(answer);
    tell(words().pageNews.replace("{page}", page));
  }

  async function apply(button) {
    const { seen } = content.querySelector(".columns-plan").dataset;
    button.disabled = true;
    tell(words().asked);
    const answer = await ask("", { ...asked, seen });
    button.disabled = false;
    if (!answer) return;
    if (answer.refused) {
      showPlan(answer);
      if (place().querySelector("h2")) tell(words().stale);
      return;
    }
    content.innerHTML = answer.html;
    content.querySelector("h1").focus();
    scrollTo(0, 0);
    tell(words().done);
  }

  const actions = {
    apply,
    undo: (button) => plan({ undo: true }, button),
    turn: (button) => turn(Number(button.dataset.to)),
    cancel() {
      place().replaceChildren();
      content.querySelector(".columns-form [type=submit]").focus();
    },
  };

  content.addEventListener("submit", (event) => {
    if (!event.target.matches(".columns-form")) return;
    event.preventDefault();
    plan(choice(), event.submitter);
  });
  content.addEventListener("input", ({ target }) => {
    const form = target.closest(".columns-form");
    if (!form) return;
    place().replaceChildren();
    if (target.name === "passMark") form.querySelector("[name=mark][value=own]").checked = true;
    if (target.name !== "grading") return;
    for (const list of form.querySelectorAll("[data-for]")) {
      list.hidden = list.dataset.for !== target.value;
    }
  });
  content.addEventListener("click", (event) => {
    const button = event.target.closest("[data-columns]");
    if (button) actions[button.dataset.columns](button);
  });
  // The page is one of those that class.js shows.
  new MutationObserver(() => follow(FIRST_LOOK_MS)).observe(content, { childList: true });
})();

// The instructor's choice of columns: tells what will change before it is applied, and compares
// the platform's gradebook with the table.
"use strict";

(() => {
  const ADDRESS = "/api/class/columns";
  const FIRST_LOOK_MS = 2000;
  const LAST_LOOK_MS = 30000;
  const section = document.getElementById("class-columns");
  const content = document.getElementById("columns-content");
  const news = document.getElementById("class-news");
  let following;

  const words = () => document.getElementById("columns-report")?.dataset ?? section.dataset;

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

  async function show(answer) {
    if (!answer) return;
    // Our own template's output, in which every value is escaped.
    content.innerHTML = answer.html;
    follow(FIRST_LOOK_MS);
  }

  /** Platforms take their time: look again, later and later, until nothing is under way. */
  function follow(delay) {
    clearTimeout(following);
    const state = () => content.querySelector("#columns-state");
    if (!section.open || !state()?.querySelector(".state-pending")) return;
    following = setTimeout(async () => {
      const answer = await ask("");
      const page = new DOMParser().parseFromString(answer?.html ?? "", "text/html");
      const now = page.getElementById("columns-state");
      // The form below it is left alone: somebody may be writing there.
      if (now) state()?.replaceWith(now);
      follow(Math.min(2 * delay, LAST_LOOK_MS));
    }, delay);
  }

  function choice() {
    const form = content.querySelector("form");
    const grading = form.elements.grading.value;
    const columns = {};
    for (const fields of form.querySelectorAll(`[data-for="${grading}"] [data-activity]`)) {
      const label = fields.querySelector("[name=label]").value;
      const maximum = fields.querySelector("[name=maximum]").valueAsNumber;
      columns[fields.dataset.activity] = { label, maximum };
    }
    return { grading, columns, remove: form.elements.remove?.checked ?? false };
  }

  function forget(id) {
    content.querySelector(`#${id}`)?.replaceChildren();
  }

  async function plan() {
    const answer = await ask("/plan", choice());
    if (!answer) return;
    const place = content.querySelector("#columns-plan");
    place.innerHTML = answer.html;
    if (answer.refused) tell(place.textContent.trim());
    else place.querySelector("h2").focus();
  }

  async function apply(button) {
    const wanted = choice();
    button.disabled = true;
    tell(words().asked);
    const answer = await ask("", wanted);
    button.disabled = false;
    if (!answer) return;
    if (answer.refused) {
      content.querySelector("#columns-plan").innerHTML = answer.html;
      tell(content.querySelector("#columns-plan").textContent.trim());
      return;
    }
    await show(answer);
    section.querySelector("summary").focus();
    tell(words().done);
    document.querySelector('#class-content [data-action="refresh"]')?.click();
  }

  async function compare(button) {
    button.disabled = true;
    tell(words().asked);
    const answer = await ask("/comparison", {});
    button.disabled = false;
    if (!answer) return;
    content.querySelector("#columns-comparison").innerHTML = answer.html;
    tell(words().compared);
  }

  content.addEventListener("submit", (event) => {
    event.preventDefault();
    plan();
  });
  content.addEventListener("input", (event) => {
    forget("columns-plan");
    if (event.target.name !== "grading") return;
    for (const list of content.querySelectorAll("[data-for]")) {
      list.hidden = list.dataset.for !== event.target.value;
    }
  });
  content.addEventListener("click", (event) => {
    const button = event.target.closest("[data-columns]");
    if (button?.dataset.columns === "apply") apply(button);
    else if (button?.dataset.columns === "compare") compare(button);
    else if (button?.dataset.columns === "cancel") {
      forget("columns-plan");
      content.querySelector("form [type=submit]").focus();
    }
  });
  section.addEventListener("toggle", async () => {
    if (section.open) await show(await ask(""));
  });
  // The table is replaced as a whole: the link in it is found when somebody follows it.
  document.getElementById("class-content").addEventListener("click", (event) => {
    if (!event.target.closest('a[href="#class-columns"]')) return;
    event.preventDefault();
    section.open = true;
    section.querySelector("summary").focus();
  });
  section.hidden = typeof history.state?.session !== "string";
})();

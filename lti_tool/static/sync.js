// The page of the gradebook, within the class page: asks for a comparison, or for a synchronisation
// and follows it, and sends an instructor's decisions. What class.js shows is watched: the page
// comes and goes.
"use strict";

(() => {
  const ADDRESS = "/api/class/gradebook";
  const POLL_MS = 1000;
  const content = document.getElementById("class-content");
  const news = document.getElementById("class-news");
  let following;
  let misses = 0;

  const words = () => document.getElementById("class-report").dataset;

  function tell(text) {
    news.textContent = "";
    news.textContent = text;
  }

  function ask(path, body) {
    return fetch(`${ADDRESS}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        Authorization: `Bearer ${history.state?.session}`,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
    }).catch(() => null);
  }

  /** Send something, and have class.js show the page that is the answer; return whether it came. */
  async function send(path, body, told) {
    const response = await ask(path, body);
    if (!response?.ok) {
      tell(words().failed);
      return false;
    }
    showAnswer(await response.text(), words()[told]);
    // What had the focus may be gone with what it was about.
    if (!content.contains(document.activeElement)) content.querySelector("h1").focus();
    return true;
  }

  function showAnswer(html, told) {
    content.dispatchEvent(new CustomEvent("answer", { detail: { html, told } }));
  }

  /** Ask for a synchronisation. A small one may be over before its page is here. */
  async function start() {
    const isAsked = await send("/sync", {}, "started");
    if (isAsked && !underWay()) tell(words().over);
  }

  /** Read the gradebook, and show what differs there: the platform takes its time. */
  async function compare(button) {
    button.disabled = true;
    tell(words().looking);
    const isRead = await send("/comparison", {}, "compared");
    if (isRead) document.getElementById("look-title").focus();
    else button.disabled = false;
  }

  /** The boxes of a table that are ticked; says so when none is. */
  function chosenBeside(button) {
    const chosen = [...button.closest("form").querySelectorAll("tbody input:checked")];
    if (chosen.length === 0) tell(words().noneChosen);
    return chosen;
  }

  function resend(button) {
    const scores = chosenBeside(button).map(({ value, dataset }) => ({
      id: Number(value),
      version: Number(dataset.version),
    }));
    if (scores.length > 0) send("/scores", { scores }, "resent");
  }

  function decide(button, decision) {
    const grades = chosenBeside(button).map(({ value, dataset }) => ({
      id: Number(value),
      seen: dataset.seen,
    }));
    if (grades.length > 0) send("/decisions", { decision, grades }, "decided");
  }

  function checkAll(box) {
    for (const each of box.closest("form").querySelectorAll("tbody input")) {
      each.checked = box.checked;
    }
  }

  // -- A synchronisation under way ---------------------------------------------------------

  const underWay = () => content.querySelector("#sync-state[data-under-way]");

  function show(state) {
    const bar = document.getElementById("sync-progress");
    const said = document.getElementById("sync-said");
    if (state.total > 0) {
      bar.max = state.total;
      bar.value = state.done;
    } else {
      bar.removeAttribute("value");
    }
    if (said.textContent !== state.said) said.textContent = state.said;
    document.getElementById("sync-alone").hidden = !state.left_alone;
  }

  async function look() {
    const shown = underWay();
    if (!shown) return;
    const response = await ask("/progress");
    if (underWay() !== shown) return;
    const state = response?.ok ? await response.json().catch(() => null) : null;
    misses = state ? 0 : misses + 1;
    if (misses === 3) document.getElementById("sync-said").textContent = words().lost;
    if (state?.over) {
      const page = await ask("");
      if (underWay() === shown && page?.ok) {
        showAnswer(await page.text(), words().over);
        return;
      }
    } else if (state) {
      show(state);
    }
    follow();
  }

  function follow() {
    clearTimeout(following);
    if (underWay()) following = setTimeout(look, POLL_MS * (1 + misses));
  }

  const actions = {
    start,
    compare,
    resend,
    keep: (button) => decide(button, "keep"),
    replace: (button) => decide(button, "replace"),
  };

  content.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-sync]");
    if (!button) return;
    actions[button.dataset.sync](button);
  });
  content.addEventListener("change", (event) => {
    const { sync } = event.target.dataset;
    if (sync === "all") checkAll(event.target);
    else if (sync === "night") send("/nightly", { wished: event.target.checked }, "night");
  });
  new MutationObserver(follow).observe(content, { childList: true });
  follow();
})();

// The instructor's page, and a mentor's: keeps the session with the window, refreshes and sorts
// the table, and has the class's list brought up to date.
"use strict";

(() => {
  const page = document.getElementById("class");
  const { page: address, source } = page.dataset;
  const content = document.getElementById("class-content");
  const news = document.getElementById("class-news");
  let order = { key: "name", direction: "ascending" };
  let asking = null;

  // The token stays in the window's history entry: no cookie, which a frame would lose, and
  // no address, which would leave traces.
  const launched = document.getElementById("session");
  if (launched) {
    history.replaceState(JSON.parse(launched.textContent), "", address);
    launched.remove();
  }
  const session = history.state?.session;

  /** The address of the table for the chosen group, which stays with the window as well. */
  function forGroup(path) {
    const { group } = history.state;
    if (!group) return path;
    return `${path}${path.includes("?") ? "&" : "?"}group=${encodeURIComponent(group)}`;
  }

  function chooseGroup(group) {
    history.replaceState({ ...history.state, group }, "");
    return show(source, { told: "groupNews" });
  }

  /** The words of the table, which is in the session's language, or else of the page. */
  const words = () => (document.getElementById("class-report") ?? page).dataset;

  function tell(text) {
    news.textContent = "";
    news.textContent = text;
  }

  function showEnd() {
    const heading = document.createElement("h1");
    heading.textContent = page.dataset.overTitle;
    heading.tabIndex = -1;
    const text = document.createElement("p");
    text.className = "lead";
    text.textContent = page.dataset.over;
    content.replaceChildren(heading, text);
    document.title = page.dataset.overTitle;
    heading.focus();
  }

  /** Ask for the table, and show it. Nobody is told of what happened by itself. */
  async function show(path, options = {}) {
    const response = await fetch(forGroup(path), {
      method: options.method ?? "GET",
      headers: { Authorization: `Bearer ${session}`, Accept: "text/html" },
      credentials: "omit",
      cache: "no-store",
    }).catch(() => null);
    if (response?.status === 401 || response?.status === 403) {
      showEnd();
    } else if (response?.ok) {
      const html = await response.text();
      const { action, sort } = document.activeElement?.dataset ?? {};
      // Our own template's output, in which every value is escaped.
      content.innerHTML = html;
      prepare();
      if (action) content.querySelector(`[data-action="${action}"]`)?.focus();
      if (sort) content.querySelector(`[data-sort="${sort}"]`)?.focus();
      if (!options.quietly) tell(words()[options.told ?? "refreshed"]);
    } else {
      tell(words().failed);
    }
  }

  async function refresh(options) {
    await show(source, options);
    await askForListIfDue();
  }

  /** Have the class's list brought up to date; the platform may take its time. */
  async function askForList(path, quietly) {
    if (!quietly) tell(words().rosterAsked);
    if (asking) {
      asking.quietly &&= quietly;
      return;
    }
    asking = { method: "POST", quietly, told: "rosterNews" };
    await show(path, asking);
    asking = null;
  }

  async function askForListIfDue() {
    if (words().rosterDue) await askForList("/api/class/roster?when=due", true);
  }

  /** Times in the reader's own zone; the server only knows its own. */
  function localizeTimes(language) {
    const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
    for (const time of content.querySelectorAll("time")) {
      time.textContent = format.format(new Date(time.dateTime));
    }
  }

  function sortRows() {
    const body = content.querySelector("tbody");
    if (!body) return;
    const sign = order.direction === "ascending" ? 1 : -1;
    const value = (row) => Number(row.querySelector(`[data-key="${order.key}"]`)?.dataset.value ?? 0);
    body.append(...[...body.rows].sort((one, other) => sign * (value(one) - value(other))));
    for (const button of content.querySelectorAll("[data-sort]")) {
      const isChosen = button.dataset.sort === order.key;
      button.closest("th").setAttribute("aria-sort", isChosen ? order.direction : "none");
    }
  }

  function sortBy(key) {
    const isSame = order.key === key;
    const direction = isSame && order.direction === "ascending" ? "descending" : "ascending";
    order = { key, direction };
    sortRows();
  }

  /** Another page of ours, which has the session from the window. */
  function leaveFor(path) {
    history.pushState({ session }, "", path);
    location.reload();
  }

  function prepare() {
    const report = document.getElementById("class-report");
    if (!report) return;
    document.documentElement.lang = report.lang;
    document.title = report.dataset.title;
    // A group that is there no more is not asked for again.
    history.replaceState({ ...history.state, group: report.dataset.group }, "");
    localizeTimes(report.lang);
    sortRows();
  }

  content.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.action === "refresh") refresh();
    else if (button?.dataset.action === "roster") askForList("/api/class/roster", false);
    else if (button?.dataset.action === "preview") leaveFor(words().preview);
    else if (button?.dataset.submission) leaveFor(`/submissions/${button.dataset.submission}`);
    else if (button?.dataset.sort) sortBy(button.dataset.sort);
  });
  content.addEventListener("change", (event) => {
    if (event.target.dataset.action === "group") chooseGroup(event.target.value);
  });
  // "Back" and "forward" between this page and the preview change the address alone.
  window.addEventListener("popstate", () => {
    if (location.pathname !== address) location.reload();
  });

  if (typeof session !== "string") {
    showEnd();
  } else if (launched) {
    prepare();
    askForListIfDue();
  } else {
    refresh({ quietly: true });
  }
})();

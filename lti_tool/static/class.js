// The instructor's pages about a class, and a mentor's: keep the session and the view of the table
// with the window, ask for each page without reloading, and have the class's list brought up to
// date.
"use strict";

(() => {
  const SEARCH_DELAY_MS = 250;
  const page = document.getElementById("class");
  const content = document.getElementById("class-content");
  const news = document.getElementById("class-news");
  let asking = null;
  let shown = null;
  let typing = null;

  // The token stays in the window's history entry: no cookie, which a frame would lose, and
  // no address, which would leave traces.
  const launched = document.getElementById("session");
  if (launched) {
    history.replaceState(JSON.parse(launched.textContent), "", page.dataset.page);
    launched.remove();
  }
  const session = history.state?.session;
  let address = location.pathname;

  /** Where the piece of HTML for this page is, as the table is viewed now. */
  function source(path = `/api${address}`) {
    const { view = {} } = history.state;
    const said = new URLSearchParams(view).toString();
    if (!said) return path;
    return `${path}${path.includes("?") ? "&" : "?"}${said}`;
  }

  /** The words of the page's content, which is in the session's language, or else of the page. */
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

  /** What has the focus, in words that find its like in the content that replaces it. */
  function focused() {
    const { id, dataset } = document.activeElement ?? {};
    if (id) return `#${CSS.escape(id)}`;
    const address = document.activeElement?.getAttribute("href");
    // Somebody's page is led to from the table, and from above it.
    const place = document.activeElement?.closest("tbody") ? "tbody " : "";
    if (address) return `${place}a[href="${CSS.escape(address)}"]`;
    for (const name of ["action", "sort", "rule"]) {
      if (dataset?.[name]) return `[data-${name}="${CSS.escape(dataset[name])}"]`;
    }
    return null;
  }

  function replace(html) {
    const selector = content.contains(document.activeElement) ? focused() : null;
    const search = document.getElementById("class-search");
    const typed = search && { text: search.value, at: search.selectionStart };
    const each = document.getElementById("each-activity")?.checked;
    // Our own template's output, in which every value is escaped.
    content.innerHTML = html;
    prepare();
    const box = document.getElementById("each-activity");
    if (box && each) box.checked = true;
    const field = document.getElementById("class-search");
    // What was typed while the answer was on its way stays.
    if (typing !== null && field && typed) field.value = typed.text;
    const again = selector && content.querySelector(selector);
    if (!again) return;
    again.focus();
    if (again === field && typed) field.setSelectionRange(typed.at, typed.at);
  }

  /** Ask for a piece of HTML. What was asked for before and did not come yet is not wanted now. */
  async function ask(path, method = "GET") {
    shown?.abort();
    const mine = new AbortController();
    shown = mine;
    const response = await fetch(path, {
      method,
      headers: { Authorization: `Bearer ${session}`, Accept: "text/html" },
      credentials: "omit",
      cache: "no-store",
      signal: mine.signal,
    }).catch(() => null);
    return mine.signal.aborted ? { unwanted: true } : response;
  }

  /** Ask for the page's content, and show it. Nobody is told of what happened by itself. */
  async function show(path, options = {}) {
    const response = await ask(path, options.method);
    if (response?.unwanted) return;
    if (response?.status === 401 || response?.status === 403) {
      showEnd();
    } else if (response?.ok) {
      replace(await response.text());
      if (!options.quietly) tell(words()[options.told ?? "refreshed"] ?? "");
      if (options.landing) content.querySelector("h1")?.focus();
    } else {
      tell(words().failed);
    }
  }

  async function refresh(options) {
    await show(source(), options);
    await askForListIfDue();
  }

  /** Show the table otherwise; the choice stays with the window as well. */
  function view(changes, told = "viewNews") {
    const chosen = { ...history.state.view, page: "", ...changes };
    const kept = Object.fromEntries(Object.entries(chosen).filter(([, text]) => text));
    history.replaceState({ ...history.state, view: kept }, "");
    return show(source(), { told });
  }

  function sortBy(key) {
    const head = content.querySelector(`[data-sort="${CSS.escape(key)}"]`).closest("th");
    const direction = head.getAttribute("aria-sort") === "ascending" ? "descending" : "";
    return view({ sort: key, direction });
  }

  function search(text) {
    clearTimeout(typing);
    typing = setTimeout(() => {
      typing = null;
      view({ search: text });
    }, SEARCH_DELAY_MS);
  }

  /** Take the table out as a file. It comes by a request, which shows the session. */
  async function download(path) {
    tell(words().downloading);
    const response = await fetch(source(path), {
      headers: { Authorization: `Bearer ${session}` },
      credentials: "omit",
      cache: "no-store",
    }).catch(() => null);
    const file = response?.ok ? await response.blob().catch(() => null) : null;
    if (!file) {
      tell(words().notDownloaded);
      return;
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition"))?.[1] ?? "";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 0);
    tell(words().downloaded);
  }

  /** Go to another page about this class, which comes without a reload. */
  function open(path) {
    history.pushState(history.state, "", path);
    address = path;
    scrollTo(0, 0);
    return show(source(), { quietly: true, landing: true });
  }

  /** Another page of ours, which has the session from the window. */
  function leaveFor(path) {
    history.pushState({ session }, "", path);
    location.reload();
  }

  /** Have the class's list brought up to date; the platform may take its time. */
  async function askForList(path, quietly) {
    if (!quietly) tell(words().rosterAsked);
    if (asking) {
      asking.quietly &&= quietly;
      return;
    }
    asking = { method: "POST", quietly, told: "rosterNews" };
    await show(source(path), asking);
    asking = null;
  }

  async function askForListIfDue() {
    if (words().rosterDue) await askForList("/api/class/roster?when=due", true);
  }

  /** Times in the reader's own zone; the server only knows its own. */
  function localizeTimes(part, language) {
    const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
    for (const time of part.querySelectorAll("time")) {
      time.textContent = format.format(new Date(time.dateTime));
    }
  }

  function prepare() {
    const report = document.getElementById("class-report");
    if (!report) return;
    document.documentElement.lang = report.lang;
    document.title = report.dataset.title;
    page.dataset.showing = address;
    // What is there no more, a group say, is not asked for again.
    if (report.dataset.view) {
      history.replaceState({ ...history.state, view: JSON.parse(report.dataset.view) }, "");
    }
    localizeTimes(content, report.lang);
    document.dispatchEvent(new CustomEvent("class:shown"));
  }

  const actions = {
    refresh: () => refresh(),
    roster: () => askForList("/api/class/roster", false),
    preview: () => leaveFor(words().preview),
    all: () => view({ search: "", rule: "" }),
  };

  content.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-open]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open(link.getAttribute("href"));
      return;
    }
    const button = event.target.closest("button");
    if (!button) return;
    const { action, submission, sort, rule, turn, works, download: file } = button.dataset;
    if (submission) leaveFor(`/submissions/${submission}`);
    else if (file) download(file);
    else if (sort) sortBy(sort);
    else if (rule) view({ rule: button.getAttribute("aria-pressed") === "true" ? "" : rule });
    else if (turn) view({ page: turn }, "pageNews");
    else if (works) view({ works, page: history.state.view?.page });
    else actions[action]?.();
  });
  // What live.js brings is written as the rest of the page is.
  document.addEventListener("class:fresh", ({ detail: fresh }) => {
    localizeTimes(fresh, document.documentElement.lang);
  });
  content.addEventListener("change", (event) => {
    if (event.target.dataset.action === "group") view({ group: event.target.value });
  });
  content.addEventListener("input", (event) => {
    if (event.target.dataset.action === "search") search(event.target.value);
  });
  // Another script of the page sent something, and got the page anew.
  content.addEventListener("answer", ({ detail }) => {
    replace(detail.html);
    tell(detail.told ?? "");
  });
  // "Back" and "forward" among the pages about the class ask for their content; between them
  // and the preview they change the address alone.
  window.addEventListener("popstate", () => {
    if (location.pathname !== page.dataset.page && !location.pathname.startsWith("/class")) {
      location.reload();
    } else if (location.pathname !== address) {
      address = location.pathname;
      show(source(), { quietly: true, landing: true });
    }
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

// Keeps the class table up to date while students work. A stream of server-sent events (HTML
// Standard, 9.2) says that something changed, and the page asks for what did. It is read by fetch:
// EventSource cannot show a token. Lines change where they are; nothing moves under the reader's
// hands, and what they are using is left alone until they have done with it.
"use strict";

(() => {
  const STREAM = "/api/class/stream";
  const LEAST_PAUSE_MS = 1500;
  const SHARE_OF_TIME = 20;
  const BEHIND_PAUSE_MS = 300;
  const POLL_MS = 30_000;
  const STREAM_AGAIN_MS = 120_000;
  const SILENCE_MS = 35_000;
  const FIRST_RETRY_MS = 2000;
  const LAST_RETRY_MS = 60_000;
  const FRESH_MS = 4000;
  const content = document.getElementById("class-content");
  const news = document.getElementById("class-news");

  const timers = new Map();
  let stream = null;
  let pulse = null;
  let failures = 0;
  let isUpdating = false;
  let isBehind = false;
  let late = null;
  let isPressed = false;
  let hasEnded = false;

  const report = () => document.getElementById("class-report");
  const words = () => report()?.dataset ?? {};
  const isTable = () => words().pulse !== undefined;

  function later(name, milliseconds, then) {
    clearTimeout(timers.get(name));
    timers.set(name, setTimeout(then, milliseconds));
  }

  function tell(text) {
    news.textContent = "";
    news.textContent = text;
  }

  /** Say how the table is kept up to date. It is read when one looks for it, not read aloud. */
  function say(state, text) {
    const line = document.getElementById("live-state");
    if (!line) return;
    line.dataset.state = state;
    line.textContent = text;
  }

  function ask(path, headers, signal) {
    return fetch(path, {
      headers: { Authorization: `Bearer ${history.state?.session}`, ...headers },
      credentials: "omit",
      cache: "no-store",
      signal,
    });
  }

  // --- The stream ---------------------------------------------------------------------------

  /** Begin, or begin again, unless nobody looks. */
  function follow() {
    stop();
    if (!isTable() || document.hidden || hasEnded) return;
    if (failures === 0) say("connecting", words().connecting);
    stream = new AbortController();
    listen(stream).catch((error) => {
      if (error.name !== "AbortError") interrupted();
    });
  }

  function stop() {
    for (const name of ["stream", "silence", "poll", "retry"]) clearTimeout(timers.get(name));
    stream?.abort();
    stream = null;
  }

  async function listen(mine) {
    const response = await ask(
      STREAM,
      { Accept: "text/event-stream", "Last-Event-ID": pulse },
      mine.signal,
    );
    if (isOver(response)) return;
    if (response.status === 204) {
      poll();
      later("stream", STREAM_AGAIN_MS, follow);
      return;
    }
    if (!response.ok) throw new Error(`status ${response.status}`);
    live(mine);
    await hear(response.body.pipeThrough(new TextDecoderStream()), mine);
    // It ends by itself now and then: others may have a turn, and servers be replaced.
    if (stream === mine) later("stream", LEAST_PAUSE_MS * Math.random(), follow);
  }

  /** Read events until the stream ends. Only one kind of them matters: that it is not like ours. */
  async function hear(body, mine) {
    let rest = "";
    const patience = () => later("silence", SILENCE_MS, () => {
      mine.abort();
      interrupted();
    });
    // Read piece by piece: not every browser can iterate over a stream, Safari 26 cannot.
    const reader = body.getReader();
    for (;;) {
      patience();
      const { done, value: text } = await reader.read();
      if (done) break;
      const events = (rest + text).split("\n\n");
      rest = events.pop();
      const said = events.flatMap((event) => /^data: (.*)$/m.exec(event)?.[1] ?? []);
      if (said.length && said.at(-1) !== pulse) update();
    }
    clearTimeout(timers.get("silence"));
  }

  /** The table is followed; after an interruption that is so once it is up to date again. */
  async function live(mine) {
    const isUpToDate = failures === 0 || (await update());
    if (isUpToDate && stream === mine) resume("live", words().live);
  }

  /** Without a stream, ask: at once, for there may be news since the page was hidden, then again. */
  async function poll() {
    const mine = stream;
    later("poll", POLL_MS, poll);
    if ((await update()) && stream === mine) resume("polling", words().nowAndThen);
  }

  function resume(state, text) {
    if (failures > 0) tell(words().resumedNews);
    failures = 0;
    say(state, text);
  }

  /** Try again, later each time: not all pages at the same moment when a server comes back. */
  function interrupted() {
    stop();
    if (document.hidden || hasEnded || !isTable()) return;
    if (failures === 0) tell(words().interruptedNews);
    const longest = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
    failures += 1;
    countDown(Math.round((longest * (0.5 + Math.random() / 2)) / 1000));
  }

  function countDown(seconds) {
    if (seconds <= 0) {
      follow();
      return;
    }
    say("interrupted", words().interrupted.replace("{seconds}", seconds));
    later("retry", 1000, () => countDown(seconds - 1));
  }

  function isOver({ status }) {
    if (status !== 401 && status !== 403) return false;
    hasEnded = true;
    stop();
    say("over", words().over);
    tell(words().over);
    return true;
  }

  // --- What changed -------------------------------------------------------------------------

  const rows = (root) => [...root.querySelectorAll(".class-table tbody > tr[data-learner]")];
  const learners = (root) => rows(root).map((row) => row.dataset.learner);

  function source() {
    const said = new URLSearchParams(history.state?.view);
    said.set("shown", learners(content).join(","));
    return `/api/class?${said}`;
  }

  /** Ask for the table as it is now; whether it came. Several changes at once are one. */
  async function update() {
    if (!isTable()) return false;
    if (isUpdating) {
      isBehind = true;
      return true;
    }
    isUpdating = true;
    isBehind = false;
    const began = performance.now();
    const shown = report();
    try {
      const response = await ask(source(), { Accept: "text/html", "If-None-Match": `"${pulse}"` });
      if (isOver(response)) return false;
      if (response.status !== 304) {
        if (!response.ok) throw new Error(`status ${response.status}`);
        const html = await response.text();
        // What the reader has asked for meanwhile is newer.
        if (shown === report()) take(html);
      }
      later("update", pause(performance.now() - began), () => {
        isUpdating = false;
        if (isBehind || content.querySelector("[data-behind]")) update();
      });
      return true;
    } catch {
      isUpdating = false;
      interrupted();
      return false;
    }
  }

  function pause(milliseconds) {
    if (content.querySelector("[data-behind]")) return BEHIND_PAUSE_MS;
    return Math.max(LEAST_PAUSE_MS, SHARE_OF_TIME * milliseconds);
  }

  function take(html) {
    const template = document.createElement("template");
    // Our own template's output, in which every value is escaped.
    template.innerHTML = html;
    const fresh = template.content;
    document.dispatchEvent(new CustomEvent("class:fresh", { detail: fresh }));
    const elsewhere = fresh.getElementById("class-elsewhere");
    if (elsewhere) {
      document.dispatchEvent(new CustomEvent("class:fresh", { detail: elsewhere.content }));
    }
    pulse = fresh.getElementById("class-report").dataset.pulse;
    const isFirst = rows(content).length === 0 && rows(fresh).length > 0;
    if (isFirst) {
      showAgain();
      return;
    }
    late = { fresh, others: elsewhere?.content };
    apply();
  }

  /** The whole table, as the button « Actualiser » brings it. */
  function showAgain() {
    content.querySelector('[data-action="refresh"]').click();
  }

  /** Put what is new in its place, except where the reader is: that waits until they have left. */
  function apply() {
    if (!late || isPressed) return;
    const { fresh, others } = late;
    const likeOf = (row) => {
      const same = `tr[data-learner="${row.dataset.learner}"]`;
      return fresh.querySelector(same) ?? others?.querySelector(same);
    };
    if (heads(fresh) && heads(fresh) !== heads(content)) changeColumns(fresh, likeOf);
    const parts = [...content.querySelectorAll("[data-part]")].map((part) =>
      replace(part, fresh.querySelector(`[data-part="${part.dataset.part}"]`)),
    );
    const lines = rows(content).map((row) => renew(row, likeOf(row)));
    const moved = howManyMoved(learners(content), learners(fresh));
    if (moved > 0) {
      invite(moved === 1 ? words().oneMoved : words().moved.replace("{number}", moved));
    } else {
      document.getElementById("live-order")?.setAttribute("hidden", "");
    }
    if ([...parts, ...lines].every(Boolean)) late = null;
  }

  const heads = (root) =>
    [...root.querySelectorAll(".class-table thead th button")].map((head) => head.dataset.sort).join();

  /** Give the table the columns that it has now, groups that came, say; the lines keep their order. */
  function changeColumns(fresh, likeOf) {
    const { sort } = document.activeElement?.dataset ?? {};
    const address = content.contains(document.activeElement)
      ? document.activeElement.getAttribute("href")
      : null;
    content.querySelector(".class-table thead").innerHTML =
      fresh.querySelector(".class-table thead").innerHTML;
    for (const row of rows(content)) {
      const like = likeOf(row);
      if (like) row.innerHTML = like.innerHTML;
    }
    if (sort) content.querySelector(`[data-sort="${CSS.escape(sort)}"]`)?.focus();
    if (address) content.querySelector(`tbody a[href="${CSS.escape(address)}"]`)?.focus();
  }

  /** Replace a part of the page by its like. Returns whether there is nothing left to do. */
  function replace(part, like) {
    if (!like || written(part) === written(like)) return true;
    if (isInUse(part)) return false;
    const open = [...part.querySelectorAll("details")].map((one) => one.open);
    part.innerHTML = like.innerHTML;
    part.querySelectorAll("details").forEach((one, place) => {
      if (open[place]) one.open = true;
    });
    return true;
  }

  /** Renew the cells of a line that say something else now, and show which. */
  function renew(row, like) {
    if (!like) return true;
    const cells = [...like.children];
    return [...row.children]
      .map((cell, place) => {
        if (written(cell) === written(cells[place])) return true;
        const isDone = replace(cell, cells[place]);
        if (isDone) mark(cell);
        return isDone;
      })
      .every(Boolean);
  }

  function mark(cell) {
    cell.classList.remove("is-fresh");
    // Read, so that a change soon after another one is shown again.
    void cell.offsetWidth;
    cell.classList.add("is-fresh");
    setTimeout(() => cell.classList.remove("is-fresh"), FRESH_MS);
  }

  /** What a part says, whether its details are open or not. */
  function written(part) {
    const copy = part.cloneNode(true);
    for (const one of copy.querySelectorAll("details[open]")) one.removeAttribute("open");
    return copy.innerHTML;
  }

  function isInUse(part) {
    const selection = getSelection();
    const isSelected = !selection.isCollapsed && selection.containsNode(part, true);
    return isSelected || (part.contains(document.activeElement) && document.hasFocus());
  }

  /**
   * How many lines are out of order or new, all but the longest run that keeps its order; or how
   * many have no place here any more.
   */
  function howManyMoved(shown, now) {
    const places = now.map((learner) => shown.indexOf(learner));
    const longest = [];
    places.forEach((place, at) => {
      const before = places.slice(0, at).map((other, i) => (other < place ? longest[i] : 0));
      longest.push(place < 0 ? 0 : 1 + Math.max(0, ...before));
    });
    const gone = shown.filter((learner) => !now.includes(learner));
    return Math.max(gone.length, now.length - Math.max(0, ...longest));
  }

  /** Offer to sort again. It is read aloud when it appears, not each time that it counts anew. */
  function invite(text) {
    const order = document.getElementById("live-order");
    if (!order) return;
    document.getElementById("live-order-words").textContent = text;
    if (order.hidden) tell(text);
    order.hidden = false;
  }

  // --- When ---------------------------------------------------------------------------------

  document.addEventListener("class:shown", () => {
    late = null;
    clearTimeout(timers.get("update"));
    isUpdating = isBehind = false;
    if (!isTable()) {
      stop();
      return;
    }
    pulse = words().pulse;
    follow();
    if (content.querySelector("[data-behind]")) later("update", BEHIND_PAUSE_MS, update);
  });
  document.addEventListener("visibilitychange", () => {
    failures = 0;
    follow();
  });
  addEventListener("pagehide", stop);
  addEventListener("online", () => {
    if (failures > 0) follow();
  });
  content.addEventListener("pointerdown", () => (isPressed = true));
  for (const end of ["pointerup", "pointercancel"]) {
    addEventListener(end, () => {
      isPressed = false;
      setTimeout(apply);
    });
  }
  content.addEventListener("focusout", () => setTimeout(apply));
})();

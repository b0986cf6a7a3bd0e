// The administration page: copies values, tells times in the reader's own zone, and tries a
// connection step by step. Every page works without it.
"use strict";

(() => {
  const told = document.getElementById("told");

  function tell(words) {
    told.textContent = "";
    told.textContent = words;
  }

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      tell(told.dataset.copied);
      button.dataset.done = "✓";
      setTimeout(() => delete button.dataset.done, 2000);
    } catch {
      tell(told.dataset.uncopied);
      getSelection().selectAllChildren(button.parentElement.querySelector("code"));
    }
  }

  function localizeTimes() {
    const format = new Intl.DateTimeFormat(document.documentElement.lang, {
      dateStyle: "medium",
      timeStyle: "short",
    });
    for (const time of document.querySelectorAll("time:not(.day)")) {
      time.textContent = format.format(new Date(time.dateTime));
    }
  }

  /** Try one step, and put what came of it in the place of its line. */
  async function tryStep(form, line) {
    const mark = line.querySelector(".mark");
    mark.className = "mark mark-running";
    mark.textContent = form.dataset.running;
    const response = await fetch(`${form.action}/${line.dataset.step}`, {
      method: "POST",
      headers: { Accept: "text/html" },
    }).catch(() => null);
    if (!response?.ok || response.redirected) {
      mark.className = "mark mark-failed";
      mark.textContent = form.dataset.lost;
      return "failed";
    }
    const holder = document.createElement("ol");
    // Our own template's output, in which every value is escaped.
    holder.innerHTML = await response.text();
    const found = holder.firstElementChild;
    line.replaceWith(found);
    return found.dataset.outcome;
  }

  async function tryConnection(form) {
    const button = form.querySelector("button");
    button.disabled = true;
    let failed = 0;
    // One after the other: the platform reads our keys meanwhile, and needs a thread of ours.
    for (const line of [...document.querySelectorAll("#steps > li")]) {
      if ((await tryStep(form, line)) === "failed") failed += 1;
    }
    button.disabled = false;
    tell(form.dataset.over.replace("{count}", String(failed)));
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  const form = document.getElementById("connection-test");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    tryConnection(form);
  });
  document.getElementById("mistakes")?.focus();
  localizeTimes();
})();

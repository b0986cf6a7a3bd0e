// The export page: what is chosen shows at once, and a package on its way tells how far it is.
// Every page works without it.
"use strict";

(() => {
  const POLL_MS = 700;
  const told = document.getElementById("told");

  // -- The form ------------------------------------------------------------------------------

  function followForm(form) {
    let asking = new AbortController();
    const parts = ["export-choices", "export-preview"];

    /** Put a part of the answer in the place of ours; a frame that shows the same stays. */
    function replace(id, answer) {
      const [old, fresh] = [document, answer].map((each) => each.getElementById(id));
      const frames = [old, fresh].map((each) => each?.querySelector("iframe")?.getAttribute("src"));
      if (!fresh || (frames[0] && frames[0] === frames[1])) return;
      const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
      old.replaceWith(document.adoptNode(fresh));
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    }

    async function update() {
      asking.abort();
      asking = new AbortController();
      const address = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
      try {
        const response = await fetch(address, { signal: asking.signal });
        if (!response.ok || response.redirected) throw new Error(`answered ${response.status}`);
        const answer = new DOMParser().parseFromString(await response.text(), "text/html");
        for (const id of parts) replace(id, answer);
        history.replaceState(history.state, "", address);
        tell(form.dataset.updated);
      } catch (error) {
        if (error.name !== "AbortError") tell(form.dataset.lost);
      }
    }

    form.addEventListener("change", update);
    document.getElementById("export-refresh").hidden = true;
  }

  function tell(words) {
    told.textContent = "";
    told.textContent = words;
  }

  // -- A package on its way ------------------------------------------------------------------

  function followJob(job) {
    const bar = document.getElementById("progress");
    const said = document.getElementById("job-said");
    const alone = document.getElementById("job-alone");
    let misses = 0;

    function show(state) {
      if (state.percent === null) bar.removeAttribute("value");
      else bar.value = state.percent;
      if (said.textContent !== state.said) said.textContent = state.said;
      alone.hidden = !state.left_alone;
    }

    async function ask() {
      try {
        const response = await fetch(job.dataset.state, { headers: { Accept: "application/json" } });
        if (!response.ok || response.redirected) throw new Error(`answered ${response.status}`);
        const state = await response.json();
        misses = 0;
        if (state.over) {
          location.reload();
          return;
        }
        show(state);
      } catch {
        misses += 1;
        if (misses === 3) said.textContent = job.dataset.lost;
      }
      setTimeout(ask, POLL_MS * (1 + misses));
    }

    setTimeout(ask, POLL_MS);
  }

  const form = document.getElementById("export-form");
  if (form) followForm(form);
  const job = document.getElementById("job");
  if (job) followJob(job);
})();

// Due dates and attempts: sends what an instructor wrote, and shows the page as it is then. What
// cannot be kept stays in its fields, beside the reason.
"use strict";

(() => {
  const ADDRESS = "/api/class/terms";
  const content = document.getElementById("class-content");
  const news = document.getElementById("class-news");

  function tell(text) {
    news.textContent = "";
    news.textContent = text;
  }

  async function send(path, options = {}) {
    return fetch(path, {
      ...options,
      headers: {
        Authorization: `Bearer ${history.state?.session}`,
        ...(options.body ? { "Content-Type": "application/json" } : {}),
      },
      credentials: "omit",
      cache: "no-store",
    }).catch(() => null);
  }

  /** Ask for the page that is shown, as it is now. */
  async function shown() {
    const view = new URLSearchParams(history.state?.view ?? {}).toString();
    const response = await send(`/api${location.pathname}${view && `?${view}`}`);
    return response?.ok ? response.text() : null;
  }

  /** What is written in the two fields of a date. */
  function date(fields, name) {
    const of = (part) => fields.querySelector(`[name="${name}-${part}"]`);
    const isHalf = of("day").validity.badInput || of("hour").validity.badInput;
    if (isHalf) return ["?", of("hour").value];
    const isForgotten = !of("day").value && of("hour").value === of("hour").defaultValue;
    return isForgotten ? ["", ""] : [of("day").value, of("hour").value];
  }

  const isChanged = (row) =>
    [...row.querySelectorAll("input")].some(
      (input) => input.value !== input.defaultValue || input.validity.badInput,
    );

  /** Only what was changed is sent: what a colleague wrote elsewhere meanwhile stays. */
  function datesIn(form) {
    const rows = [...form.querySelectorAll("[data-target]")].filter(isChanged);
    const dates = rows.map((row) => [
      row.dataset.target,
      { due: date(row, "due"), closes: date(row, "closes") },
    ]);
    return { zone: form.elements.zone.value, dates: Object.fromEntries(dates) };
  }

  function grantIn(form) {
    const { holder, target, extra, note } = form.elements;
    return {
      holder: holder.value,
      target: target.value,
      extra: extra.validity.badInput ? 0 : extra.value && Number(extra.value),
      due: date(form, "due"),
      closes: date(form, "closes"),
      note: note.value,
    };
  }

  function forget(form) {
    for (const problem of form.querySelectorAll("[data-problem]")) problem.textContent = "";
    for (const field of form.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
    }
  }

  /** Say what is wrong beside the field, and lead there. */
  function object(form, { place, field, text }) {
    const row = place && form.querySelector(`[data-target="${CSS.escape(place)}"]`);
    const within = row || form;
    const wanted = within.querySelector(`[data-problem="${CSS.escape(field)}"]`);
    const problem = wanted ?? form.querySelector('[data-problem=""]');
    problem.textContent = text;
    const details = problem.closest("details");
    if (details) details.open = true;
    const input = field && within.querySelector(`[name="${field}"], [name="${field}-day"]`);
    input?.setAttribute("aria-invalid", "true");
    (input || problem).focus();
    tell(text);
  }

  async function post(path, body, button, form) {
    if (button) button.disabled = true;
    if (form) forget(form);
    const response = await send(ADDRESS + path, { method: "POST", body: JSON.stringify(body) });
    const reply = await response?.json().catch(() => null);
    if (button) button.disabled = false;
    if (response?.ok && reply) {
      const html = await shown();
      if (html === null) tell(reply.told);
      else content.dispatchEvent(new CustomEvent("answer", { detail: { html, ...reply } }));
      content.querySelector("h1")?.focus({ preventScroll: true });
    } else if (response?.status === 422 && reply?.problem && form) {
      object(form, reply.problem);
    } else {
      const { notSent } = document.getElementById("class-report")?.dataset ?? {};
      tell(reply?.problem?.text ?? reply?.error?.message ?? notSent ?? "");
    }
  }

  content.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-terms]");
    if (!form) return;
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    if (form.dataset.terms === "dates") post("", datesIn(form), button, form);
    else post("/exceptions", grantIn(form), button, form);
  });
  content.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { term, withdrawn, grant } = button.dataset;
    if (term) post(`/exceptions/${term}`, { withdrawn: withdrawn === "yes" }, button);
    else if (grant) post("/exceptions", JSON.parse(grant), button);
  });
})();

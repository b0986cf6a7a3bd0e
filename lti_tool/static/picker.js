// What one ticks in the picker is listed in the order in which it will be placed, with its
// settings; the preview opens in a dialog. Without this, the form sends what is ticked.
"use strict";

(() => {
  const form = document.getElementById("picker");
  if (!form) return;
  const ticks = [...form.querySelectorAll(".picker-tree input")];
  const section = form.querySelector(".picked");
  const list = form.querySelector(".picked-list");
  const empty = form.querySelector(".picked-empty");
  const jump = form.querySelector(".picker-jump");
  const news = form.querySelector(".picker-count");
  const template = document.getElementById("picked-item");

  const tickOf = (value) => ticks.find((tick) => tick.value === value);
  const itemOf = (value) =>
    [...list.children].find((item) => item.querySelector("[name='choice']").value === value);

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
  }

  function tell(text) {
    news.textContent = text;
  }

  function showCount() {
    const count = list.children.length;
    const { none, one, many } = form.dataset;
    tell(count > 1 ? fill(many, { count }) : [none, one][count]);
    empty.hidden = count > 0;
    jump.hidden = count === 0;
    [...list.children].forEach((item, index) => {
      mark(item, "up", index === 0);
      mark(item, "down", index === count - 1);
    });
  }

  /** A button that can do nothing now keeps the focus that it may have. */
  function mark(item, act, isIdle) {
    item.querySelector(`[data-act="${act}"]`)?.setAttribute("aria-disabled", String(isIdle));
  }

  /** List what is ticked: its settings are named after it, and sent in the list's order. */
  function add(tick) {
    const { title, kind, language } = tick.dataset;
    const item = template.content.firstElementChild.cloneNode(true);
    item.querySelector("[name='choice']").value = tick.value;
    item.querySelector(".picked-kind").textContent = kind;
    const name = item.querySelector(".picked-name");
    name.lang = language;
    name.textContent = title;
    for (const hidden of item.querySelectorAll(".visually-hidden")) {
      hidden.lang = language;
      hidden.textContent = ` ${title}`;
    }
    if (!("graded" in tick.dataset)) {
      for (const part of item.querySelectorAll("[data-if-graded]")) part.remove();
    }
    for (const field of item.querySelectorAll("[data-field]")) {
      field.name = `${field.dataset.field}:${tick.value}`;
    }
    prepareTitle(item, title);
    prepareColumn(item);
    prepareMoments(item, tick.value);
    list.append(item);
  }

  /** The column is called as the link is, unless it gets a name of its own. */
  function prepareTitle(item, title) {
    const field = item.querySelector("[data-field='title']");
    const label = item.querySelector("[data-field='label']");
    field.value = title;
    const follow = () => {
      item.querySelector(".picked-name").textContent = field.value.trim() || title;
      if (label) label.placeholder = field.value.trim() || title;
    };
    field.addEventListener("input", follow);
    follow();
  }

  function prepareColumn(item) {
    const column = item.querySelector("[data-field='column']");
    column?.addEventListener("change", () => {
      for (const part of item.querySelectorAll("[data-if-column]")) {
        part.hidden = !column.checked;
        part.querySelector("input").disabled = !column.checked;
      }
    });
  }

  /** The fields hold the time of this device; what is sent says how far from UTC that is. */
  function prepareMoments(item, value) {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const zone = item.querySelector("[data-zone]");
    zone.textContent = fill(zone.dataset.zone, { zone: timeZone });
    const fields = [...item.querySelectorAll("[data-moment]")];
    const [from, until] = fields;
    for (const field of fields) {
      const sent = document.createElement("input");
      sent.type = "hidden";
      sent.name = `${field.dataset.moment}:${value}`;
      field.after(sent);
      field.addEventListener("input", () => {
        sent.value = field.value ? withOffset(field.value) : "";
        const isWrong = from.value && until?.value && until.value <= from.value;
        until?.setCustomValidity(isWrong ? form.dataset.order : "");
      });
    }
  }

  /** A local date and time with its offset (ISO 8601), which summer changes. */
  function withOffset(local) {
    const minutes = -new Date(local).getTimezoneOffset();
    const part = (number) => String(Math.floor(Math.abs(number))).padStart(2, "0");
    const seconds = local.length === "2026-01-01T00:00".length ? ":00" : "";
    const sign = minutes < 0 ? "-" : "+";
    return `${local}${seconds}${sign}${part(minutes / 60)}:${part(minutes % 60)}`;
  }

  /** Bring the list to what is ticked; a radio button unticks another without a word. */
  function follow() {
    for (const item of [...list.children]) {
      if (!tickOf(item.querySelector("[name='choice']").value).checked) item.remove();
    }
    for (const tick of ticks) {
      if (tick.checked && !itemOf(tick.value)) add(tick);
    }
    showCount();
  }

  /** Move its neighbour instead of the item: what is moved in a page loses the focus. */
  function move(item, act) {
    const other = act === "up" ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (act === "up") item.after(other);
    else item.before(other);
    showCount();
    const place = [...list.children].indexOf(item) + 1;
    const title = item.querySelector(".picked-name").textContent;
    tell(fill(form.dataset.moved, { title, place, count: list.children.length }));
  }

  function remove(item) {
    const near = item.nextElementSibling ?? item.previousElementSibling;
    const tick = tickOf(item.querySelector("[name='choice']").value);
    tick.checked = false;
    follow();
    (near?.querySelector("[data-act='remove']") ?? tick).focus();
  }

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    const item = button.closest(".picked-item");
    if (button.dataset.act === "remove") remove(item);
    else move(item, button.dataset.act);
  });

  // A field in closed settings could not be shown to be wrong.
  list.addEventListener(
    "invalid",
    (event) => {
      event.target.closest("details").open = true;
    },
    true,
  );

  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "leave" || list.children.length > 0) return;
    event.preventDefault();
    tell(form.dataset.nothing);
    ticks[0].focus();
  });

  // "Enter" in a field would send everything before the rest is set.
  list.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
  });

  for (const tick of ticks) {
    tick.name = "pick";
    tick.addEventListener("change", follow);
  }
  section.hidden = false;
  form.classList.add("is-listing");
  follow();
  window.addEventListener("pageshow", follow);
})();

(() => {
  const NAME = "preview-frame";
  const form = document.getElementById("preview-form");
  const dialog = document.getElementById("preview");
  if (!form) return;

  form.addEventListener("submit", (event) => {
    const chosen = document.querySelector(
      `.picker-tree input[value="${CSS.escape(event.submitter.value)}"]`,
    );
    const heading = document.getElementById("preview-title");
    heading.textContent = heading.dataset.title.replace("{title}", () => chosen.dataset.title);
    // A frame of its own each time: another page in the same one would be one more step "back".
    const frame = document.createElement("iframe");
    frame.name = NAME;
    frame.title = heading.textContent;
    dialog.querySelector("iframe")?.remove();
    dialog.append(frame);
    form.target = NAME;
    dialog.showModal();
  });
  dialog.addEventListener("close", () => dialog.querySelector("iframe")?.remove());
})();

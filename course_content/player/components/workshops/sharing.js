/**
 * With whom a work is made: one's group, where the platform has groups. What other members do
 * arrives here by itself; the words that one member writes over are kept, and can be put back.
 */
import { h } from "../../dom.js";
import { Failure } from "../../tracking/failure.js";
import { failureNotice } from "../failure.js";
import { keptInPlace } from "./kept-in-place.js";

const REFRESH_MS = 5000;

/** What to choose before one begins: a group, for who is in several; null when there is nothing. */
export function groupChoice(context, reload) {
  const { workshop, piece, reads, texts } = context;
  const open = [{ workshop, piece }, ...reads].find(
    ({ piece: { share } }) => share && share.id === null && !share.isLooking,
  );
  if (!open) return null;
  return h(
    "div",
    { class: "share" },
    h("p", {}, texts.t("share.choose")),
    chooser(context, open, reload),
  );
}

/** What is said of a work's sharing, above its tool; nothing for one that is nobody else's. */
export function sharing(context, reload) {
  const { workshop, piece, reads, texts } = context;
  const trouble = h("div", {});
  for (const made of [piece, ...reads.map((read) => read.piece)]) {
    if (isShared(made)) keepFresh(made, trouble, context);
  }
  if (!piece.share) return trouble;
  const { groups, isLooking } = piece.share;
  return h(
    "section",
    { class: "share", "aria-label": texts.t("share.title") },
    people(piece.share, texts),
    (isLooking || groups.length > 1) && chooser(context, { workshop, piece }, reload),
    isShared(piece) && [ownWork(context), ...replaced(context)],
    trouble,
  );
}

/** Whether what one writes goes to a group. */
function isShared({ share }) {
  return share !== null && share.id !== null && !share.isLooking;
}

function people({ id, name, members, isLooking }, texts) {
  if (id === null) return null;
  const said = texts.t(isLooking ? "share.looking" : "share.lead", {
    members: members.join(", ") || texts.t("share.nobody"),
  });
  return h("p", {}, h("strong", {}, name), " – ", said);
}

function chooser({ works, texts }, { workshop, piece }, reload) {
  const { id, groups } = piece.share;
  const select = h(
    "select",
    { id: "share-group" },
    groups.map((group) =>
      h("option", { value: group.id, selected: group.id === id }, group.name),
    ),
  );
  const form = h(
    "form",
    {
      class: "share__choice",
      on: {
        submit: async (event) => {
          event.preventDefault();
          await trying(texts, form, async () => {
            await works.choose(workshop.id, select.value);
            await reload();
          });
        },
      },
    },
    h("label", { for: "share-group" }, texts.t("share.group")),
    select,
    h("button", { type: "submit", class: "button" }, texts.t("share.open")),
  );
  return form;
}

/** Say in `place` what went wrong. */
async function trying(texts, place, act) {
  try {
    await act();
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    place.append(failureNotice(texts, failure));
  }
}

/** What somebody made before they had a group stays theirs; it can be added to the group's. */
function ownWork({ piece, texts, announce }) {
  if (!piece.share.own) return null;
  const line = h("p", {}, texts.t("share.own"), " ");
  const add = async () => {
    await trying(texts, line, async () => {
      piece.change(await piece.own());
      button.remove();
      announce(texts.t("share.added"));
    });
  };
  const button = h("button", { type: "button", class: "button", on: { click: add } }, texts.t("share.add"));
  line.append(button);
  return line;
}

/** The words that members wrote over one another's, each with a way back. */
function replaced({ piece, texts, lifetime }) {
  const news = h("p", { class: "workshop__message", role: "status" });
  const count = h("summary", {});
  const list = h("ul", {});
  const details = h("details", {}, count, list);
  const lines = keptInPlace(list, () => replacedLine(piece, texts));
  let told = Math.max(0, ...piece.share.replaced.map(({ id }) => id));
  piece.changed.subscribe(() => {
    const kept = piece.share.replaced.filter((one) => isAway(piece, one));
    lines.show(kept);
    details.hidden = kept.length === 0;
    count.textContent = texts.t("share.replaced", { count: kept.length });
    for (const one of piece.share.replaced.filter(({ id }) => id > told)) {
      told = Math.max(told, one.id);
      const { isMine, isByMe, isUnseen } = one;
      if (isMine || (isByMe && isUnseen)) news.textContent = texts.t("share.news", naming(texts, one));
    }
  }, lifetime);
  return [news, details];
}

/** Whether what was replaced is still not there: it may have been put back. */
function isAway({ records }, { record, field, value }) {
  const now = records[record];
  if (!now) return false;
  if (field === "removed") return Boolean(now.removed);
  return !now.removed && JSON.stringify(now[field]) !== JSON.stringify(value);
}

function naming(texts, { author, replacer, isMine, isByMe }) {
  const name = (told, isMe) => (isMe ? texts.t("share.you") : told || texts.t("share.member"));
  return { author: name(author, isMine), replacer: name(replacer, isByMe) };
}

function replacedLine(piece, texts) {
  const words = h("span", {});
  let shown;
  const bringBack = () => piece.change({ [shown.record]: { [shown.field]: shown.value } });
  const button = h(
    "button",
    { type: "button", class: "button", on: { click: bringBack } },
    texts.t("share.back"),
  );
  return {
    element: h("li", {}, words, " ", button),
    show(one) {
      shown = one;
      const isRemoved = one.field === "removed";
      const { label, who, text } = piece.records[one.record];
      const { place, value } = isRemoved ? { place: label ?? who ?? text ?? "" } : placeOf(one);
      const said = isRemoved ? "share.line.removed" : "share.line";
      words.textContent = texts.t(said, { ...naming(texts, one), place, value });
      button.setAttribute("aria-label", `${texts.t("share.back")} – ${words.textContent}`);
    },
  };
}

/** Where on the page it was written, and how it reads there: a choice has words of its own. */
function placeOf({ record, field, value }) {
  const control = document.querySelector(`[data-field="${record}.${field}"]`);
  if (!control) return { place: "", value };
  const option = [...(control.options ?? [])].find((each) => each.value === value);
  return {
    place: control.getAttribute("aria-label") ?? control.labels[0]?.textContent ?? "",
    value: option?.text ?? value,
  };
}

/** Ask what the others did, for as long as the page is looked at. */
function keepFresh(piece, trouble, { texts, lifetime }) {
  let timer;
  const again = () => {
    clearTimeout(timer);
    if (!lifetime.aborted) timer = setTimeout(ask, REFRESH_MS);
  };
  const ask = async () => {
    try {
      if (document.visibilityState === "visible") await piece.refresh();
      trouble.replaceChildren();
      again();
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      if (failure.retryable) again();
      else trouble.replaceChildren(failureNotice(texts, failure));
    }
  };
  document.addEventListener("visibilitychange", ask, { signal: lifetime });
  lifetime.addEventListener("abort", () => clearTimeout(timer));
  again();
}

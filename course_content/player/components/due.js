import { h, icon } from "../dom.js";

/**
 * Until when the work is awaited, where the platform says so.
 * @param {import("../texts.js").Texts} texts
 * @param {string} due ISO 8601, with its offset
 * @param {Date} now
 */
export function dueNotice(texts, due, now) {
  const moment = new Date(due);
  const name = moment < now ? "due.past" : "due.before";
  return h(
    "p",
    { class: "due" },
    icon("clock"),
    h("span", {}, texts.t(name, { date: texts.moment(moment) })),
  );
}

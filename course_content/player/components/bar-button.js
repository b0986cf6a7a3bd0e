/** A button of the bar that opens a dialog; on a phone only its icon is seen. */
import { h, icon } from "../dom.js";

export function barButton(name, label, open) {
  return h(
    "button",
    { type: "button", class: "bar__button", "aria-haspopup": "dialog", on: { click: open } },
    icon(name),
    h("span", { class: "bar__words" }, label),
  );
}

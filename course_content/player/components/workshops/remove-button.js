/** Taking a record away, without leaving those who use a keyboard nowhere. */
import { h, icon } from "../../dom.js";

/**
 * The focus goes on to the record beside, or to what is said when none is left.
 * @param {() => void} remove
 * @param {HTMLElement} nothing what is shown then; it can have the focus
 */
export function removeButton(remove, nothing) {
  const button = h(
    "button",
    {
      type: "button",
      class: "icon-button",
      on: {
        click() {
          const record = button.closest("tr, .sheet");
          const beside = record.nextElementSibling ?? record.previousElementSibling;
          remove();
          (beside?.querySelector(".icon-button") ?? nothing).focus();
        },
      },
    },
    icon("cross"),
  );
  return button;
}

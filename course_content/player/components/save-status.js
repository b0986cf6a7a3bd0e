/** Whether the learner's work is kept, always on the screen. */
import { h, icon } from "../dom.js";

const ICONS = { saved: "check", here: "check", saving: "clock", unsaved: "warning", off: "eye" };

/**
 * Not a live region: it changes with every keystroke. A failure is told by the shell's notice.
 * @param {import("../texts.js").Texts} texts
 * @param {import("../signal.js").Signal} status
 */
export function saveStatus(texts, status) {
  const element = h("p", { class: "save-status" });
  status.subscribe(({ state, problem }) => {
    const reason = problem ? texts.t(`problem.${problem.code}.short`) : "";
    element.dataset.state = state;
    element.replaceChildren(
      icon(ICONS[state]),
      h("span", {}, texts.t(`save.${state}`, { reason })),
    );
  });
  return element;
}

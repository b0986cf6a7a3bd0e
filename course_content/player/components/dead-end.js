/** The page for when the course cannot be opened at all, or the LMS has taken over. */
import { h, icon } from "../dom.js";
import { failureMessage } from "./failure.js";

export function showDeadEnd(root, texts, failure) {
  const heading = h("h1", { tabindex: "-1" }, texts.t(`problem.${failure.code}`));
  root.replaceChildren(
    h(
      "main",
      { class: "dead-end" },
      h("p", { class: "dead-end__mark" }, icon(failure.code === "moved" ? "leave" : "warning")),
      heading,
      failureMessage(texts, failure, { withTitle: false }),
    ),
  );
  document.title = heading.textContent;
  heading.focus();
}

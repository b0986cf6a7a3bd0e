/**
 * Tells the package around this page why the course does not open, so that it says so and leaves
 * the learner's record as it is. The words are for everybody: there is nobody to keep them from.
 */
const refusal = JSON.parse(document.getElementById("refusal").textContent);
if (window.parent !== window) {
  window.parent.postMessage({ arrimage: "dispatch", type: "refused", ...refusal }, "*");
}

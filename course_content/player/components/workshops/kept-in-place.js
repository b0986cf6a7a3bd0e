/**
 * One element for each record, in a container, in order. Those that stay are not made anew, so that
 * nobody who writes in one of them loses the focus to a change elsewhere. One that somebody else
 * removed stays for as long as one writes in it.
 *
 * @param {Element} container
 * @param {(id: string) => {element: Element, show: (record: object, index: number) => void}} make
 */
export function keptInPlace(container, make) {
  const kept = new Map();
  let isLate = false;
  const dropOthers = (ids) => {
    isLate = false;
    for (const [id, { element }] of kept) {
      if (ids.has(id)) continue;
      if (element.querySelector("input:focus, select:focus, textarea:focus")) {
        isLate = true;
        continue;
      }
      element.remove();
      kept.delete(id);
    }
  };
  let shown = new Set();
  container.addEventListener("focusout", () => isLate && setTimeout(() => dropOthers(shown)));
  return {
    /** @param {{id: string}[]} records */
    show(records) {
      shown = new Set(records.map(({ id }) => id));
      dropOthers(shown);
      records.forEach((record, index) => {
        if (!kept.has(record.id)) kept.set(record.id, make(record.id));
        const { element, show } = kept.get(record.id);
        const there = container.children[index] ?? null;
        if (there !== element) container.insertBefore(element, there);
        show(record, index);
      });
    },
    /** @returns {Element|undefined} */
    elementOf: (id) => kept.get(id)?.element,
  };
}

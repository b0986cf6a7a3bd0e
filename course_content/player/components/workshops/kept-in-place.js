/**
 * One element for each record, in a container, in order. Those that stay are not made anew, so that
 * nobody who writes in one of them loses the focus to a change elsewhere.
 *
 * @param {Element} container
 * @param {(id: string) => {element: Element, show: (record: object, index: number) => void}} make
 */
export function keptInPlace(container, make) {
  const kept = new Map();
  return {
    /** @param {{id: string}[]} records */
    show(records) {
      const ids = new Set(records.map(({ id }) => id));
      for (const [id, { element }] of kept) {
        if (ids.has(id)) continue;
        element.remove();
        kept.delete(id);
      }
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

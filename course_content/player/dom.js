/** Elements without a framework. */

const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["checked", "disabled", "selected", "value", "hidden", "open"]);

/**
 * Make an element. In `attributes`, `on` holds listeners, `html` trusted HTML (the course's own,
 * made safe when it was rendered), and a value of null, undefined or false leaves one out.
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children.flat().filter(isShown));
  return element;
}

/** What a condition left out is null, undefined or false. */
function isShown(child) {
  return child !== null && child !== undefined && child !== false;
}

function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") {
    for (const [event, listener] of Object.entries(value)) {
      element.addEventListener(event, listener);
    }
  } else if (name === "html") {
    element.innerHTML = value;
  } else if (PROPERTIES.has(name)) {
    element[name] = value;
  } else {
    element.setAttribute(name, value === true ? "" : value);
  }
}

/** Shapes on a grid of 20 by 20, drawn with a stroke. */
const ICONS = {
  check: "M4 10.5l4 4 8-9",
  cross: "M5 5l10 10M15 5L5 15",
  partial: "M4 10h12",
  ring: "M10 4a6 6 0 1 0 0 12a6 6 0 1 0 0-12",
  menu: "M3 5h14M3 10h14M3 15h9",
  previous: "M12 4l-6 6 6 6",
  next: "M8 4l6 6-6 6",
  up: "M4 13l6-6 6 6",
  down: "M4 7l6 6 6-6",
  warning: "M10 3l8 14H2zM10 8v4M10 14.4v.2",
  clock: "M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14M10 6v4l3 2",
  leave: "M8 4H4v12h4M9 10h8M14 7l3 3-3 3",
  undo: "M4 8h8a4 4 0 0 1 0 8H8M4 8l4-4M4 8l4 4",
  redo: "M16 8H8a4 4 0 0 0 0 8h4M16 8l-4-4M16 8l-4 4",
  download: "M10 3v10M6 9l4 4 4-4M4 17h12",
  upload: "M10 14V4M6 8l4-4 4 4M4 17h12",
  print: "M6 8V3h8v5M6 15H3V8h14v7h-3M6 12h8v5H6z",
  reading: "M2 16L6.5 4L11 16M3.5 12h6M12 16l3-8l3 8M13 13.5h4",
  search: "M8.5 3a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M12.5 12.5L17 17",
  book: "M10 5.5C8 4 5 4 2.5 4.5v11.5c2.5-.5 5.5-.5 7.5 1c2-1.5 5-1.5 7.5-1V4.5c-2.5-.5-5.5-.5-7.5 1v11.5",
  blank: "M5 2h7l4 4v12H5zM12 2v4h4M8 10h5M8 13h5",
  eye: "M2 10c4-6 12-6 16 0c-4 6-12 6-16 0M10 8a2 2 0 1 0 0 4a2 2 0 1 0 0-4",
};

/** An icon beside a text that says the same. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", `icon icon--${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** The words of a piece of HTML, for places that take no markup. */
export function plainText(html) {
  return new DOMParser().parseFromString(html, "text/html").body.textContent.trim();
}

/** The radar as a drawing: a dashed line for before, a full one for after, a number an axis. */
import { h } from "../../dom.js";
import { drawn, svg } from "./svg.js";

const SIZE = 560;
const MIDDLE = SIZE / 2;
const REACH = 210;
/** Positions go from 1 to 4. */
export const HIGHEST = 4;

export function radarDrawing(texts, axes) {
  const rings = Array.from({ length: HIGHEST }, (_, i) => outline(axes.map(() => i + 1)));
  const canvas = svg(
    "svg",
    {
      viewBox: `0 0 ${SIZE} ${SIZE}`,
      class: "radar-drawing",
      role: "img",
      "aria-label": texts.t("radar.drawing"),
    },
    ...rings.map((points) => svg("polygon", { class: "radar-drawing__ring", points })),
    ...axes.map((_axis, index) => spoke(index, axes.length)),
    figure("before", axes),
    figure("after", axes),
    ...axes.map(({ number }, index) => label(number, index, axes.length)),
  );
  return drawn(canvas, texts, legend(texts, axes));
}

function point(level, index, count) {
  const angle = (2 * Math.PI * index) / count - Math.PI / 2;
  const distance = (REACH * level) / HIGHEST;
  return [MIDDLE + distance * Math.cos(angle), MIDDLE + distance * Math.sin(angle)];
}

function outline(levels) {
  return levels.map((level, index) => point(level, index, levels.length).join(",")).join(" ");
}

/** Axes that are not rated yet stay in the middle. */
function figure(moment, axes) {
  const points = outline(axes.map((axis) => axis[moment] ?? 0));
  return svg("polygon", { class: `radar-drawing__figure radar-drawing__figure--${moment}`, points });
}

function spoke(index, count) {
  const [x2, y2] = point(HIGHEST, index, count);
  return svg("line", { class: "radar-drawing__spoke", x1: MIDDLE, y1: MIDDLE, x2, y2 });
}

function label(number, index, count) {
  const [x, y] = point(HIGHEST * 1.14, index, count);
  return svg("text", { x, y: y + 7, "text-anchor": "middle" }, String(number));
}

function legend(texts, axes) {
  return h(
    "figcaption",
    {},
    h(
      "ul",
      { class: "legend" },
      h("li", { "data-moment": "before" }, texts.t("radar.before")),
      h("li", { "data-moment": "after" }, texts.t("radar.after")),
    ),
    h("ol", { class: "radar-names" }, axes.map(({ title }) => h("li", {}, title))),
  );
}

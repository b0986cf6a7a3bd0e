/** The grid and the circles of salience as drawings; the lists beside them say the same. */
import { HIGHEST, SALIENCE_CLASSES, isForgotten, salience } from "./salience.js";
import { drawn, lines, svg } from "./svg.js";

const WIDTH = 720;
const HEIGHT = 600;
const MARGIN = 64;
const SIDE = { x: WIDTH - MARGIN - 16, y: HEIGHT - MARGIN - 16 };
const RADIUS_OF_DOT = 18;
const SPREAD = 2 * RADIUS_OF_DOT + 4;
const COLUMNS = [0, 1, -1];

/**
 * @param {import("../../texts.js").Texts} texts
 * @param {object[]} rated
 * @param {{names: string[], across: string}} cells the names of the cells, row by row from the top
 */
export function gridDrawing(texts, rated, { names, across }) {
  const label = texts.t("grid.drawing", { across: texts.t(`grid.${across}`) });
  const canvas = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "grid-drawing", role: "img", "aria-label": label },
    ...names.map((name, index) => cell(texts, name, index)),
    axis(texts.t("grid.power"), `translate(28 ${16 + SIDE.y / 2}) rotate(-90)`),
    axis(texts.t(`grid.${across}`), `translate(${MARGIN + SIDE.x / 2} ${HEIGHT - 16})`),
    ...dots(rated, across),
  );
  return drawn(canvas, texts);
}

function cell(texts, name, index) {
  const [column, row] = [index % 2, Math.floor(index / 2)];
  const [x, y] = [MARGIN + (column * SIDE.x) / 2, 16 + (row * SIDE.y) / 2];
  return svg(
    "g",
    { class: "grid-drawing__cell", "data-cell": name },
    svg("rect", { x, y, width: SIDE.x / 2, height: SIDE.y / 2 }),
    svg("text", { x: x + 14, y: row === 0 ? y + 28 : y + SIDE.y / 2 - 14 }, texts.t(`grid.cell.${name}`)),
  );
}

function axis(text, transform) {
  return svg("text", { class: "grid-drawing__axis", "text-anchor": "middle", transform }, text);
}

/** A number each, which the list beside the drawing explains; who share a place stand together. */
function dots(rated, across) {
  const taken = new Map();
  return rated
    .filter((rating) => rating.power !== undefined && rating[across] !== undefined)
    .map((rating) => {
      const place = `${rating.power}/${rating[across]}`;
      const before = taken.get(place) ?? 0;
      taken.set(place, before + 1);
      const x = MARGIN + ((rating[across] - 0.5) / HIGHEST) * SIDE.x;
      const y = 16 + (1 - (rating.power - 0.5) / HIGHEST) * SIDE.y;
      const [column, row] = [COLUMNS[before % 3], Math.floor(before / 3)];
      // Away from the edge, where the cell's name stands.
      const down = rating.power > HIGHEST / 2 ? row : -row;
      return svg(
        "g",
        {
          class: "grid-drawing__dot",
          "data-alert": String(isForgotten(rating)),
          transform: `translate(${x + column * SPREAD} ${y + down * SPREAD})`,
        },
        svg("circle", { r: RADIUS_OF_DOT }),
        svg("text", { y: 7, "text-anchor": "middle" }, String(rating.number)),
      );
    });
}

const CIRCLES = [
  { attribute: "hasPower", x: 270, y: 220 },
  { attribute: "hasLegitimacy", x: 450, y: 220 },
  { attribute: "hasUrgency", x: 360, y: 370 },
];
const RADIUS = 170;
/** Where the number of each class stands. */
const PLACES = {
  dormant: [190, 180],
  discretionary: [530, 180],
  demanding: [360, 480],
  dominant: [360, 150],
  dangerous: [270, 335],
  dependent: [450, 335],
  definitive: [360, 265],
};
const TITLES = { hasPower: [150, 40], hasLegitimacy: [570, 40], hasUrgency: [360, 580] };

export function salienceDrawing(texts, rated) {
  const canvas = svg(
    "svg",
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      class: "salience-drawing",
      role: "img",
      "aria-label": texts.t("grid.salience.drawing"),
    },
    ...CIRCLES.map(({ x, y, attribute }) =>
      svg("circle", { cx: x, cy: y, r: RADIUS, "data-attribute": attribute }),
    ),
    ...CIRCLES.map(({ attribute }) => circleTitle(texts, attribute)),
    ...SALIENCE_CLASSES.map((name) => classMark(texts, name, rated)),
  );
  return drawn(canvas, texts);
}

function circleTitle(texts, attribute) {
  const [x, y] = TITLES[attribute];
  return svg(
    "text",
    { class: "salience-drawing__title", "text-anchor": "middle", x, y },
    texts.t(`grid.${attribute}`),
  );
}

function classMark(texts, name, rated) {
  const [x, y] = PLACES[name];
  const members = rated.filter((rating) => salience(rating) === name).map(({ number }) => number);
  return svg(
    "g",
    {
      class: "salience-drawing__class",
      transform: `translate(${x} ${y})`,
      "data-count": members.length,
    },
    svg("text", { "text-anchor": "middle" }, texts.t(`salience.${name}`)),
    svg(
      "text",
      { class: "salience-drawing__members", "text-anchor": "middle" },
      ...lines(members.join(" "), 9, 3, 1.6),
    ),
  );
}

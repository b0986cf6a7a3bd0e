/**
 * The map as a drawing: the project in the middle, its stakeholders around it.
 *
 * Who is moved stays where they were put; the others stand on two rings, group by group. A place
 * is kept as shares of the drawing's width and height, so that it means the same on every screen.
 */
import { h } from "../../dom.js";
import { keptInPlace } from "./kept-in-place.js";
import { ties } from "./map.js";
import { drawn, lines, svg } from "./svg.js";

const WIDTH = 720;
const HEIGHT = 560;
const BOX = { width: 164, height: 64 };
const STEP = 0.02;
const ARROWS = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

/** @param {{piece, texts, lifetime: AbortSignal, open: (id: string) => void}} parts */
export function mapDrawing(parts) {
  const { piece, texts, lifetime } = parts;
  const tieLayer = svg("g", {});
  const actorLayer = svg("g", {});
  const canvas = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "map-drawing", role: "group" },
    svg("defs", {}, arrowHead()),
    tieLayer,
    project(texts),
    actorLayer,
  );
  let places = new Map();
  const nodes = keptInPlace(actorLayer, (id) => actorNode({ ...parts, canvas }, id, () => places));
  piece.changed.subscribe(() => {
    const actors = piece.all("actor");
    places = placesOf(actors);
    canvas.setAttribute("aria-label", texts.t("actors.drawing", { count: actors.length }));
    nodes.show(actors);
    tieLayer.replaceChildren(...ties(piece).map((tie) => tieLine(texts, tie, places)));
  }, lifetime);
  return drawn(canvas, texts, legend(texts));
}

/** Where each actor stands, in shares of the drawing. */
export function placesOf(actors) {
  const unplaced = actors
    .filter(({ x, y }) => typeof x !== "number" || typeof y !== "number")
    .sort((one, other) => (one.group ?? "").localeCompare(other.group ?? ""));
  const places = new Map(actors.map(({ id, x, y }) => [id, { x: within(x), y: within(y) }]));
  unplaced.forEach(({ id }, index) => {
    const angle = (2 * Math.PI * index) / unplaced.length - Math.PI / 2;
    const ring = unplaced.length > 6 && index % 2 === 1 ? 0.62 : 1;
    places.set(id, {
      x: 0.5 + 0.39 * ring * Math.cos(angle),
      y: 0.5 + 0.42 * ring * Math.sin(angle),
    });
  });
  return places;
}

function within(share) {
  return Math.min(Math.max(Number(share) || 0, 0.11), 0.89);
}

function actorNode({ piece, texts, canvas, open }, id, places) {
  const box = svg("rect", {
    width: BOX.width,
    height: BOX.height,
    x: -BOX.width / 2,
    y: -BOX.height / 2,
  });
  const words = svg("text", { "text-anchor": "middle" });
  const element = svg("g", { class: "map-drawing__actor", role: "button", tabindex: "0" }, box, words);
  let place = { x: 0.5, y: 0.5 };
  const move = (x, y, run) => piece.change({ [id]: { x: rounded(x), y: rounded(y) } }, run);
  let presses = 0;
  element.addEventListener("focus", () => {
    presses += 1;
  });
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      open(id);
    }
    const by = ARROWS[event.key];
    if (!by) return;
    event.preventDefault();
    move(place.x + by[0], place.y + by[1], `${id}.keys.${presses}`);
  });
  letDrag({ element, canvas, move: (x, y, run) => move(x, y, `${id}.${run}`) });
  return {
    element,
    show(actor) {
      place = places().get(id);
      element.setAttribute("transform", `translate(${place.x * WIDTH} ${place.y * HEIGHT})`);
      element.dataset.nature = actor.nature ?? "organisation";
      element.dataset.presence = actor.presence ?? "present";
      element.setAttribute("aria-label", described(texts, actor));
      words.replaceChildren(...lines(actor.label || texts.t("actors.nameless"), 15, 2));
    },
  };
}

function described(texts, { label, nature = "organisation", presence = "present", group }) {
  const facts = [texts.t(`actors.nature.${nature}`), texts.t(`actors.presence.${presence}`), group];
  return `${label || texts.t("actors.nameless")} (${facts.filter(Boolean).join(", ")})`;
}

function rounded(share) {
  return Math.round(within(share) * 1000) / 1000;
}

/** Dragging with a finger or a mouse; the arrow keys do the same. */
function letDrag({ element, canvas, move }) {
  let run = null;
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    run = `drag-${event.timeStamp}`;
  });
  element.addEventListener("pointermove", (event) => {
    if (run === null) return;
    const frame = canvas.getBoundingClientRect();
    const x = (event.clientX - frame.left) / frame.width;
    move(x, (event.clientY - frame.top) / frame.height, run);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    element.addEventListener(end, () => {
      run = null;
    });
  }
}

function project(texts) {
  return svg(
    "g",
    { class: "map-drawing__project", transform: `translate(${WIDTH / 2} ${HEIGHT / 2})` },
    svg("ellipse", { rx: 78, ry: 40 }),
    svg("text", { "text-anchor": "middle" }, ...lines(texts.t("actors.project"), 12, 2)),
  );
}

function arrowHead() {
  return svg(
    "marker",
    {
      id: "tie-end",
      viewBox: "0 0 10 10",
      refX: 9,
      refY: 5,
      markerWidth: 8,
      markerHeight: 8,
      orient: "auto-start-reverse",
    },
    svg("path", { d: "M0 0L10 5L0 10z" }),
  );
}

function tieLine(texts, { from, to, kind }, places) {
  const [start, end] = [from, to].map((id) => {
    const { x, y } = places.get(id);
    return [x * WIDTH, y * HEIGHT];
  });
  const [x1, y1] = edge(start, end);
  const [x2, y2] = edge(end, start);
  return svg(
    "g",
    { class: "map-drawing__tie", "data-kind": kind ?? "" },
    svg("line", { x1, y1, x2, y2, "marker-end": "url(#tie-end)" }),
    svg(
      "text",
      { x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 6, "text-anchor": "middle" },
      kind ? texts.t(`ties.kind.${kind}`) : "",
    ),
  );
}

/** Where the line towards another box leaves this one. */
function edge([x, y], [otherX, otherY]) {
  const [dx, dy] = [otherX - x, otherY - y];
  const reach = Math.min(
    dx === 0 ? Infinity : (BOX.width / 2 + 4) / Math.abs(dx),
    dy === 0 ? Infinity : (BOX.height / 2 + 4) / Math.abs(dy),
  );
  const share = Number.isFinite(reach) ? Math.min(reach, 0.5) : 0;
  return [x + dx * share, y + dy * share];
}

function legend(texts) {
  return h(
    "figcaption",
    {},
    h("p", {}, texts.t("actors.drawing.hint")),
    h(
      "ul",
      { class: "legend" },
      ["present", "silent", "absent"].map((presence) =>
        h("li", { "data-presence": presence }, texts.t(`actors.presence.${presence}`)),
      ),
    ),
  );
}

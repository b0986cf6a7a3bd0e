/**
 * A SCORM platform in a page: scorm-again is its runtime, localStorage its database.
 *
 * It starts what the manifest says, tells the SCO what the manifest says, keeps one record for
 * each SCO, writes every call down before it answers, and keeps what the SCO said only at commits
 * and at the end, like a real platform. Which edition it plays depends on `runtime.js`. The
 * address's fragment is JSON:
 *
 *   mode        "normal" | "review" | "browse"
 *   credit      "credit" | "no-credit"; that of the mode, unless it says
 *   sco         the place of the SCO to start
 *   window      "frame" | "nested" | "popup" | "foreign": where the SCO is, seen from the API;
 *               "foreign" is a window of its own whose page is of another origin
 *   navigation  what adl.nav.request_valid says; whether there is such a SCO, unless it says
 *   faults      {function or function of an element: "throw" | "false" | "absent" | an error
 *               number}: how the API misbehaves, as "LMSSetValue" or "LMSGetValue cmi.suspend_data"
 */
const options = {
  mode: "normal",
  credit: null,
  sco: 0,
  window: "frame",
  navigation: null,
  faults: {},
  ...JSON.parse(decodeURIComponent(location.hash.slice(1)) || "{}"),
};

const LEARNER = { id: "s-1", name: "Lovelace, Ada" };
const credit = () => options.credit ?? (options.mode === "normal" ? "credit" : "no-credit");

/** What an edition calls things, and what it tells a SCO at launch of what it kept. */
const SCORM_12 = {
  api: "API",
  prefix: "LMS",
  finish: "Finish",
  masteryElement: "adlcp:masteryscore",
  runtime: () => new Scorm12API({ autocommit: false, logLevel: "NONE" }),
  /** SCORM 1.2 RTE, 3.4.4. */
  launchData(kept, mastery) {
    const core = kept?.core ?? {};
    return {
      ...kept,
      core: {
        ...core,
        student_id: LEARNER.id,
        student_name: LEARNER.name,
        lesson_status: core.lesson_status ?? "not attempted",
        lesson_mode: options.mode,
        credit: credit(),
        entry: kept ? (core.exit === "suspend" ? "resume" : "") : "ab-initio",
        exit: undefined,
        session_time: undefined,
      },
      student_data: { mastery_score: mastery ?? "" },
    };
  },
};
const SCORM_2004 = {
  api: "API_1484_11",
  prefix: "",
  finish: "Terminate",
  masteryElement: "imsss:minNormalizedMeasure",
  runtime: () => new Scorm2004API({ autocommit: false, logLevel: "NONE" }),
  /** SCORM 2004 4th Edition RTE, 4.2. A session has its own time and way of leaving. */
  launchData(kept, mastery) {
    const { session_time: time, exit, ...rest } = kept ?? {};
    return {
      ...rest,
      learner_id: LEARNER.id,
      learner_name: LEARNER.name,
      mode: options.mode,
      credit: credit(),
      entry: kept ? (exit === "suspend" ? "resume" : "") : "ab-initio",
      scaled_passing_score: mastery ?? "",
    };
  },
};
const edition = typeof Scorm12API === "undefined" ? SCORM_2004 : SCORM_12;
const named = (short) => `${edition.prefix}${short}`;
const FINISH = named(edition.finish);
const FUNCTIONS = [
  named("Initialize"),
  FINISH,
  named("GetValue"),
  named("SetValue"),
  named("Commit"),
  named("GetLastError"),
  named("GetErrorString"),
  named("GetDiagnostic"),
];
const KEEPS = [named("Commit"), FINISH];

const stored = (name, otherwise) => JSON.parse(localStorage.getItem(name)) ?? otherwise;
const store = (name, value) => localStorage.setItem(name, JSON.stringify(value));

let items;
let current;

async function readItems() {
  const text = await (await fetch("course/imsmanifest.xml")).text();
  const manifest = new DOMParser().parseFromString(text, "application/xml");
  const resources = [...manifest.getElementsByTagName("resource")];
  return [...manifest.getElementsByTagName("item")]
    .filter((item) => item.hasAttribute("identifierref"))
    .map((item) => {
      const name = item.getAttribute("identifierref");
      const resource = resources.find((one) => one.getAttribute("identifier") === name);
      return {
        name: item.getAttribute("identifier"),
        launch: `course/${resource.getAttribute("href")}`,
        mastery: item.getElementsByTagName(edition.masteryElement)[0]?.textContent,
      };
    });
}

function openRuntime({ name, mastery }) {
  const runtime = edition.runtime();
  const kept = stored(`cmi:${name}`, null);
  runtime.loadFromJSON({ cmi: edition.launchData(kept, mastery) }, "");
  return runtime;
}

/** Each call under a name of its own: what was written down before is not written again. */
function recorder() {
  const session = stored("sessions", 0) + 1;
  let count = 0;
  store("sessions", session);
  return (call) => {
    store(`call.${session}.${count}`, call);
    store("latest", call.method);
    count += 1;
  };
}

/** What is asked of sequencing is answered here: this platform knows an order, and no rules. */
function sequencing(method, [element]) {
  if (edition !== SCORM_2004 || method !== "GetValue") return undefined;
  const direction = /^adl\.nav\.request_valid\.(continue|previous)$/.exec(element)?.[1];
  if (!direction) return undefined;
  return options.navigation ?? String(Boolean(items[current + (direction === "continue" ? 1 : -1)]));
}

function wrap(runtime, { name }, record) {
  const api = {};
  let request = null;
  /** The number of the error that was made up last. */
  let fault = null;
  const misbehaves = (method, [element]) =>
    options.faults[`${method} ${element}`] ?? options.faults[method];
  for (const method of FUNCTIONS.filter((one) => options.faults[one] !== "absent")) {
    api[method] = (...passed) => {
      if (fault !== null && method === named("GetLastError")) return fault;
      const kind = misbehaves(method, passed);
      fault = /^\d+$/.test(kind) ? kind : null;
      if (kind) {
        record({ method, arguments: passed, result: kind, fault: true });
        if (kind === "throw") throw new Error("The platform is broken.");
        return method === named("GetValue") ? "" : "false";
      }
      const result = sequencing(method, passed) ?? runtime[method](...passed);
      if (KEEPS.includes(method)) store(`cmi:${name}`, runtime.renderCommitCMI(method === FINISH).cmi);
      if (method === "SetValue" && passed[0] === "adl.nav.request") [, request] = passed;
      record({ method, arguments: passed, result });
      if (method === FINISH) follow(request);
      return result;
    };
  }
  return api;
}

/** Do what the SCO asked for when it took leave. */
function follow(request) {
  const way = { continue: 1, previous: -1 }[request];
  if (way && items[current + way]) setTimeout(() => play(current + way));
}

/** Start a SCO, as its entry in a platform's outline does: the one that runs is taken away. */
function play(place) {
  document.querySelector("iframe")?.remove();
  current = place;
  const item = items[place];
  window[edition.api] = wrap(openRuntime(item), item, recorder());
  if (options.window === "popup") offer(item.launch);
  else if (options.window === "foreign") offer(foreign(item.launch));
  else show(item.launch);
}

function show(launch) {
  const frame = document.createElement("iframe");
  frame.name = "sco";
  frame.title = "Course";
  if (options.window === "nested") {
    frame.srcdoc = `<iframe name="inner" title="Course" src="${launch}"
      style="width: 100%; height: 95vh; border: 0"></iframe>`;
  } else {
    frame.src = launch;
  }
  document.body.append(frame);
}

/** The same server under another name is another origin; the SCO in its frame is of this one. */
function foreign(launch) {
  const around = new URL("around.html", location.href);
  around.hostname = "portal.test";
  around.hash = encodeURIComponent(new URL(launch, location.href).href);
  return around.href;
}

function offer(launch) {
  const button = document.createElement("button");
  button.textContent = "Open the course";
  button.addEventListener("click", () => window.open(launch, "sco", "width=900,height=700"));
  document.body.append(button);
}

async function start() {
  items = await readItems();
  play(options.sco);
}

start();

/**
 * A SCORM 2004 platform in a page: scorm-again is its runtime, localStorage its database.
 *
 * It starts what the manifest says, keeps one record for each SCO, writes every call down before
 * it answers, and keeps what the SCO said only at Commit and Terminate. The address's fragment is
 * JSON: `mode` as in cmi.mode, and `sco`, the place of the SCO to start.
 */
const FUNCTIONS = [
  "Initialize",
  "Terminate",
  "GetValue",
  "SetValue",
  "Commit",
  "GetLastError",
  "GetErrorString",
  "GetDiagnostic",
];
/** What is told to the next session, and not: a session has its own time and way of leaving. */
const OF_A_SESSION = ["session_time", "exit"];

const options = {
  mode: "normal",
  sco: 0,
  ...JSON.parse(decodeURIComponent(location.hash.slice(1)) || "{}"),
};
const stored = (name, otherwise) => JSON.parse(localStorage.getItem(name)) ?? otherwise;
const store = (name, value) => localStorage.setItem(name, JSON.stringify(value));

async function readItem() {
  const text = await (await fetch("course/imsmanifest.xml")).text();
  const manifest = new DOMParser().parseFromString(text, "application/xml");
  const items = [...manifest.getElementsByTagName("item")];
  const item = items.filter((one) => one.hasAttribute("identifierref"))[options.sco];
  const resource = [...manifest.getElementsByTagName("resource")].find(
    (one) => one.getAttribute("identifier") === item.getAttribute("identifierref"),
  );
  const measure = item.getElementsByTagName("imsss:minNormalizedMeasure")[0];
  return {
    name: item.getAttribute("identifier"),
    launch: `course/${resource.getAttribute("href")}`,
    passing: measure?.textContent,
  };
}

function openRuntime({ name, passing }) {
  const runtime = new Scorm2004API({ autocommit: false, logLevel: "NONE" });
  const kept = stored(`cmi:${name}`, {});
  for (const element of OF_A_SESSION) delete kept[element];
  runtime.loadFromJSON(
    {
      cmi: {
        ...kept,
        learner_id: "s-1",
        learner_name: "Lovelace, Ada",
        mode: options.mode,
        credit: options.mode === "normal" ? "credit" : "no-credit",
        entry: kept.suspend_data ? "resume" : "ab-initio",
        scaled_passing_score: passing ?? "",
      },
    },
    "",
  );
  return runtime;
}

function wrap(runtime, name) {
  const session = stored("sessions", 0) + 1;
  store("sessions", session);
  const api = {};
  for (const method of FUNCTIONS) {
    api[method] = (...passed) => {
      const result = runtime[method](...passed);
      if (method === "Commit" || method === "Terminate") {
        store(`cmi:${name}`, runtime.renderCommitCMI(method === "Terminate").cmi);
      }
      store("calls", [
        ...stored("calls", []),
        { session, method, arguments: passed, result, error: runtime.GetLastError() },
      ]);
      return result;
    };
  }
  return api;
}

async function start() {
  const item = await readItem();
  window.API_1484_11 = wrap(openRuntime(item), item.name);
  const frame = document.createElement("iframe");
  frame.name = "sco";
  frame.title = "Course";
  frame.src = item.launch;
  document.body.append(frame);
}

start();

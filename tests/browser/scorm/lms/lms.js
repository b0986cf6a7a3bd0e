/**
 * A SCORM 1.2 platform in a page: scorm-again is its runtime, localStorage its database.
 *
 * It starts what the manifest says, tells the SCO what the manifest says, writes every call
 * down before it answers, and keeps what the SCO said only at LMSCommit and LMSFinish, like a
 * real platform. The address's fragment is JSON:
 *
 *   mode    "normal" | "review" | "browse"
 *   window  "frame" | "nested" | "popup": where the SCO is, seen from the API
 *   faults  {LMSFunction: "throw" | "false" | "absent"}: how the API misbehaves
 */
const FUNCTIONS = [
  "LMSInitialize",
  "LMSFinish",
  "LMSGetValue",
  "LMSSetValue",
  "LMSCommit",
  "LMSGetLastError",
  "LMSGetErrorString",
  "LMSGetDiagnostic",
];
const options = {
  mode: "normal",
  window: "frame",
  faults: {},
  ...JSON.parse(decodeURIComponent(location.hash.slice(1)) || "{}"),
};

const stored = (name, otherwise) => JSON.parse(localStorage.getItem(name)) ?? otherwise;
const store = (name, value) => localStorage.setItem(name, JSON.stringify(value));

async function readManifest() {
  const text = await (await fetch("course/imsmanifest.xml")).text();
  const manifest = new DOMParser().parseFromString(text, "application/xml");
  const item = manifest.getElementsByTagName("item")[0];
  const resource = [...manifest.getElementsByTagName("resource")].find(
    (one) => one.getAttribute("identifier") === item.getAttribute("identifierref"),
  );
  return {
    launch: `course/${resource.getAttribute("href")}`,
    mastery: item.getElementsByTagName("adlcp:masteryscore")[0]?.textContent ?? "",
  };
}

/** What a platform tells a SCO at launch (SCORM 1.2 RTE, 3.4.4), from what it kept. */
function launchData(mastery) {
  const kept = stored("cmi", null);
  const core = kept?.core ?? {};
  const entry = kept ? (core.exit === "suspend" ? "resume" : "") : "ab-initio";
  return {
    ...kept,
    core: {
      ...core,
      student_id: "s-1",
      student_name: "Lovelace, Ada",
      lesson_status: core.lesson_status ?? "not attempted",
      lesson_mode: options.mode,
      credit: options.mode === "normal" ? "credit" : "no-credit",
      entry,
      exit: undefined,
      session_time: undefined,
    },
    student_data: { mastery_score: mastery },
  };
}

function openRuntime(mastery) {
  const runtime = new Scorm12API({ autocommit: false, logLevel: "NONE" });
  runtime.loadFromJSON({ cmi: launchData(mastery) }, "");
  return runtime;
}

/** Each call under a name of its own: what was written down before is not written again. */
function recorder() {
  const session = stored("sessions", 0) + 1;
  let count = 0;
  store("sessions", session);
  return (method, passed, result) => {
    store(`call.${session}.${count}`, { method, arguments: passed, result });
    store("latest", method);
    count += 1;
  };
}

function wrap(runtime, record) {
  const api = {};
  for (const method of FUNCTIONS.filter((name) => options.faults[name] !== "absent")) {
    api[method] = (...passed) => {
      const fault = options.faults[method];
      if (fault) {
        record(method, passed, fault);
        if (fault === "throw") throw new Error("The platform is broken.");
        return fault;
      }
      const result = runtime[method](...passed);
      if (method === "LMSCommit" || method === "LMSFinish") {
        store("cmi", runtime.renderCommitCMI(method === "LMSFinish").cmi);
      }
      record(method, passed, result);
      return result;
    };
  }
  return api;
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

function offer(launch) {
  const button = document.createElement("button");
  button.textContent = "Open the course";
  button.addEventListener("click", () => window.open(launch, "sco", "width=900,height=700"));
  document.body.append(button);
}

async function start() {
  const { launch, mastery } = await readManifest();
  window.API = wrap(openRuntime(mastery), recorder());
  if (options.window === "popup") {
    offer(launch);
  } else {
    show(launch);
  }
}

start();

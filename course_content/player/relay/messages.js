/**
 * What a dispatch package and the course in its frame say to one another.
 *
 * Two windows of two origins. The frame says hello, the package answers with a port: whatever
 * comes later goes through it, where no other window can speak. Of what comes in, only what has
 * the right shape is heard; what it may say to a platform is looked at in record.js.
 *
 * Through windows: `hello` and `refused` from the frame, `welcome` from the package. Through the
 * port: `value` and `keep` from the frame, `kept` from the package.
 */
const NAME = "dispatch";
const LONGEST_WORDS = 600;
/** What a refusal says, in words for the learner. */
export const REFUSAL = ["title", "cause", "remedy", "mender", "reference"];

const isText = (value) => typeof value === "string";

function isOurs(data, type) {
  return data !== null && typeof data === "object" && data.arrimage === NAME && data.type === type;
}

export const hello = () => ({ arrimage: NAME, type: "hello" });
export const isHello = (data) => isOurs(data, "hello");

export const welcome = (values) => ({ arrimage: NAME, type: "welcome", values });

export function isWelcome(data) {
  const values = isOurs(data, "welcome") ? data.values : null;
  return values !== null && typeof values === "object" && Object.values(values).every(isText);
}

/** @returns {Record<string, string>|null} the words of a refusal */
export function refusalIn(data) {
  if (!isOurs(data, "refused")) return null;
  const words = REFUSAL.map((name) => [name, data[name]]);
  const isWhole = words.every(([, said]) => isText(said) && said.length <= LONGEST_WORDS);
  return isWhole ? Object.fromEntries(words) : null;
}

export const value = (name, text) => ({ type: "value", name, text });

export function isValue(data) {
  return data?.type === "value" && isText(data.name) && isText(data.text);
}

export const keep = (id) => ({ type: "keep", id });
export const isKeep = (data) => data?.type === "keep" && Number.isSafeInteger(data.id);

/** @param {Failure|undefined} failure what stood in the way, of all or of a part of it */
export function kept(id, isKept, failure) {
  const { retryable, detail, reference } = failure ?? {};
  return { type: "kept", id, isKept, problem: failure && { retryable, detail, reference } };
}

export const isKept = (data) => data?.type === "kept" && Number.isSafeInteger(data.id);

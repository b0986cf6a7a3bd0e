/**
 * What a learner told the LMS that they prefer (cmi5, 11). The languages are not among what there
 * is to obey: a package has one.
 *
 * @param {{audioPreference?: string}} preferences
 * @param {Document} document
 */
export function obeyPreferences({ audioPreference }, document) {
  if (audioPreference !== "off") return;
  const muted = new WeakSet();
  const mute = ({ target }) => {
    // At the start only: who turns the sound on wants to hear it.
    if (!muted.has(target)) target.muted = true;
    muted.add(target);
  };
  document.addEventListener("play", mute, true);
}

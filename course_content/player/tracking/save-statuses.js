/** One status of several things that are saved apart: the one that needs most attention. */
import { Signal } from "../signal.js";

const CALM_TO_ALARMING = ["off", "saved", "saving", "unsaved"];

/** @param {...Signal} signals each a SaveStatus */
export function combined(...signals) {
  const worst = () =>
    signals
      .map(({ value }) => value)
      .reduce((one, other) => (alarm(other) > alarm(one) ? other : one));
  const all = new Signal(worst());
  for (const signal of signals) signal.subscribe(() => all.set(worst()));
  return all;
}

function alarm({ state, problem }) {
  return CALM_TO_ALARMING.indexOf(state) + (problem ? CALM_TO_ALARMING.length : 0);
}

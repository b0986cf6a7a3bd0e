/** The oldest browsers that the course is for (docs/adr/0004-javascript-build.md). */
export const BROWSERS = ["chrome109", "firefox115", "safari15.4"];

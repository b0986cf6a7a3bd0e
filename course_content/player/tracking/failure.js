/**
 * Something could not be kept, or not be had.
 *
 * `code` names the texts that tell the learner what happened and what to do (`problem.<code>` and
 * `problem.<code>.remedy`); a server or an LMS may have said more in `detail`, `remedy` and
 * `reference`, and a server names why in `reason`. `retryable` means that the same may succeed
 * later without anybody's help. `works` are those that an LMS has no room for: their titles, and
 * whether this browser keeps them.
 */
export class Failure extends Error {
  constructor(
    code,
    { retryable = false, detail = "", remedy = "", reference = "", reason = "", works = null } = {},
  ) {
    super(detail || code);
    this.name = "Failure";
    this.code = code;
    this.retryable = retryable;
    this.detail = detail;
    this.remedy = remedy;
    this.reference = reference;
    this.reason = reason;
    this.works = works;
  }
}

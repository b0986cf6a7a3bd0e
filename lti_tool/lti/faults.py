"""Why a login or a launch is refused: one code for each cause."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with a login or a launch. ``services.refusals`` puts it in words."""

    LOGIN_INCOMPLETE = "login_incomplete"
    PLATFORM_UNKNOWN = "platform_unknown"
    PLATFORM_SUSPENDED = "platform_suspended"
    CLIENT_UNKNOWN = "client_unknown"
    CLIENT_AMBIGUOUS = "client_ambiguous"
    TARGET_FOREIGN = "target_foreign"
    PLATFORM_ERROR = "platform_error"
    LAUNCH_INCOMPLETE = "launch_incomplete"
    STATE_UNKNOWN = "state_unknown"
    STATE_EXPIRED = "state_expired"
    STATE_USED = "state_used"
    BROWSER_DIFFERENT = "browser_different"
    STORAGE_SILENT = "storage_silent"
    NONCE_DIFFERENT = "nonce_different"
    UNREADABLE = "unreadable"
    ALGORITHM_REFUSED = "algorithm_refused"
    KEY_UNNAMED = "key_unnamed"
    KEY_UNKNOWN = "key_unknown"
    KEYS_UNREACHABLE = "keys_unreachable"
    SIGNATURE_WRONG = "signature_wrong"
    TIME_MISSING = "time_missing"
    EXPIRED = "expired"
    EARLY = "early"
    ISSUER_WRONG = "issuer_wrong"
    AUDIENCE_WRONG = "audience_wrong"
    VERSION_WRONG = "version_wrong"
    MESSAGE_UNKNOWN = "message_unknown"
    DEPLOYMENT_UNKNOWN = "deployment_unknown"
    CLAIM_WRONG = "claim_wrong"
    COURSE_UNKNOWN = "course_unknown"
    TEACHERS_ONLY = "teachers_only"
    REVIEW_FOREIGN = "review_foreign"
    REVIEW_UNKNOWN = "review_unknown"
    ADMINISTRATION_CLOSED = "administration_closed"
    ADMINISTRATORS_ONLY = "administrators_only"
    EXPORTS_CLOSED = "exports_closed"
    DESIGNERS_ONLY = "designers_only"
    SELECTION_EXPIRED = "selection_expired"
    NOTICE_UNREADABLE = "notice_unreadable"
    NOTICE_FORGED = "notice_forged"


class LaunchRefused(Exception):
    """A login or launch that goes no further.

    ``detail`` is for whoever reads the log: it names claims and addresses, and never
    holds a token nor anything about a person. ``issuer`` is the platform's, where it is
    known by then.
    """

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(f"{fault}: {detail}" if detail else str(fault))
        self.fault = fault
        self.detail = detail
        self.issuer: str | None = None

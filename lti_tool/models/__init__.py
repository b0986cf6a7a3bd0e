"""The tables. Services import them from here."""

from lti_tool.models.administration import (
    THE_PASSWORD,
    AdministratorPassword,
    AdministratorSession,
    AdministratorTicket,
    KnownBrowser,
    SignInTries,
)
from lti_tool.models.base import Base, UtcDateTime, now
from lti_tool.models.dispatch import DispatchLicence, DispatchSeat
from lti_tool.models.exports import ExportJob, ExportPackage, ExportSend, JobState
from lti_tool.models.grades import (
    DeliveryState,
    GradeDelivery,
    LineItem,
    LineItemState,
    Maker,
    PlatformHealth,
)
from lti_tool.models.groups import CourseGroup, GroupMembership, GroupOrigin
from lti_tool.models.learning import (
    Answer,
    Attempt,
    Context,
    Grading,
    Learner,
    Membership,
    Progress,
    ResourceLink,
    Standing,
    WindowSession,
)
from lti_tool.models.names import folded_name
from lti_tool.models.notices import Notice, NoticeSubscription
from lti_tool.models.platform import (
    ConsumerKey,
    ContentSelection,
    Deployment,
    Invitation,
    KeptToken,
    KnownPlatform,
    Platform,
    Refusal,
    ToolKey,
    ToolSecret,
    UsedLogin,
)
from lti_tool.models.reading import ActivityAnalysis, ClassLine
from lti_tool.models.submissions import (
    Submission,
    SubmissionMember,
    SubmissionState,
    holder_of,
)
from lti_tool.models.syncs import (
    Decision,
    GradeSync,
    GradeSyncLine,
    HandMadeGrade,
    NightlySync,
)
from lti_tool.models.terms import OF_CLASS, Term
from lti_tool.models.works import GroupChoice, GroupWork, LearnerWork, Replacement

__all__ = [
    "OF_CLASS",
    "THE_PASSWORD",
    "ActivityAnalysis",
    "AdministratorPassword",
    "AdministratorSession",
    "AdministratorTicket",
    "Answer",
    "Attempt",
    "Base",
    "ClassLine",
    "ConsumerKey",
    "ContentSelection",
    "Context",
    "CourseGroup",
    "Decision",
    "DeliveryState",
    "Deployment",
    "DispatchLicence",
    "DispatchSeat",
    "ExportJob",
    "ExportPackage",
    "ExportSend",
    "GradeDelivery",
    "GradeSync",
    "GradeSyncLine",
    "Grading",
    "GroupChoice",
    "GroupMembership",
    "GroupOrigin",
    "GroupWork",
    "HandMadeGrade",
    "Invitation",
    "JobState",
    "KeptToken",
    "KnownBrowser",
    "KnownPlatform",
    "Learner",
    "LearnerWork",
    "LineItem",
    "LineItemState",
    "Maker",
    "Membership",
    "NightlySync",
    "Notice",
    "NoticeSubscription",
    "Platform",
    "PlatformHealth",
    "Progress",
    "Refusal",
    "Replacement",
    "ResourceLink",
    "SignInTries",
    "Standing",
    "Submission",
    "SubmissionMember",
    "SubmissionState",
    "Term",
    "ToolKey",
    "ToolSecret",
    "UsedLogin",
    "UtcDateTime",
    "WindowSession",
    "folded_name",
    "holder_of",
    "now",
]

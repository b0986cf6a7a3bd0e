"""LTI 1.3: the one room that knows PyLTI1p3, and what platforms really do.

The rest of the tool sees our own words only: ``Launch``, ``Fault``, ``Score``.
"""

from lti_tool.lti.claims import UNSTORABLE, web_address
from lti_tool.lti.deep_linking import (
    Answer,
    ContentItem,
    DeepLinkingSettings,
    deep_linking_response,
)
from lti_tool.lti.faults import Fault, LaunchRefused
from lti_tool.lti.groups import (
    GROUP_IDS,
    GROUP_IDS_VARIABLE,
    GROUP_SCOPE,
    Group,
    GroupsClient,
    GroupsService,
)
from lti_tool.lti.guard import Guard
from lti_tool.lti.http import Unreachable, call, origin_of
from lti_tool.lti.key_sets import KeySets
from lti_tool.lti.launch import (
    DEEP_LINK,
    RESOURCE_LINK,
    SUBMISSION_REVIEW,
    Launch,
    ReviewRequest,
    is_ours,
    query_of,
    verify_launch,
)
from lti_tool.lti.line_items import (
    LINE_ITEM_READ_SCOPE,
    LINE_ITEM_SCOPE,
    RESULT_SCOPE,
    Column,
    LineItemClient,
    NewColumn,
    Result,
)
from lti_tool.lti.migration import OlderIds
from lti_tool.lti.notice_offers import CONTEXT_COPY, HELLO, NOTICE_SCOPE, NoticeOffer
from lti_tool.lti.notices import (
    Notice,
    NoticeClient,
    NoticeServiceError,
    parties_of,
    verify_notice,
)
from lti_tool.lti.registration import (
    CUSTOM_PARAMETERS,
    GivenRegistration,
    PlatformConfiguration,
    RegistrationFault,
    RegistrationRefused,
    ToolAddresses,
    read_configuration,
    register,
)
from lti_tool.lti.roles import Role
from lti_tool.lti.rosters import ROSTER_SCOPE, Member, MemberStatus, Roster, RosterClient
from lti_tool.lti.scores import SCORE_SCOPE, Outdated, Refused, Score, ScoreClient
from lti_tool.lti.services import ServiceError, ServiceFault, next_page
from lti_tool.lti.signing import ALGORITHM, KeySource, SigningKey
from lti_tool.lti.tokens import (
    AccessToken,
    NoToken,
    ScoreError,
    Temporary,
    TokenClient,
    TokenStore,
    trusted_origins,
)

__all__ = [
    "ALGORITHM",
    "CONTEXT_COPY",
    "CUSTOM_PARAMETERS",
    "DEEP_LINK",
    "GROUP_IDS",
    "GROUP_IDS_VARIABLE",
    "GROUP_SCOPE",
    "HELLO",
    "LINE_ITEM_READ_SCOPE",
    "LINE_ITEM_SCOPE",
    "NOTICE_SCOPE",
    "RESOURCE_LINK",
    "RESULT_SCOPE",
    "ROSTER_SCOPE",
    "SCORE_SCOPE",
    "SUBMISSION_REVIEW",
    "UNSTORABLE",
    "AccessToken",
    "Answer",
    "Column",
    "ContentItem",
    "DeepLinkingSettings",
    "Fault",
    "GivenRegistration",
    "Group",
    "GroupsClient",
    "GroupsService",
    "Guard",
    "KeySets",
    "KeySource",
    "Launch",
    "LaunchRefused",
    "LineItemClient",
    "Member",
    "MemberStatus",
    "NewColumn",
    "NoToken",
    "Notice",
    "NoticeClient",
    "NoticeOffer",
    "NoticeServiceError",
    "OlderIds",
    "Outdated",
    "PlatformConfiguration",
    "Refused",
    "RegistrationFault",
    "RegistrationRefused",
    "Result",
    "ReviewRequest",
    "Role",
    "Roster",
    "RosterClient",
    "Score",
    "ScoreClient",
    "ScoreError",
    "ServiceError",
    "ServiceFault",
    "SigningKey",
    "Temporary",
    "TokenClient",
    "TokenStore",
    "ToolAddresses",
    "Unreachable",
    "call",
    "deep_linking_response",
    "is_ours",
    "next_page",
    "origin_of",
    "parties_of",
    "query_of",
    "read_configuration",
    "register",
    "trusted_origins",
    "verify_launch",
    "verify_notice",
    "web_address",
]

"""Links to the tool, for a cartridge that holds no content of its own."""

from __future__ import annotations

from typing import Final

from lxml import etree

from scorm_packages.manifest import XSI, add, qualified, start

LTI_LINK: Final = "http://www.imsglobal.org/xsd/imslticc_v1p3"
BASIC_LTI: Final = "http://www.imsglobal.org/xsd/imsbasiclti_v1p0"
LTI_MESSAGE: Final = "http://www.imsglobal.org/xsd/imslticm_v1p0"
LTI_PLATFORM: Final = "http://www.imsglobal.org/xsd/imslticp_v1p0"
LAUNCH_PATH: Final = "/lti/launch"

_LOCATIONS: Final = (
    (LTI_LINK, "http://www.imsglobal.org/xsd/lti/ltiv1p3/imslticc_v1p3.xsd"),
    (BASIC_LTI, "http://www.imsglobal.org/xsd/lti/ltiv1p0/imsbasiclti_v1p0p1.xsd"),
    (LTI_MESSAGE, "http://www.imsglobal.org/xsd/lti/ltiv1p0/imslticm_v1p0.xsd"),
    (LTI_PLATFORM, "http://www.imsglobal.org/xsd/lti/ltiv1p0/imslticp_v1p0.xsd"),
)


def link(address: str, title: str, description: str, custom: dict[str, str]) -> etree._Element:
    """Describe a link (IMS LTI 1.1 Implementation Guide, 4.3) to the tool at ``address``.

    ``custom`` are the parameters that say what to open, as the tool's own links have them.
    """
    prefixes = {"blti": BASIC_LTI, "lticm": LTI_MESSAGE, "lticp": LTI_PLATFORM, "xsi": XSI}
    root = start(LTI_LINK, "cartridge_basiclti_link", prefixes)
    locations = " ".join(f"{space} {place}" for space, place in _LOCATIONS)
    root.set(qualified(XSI, "schemaLocation"), locations)
    add(root, "title", title, namespace=BASIC_LTI)
    if description:
        add(root, "description", description, namespace=BASIC_LTI)
    parameters = add(root, "custom", namespace=BASIC_LTI)
    for name, value in custom.items():
        add(parameters, "property", value, {"name": name}, namespace=LTI_MESSAGE)
    launch = f"{address.rstrip('/')}{LAUNCH_PATH}"
    add(root, "launch_url", launch, namespace=BASIC_LTI)
    add(root, "secure_launch_url", launch, namespace=BASIC_LTI)
    vendor = add(root, "vendor", namespace=BASIC_LTI)
    add(vendor, "code", "arrimage", namespace=LTI_PLATFORM)
    add(vendor, "name", "Arrimage", namespace=LTI_PLATFORM)
    return root

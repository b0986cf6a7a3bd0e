"""A class whose platform gives the list of it, on a server of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lti_tool.models import Context, Platform, ToolKey
from tests.functional.instructor.registrar import Registrar, person
from tests.functional.launch.lms import Server
from tests.functional.school import School


@pytest.fixture
def server() -> Iterator[Server]:
    with Server().running() as running:
        yield running


@pytest.fixture(scope="session")
def tool_key() -> str:
    """A key of the tool's, made once: to make one takes longer than most of these tests."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def registrar(school: School, server: Server, tool_key: str) -> Registrar:
    """The list of the school's class, whose three students all launched before."""
    registrar = Registrar(server)
    registrar.members = [
        person(1, name="Zoé Martin"),
        person(2, name="Émile Noël"),
        person(3, name="Noa Petit"),
    ]
    with school.database.transaction() as db:
        db.add(ToolKey(kid="key-1", serial=1, private_pem=tool_key))
        platform = db.get_one(Platform, school.seeded.platform_id)
        platform.token_url = f"{server.url}/token"
        db.get_one(Context, school.seeded.context_pk).memberships_url = registrar.url
    return registrar

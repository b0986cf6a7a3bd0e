"""Courses boxed for tests, and what is in the box."""

import json
import re
import zipfile

from lxml import etree

from scorm_packages.options import Options
from scorm_packages.package import file_name
from scorm_packages.rendered import RenderedCourse
from scorm_packages.zips import Workshop


def box(course, package_format, out, language="fr", *, partner=None, progress=None, **choices):
    """Write a course that need not lie in files, and return the package."""
    rendered = RenderedCourse(course, language)
    if partner is not None:
        rendered = rendered.for_partner(partner)
    name = file_name(course.slug, course.version, language, package_format.name)
    target = out / f"{name}{package_format.suffix}"
    workshop = Workshop(progress=progress) if progress else Workshop()
    package_format.write(rendered, Options(language=language, **choices), target, workshop)
    return target


def names(package):
    with zipfile.ZipFile(package) as archive:
        return set(archive.namelist())


def content(package, name):
    with zipfile.ZipFile(package) as archive:
        return archive.read(name)


def manifest(package, name="imsmanifest.xml"):
    return etree.fromstring(content(package, name))


def boot(package, page="index.html"):
    """What a page of the package tells the player."""
    text = content(package, page).decode()
    return json.loads(re.search(r'id="boot">(.*?)</script>', text, re.DOTALL)[1])


def leftovers(folder):
    return sorted(path.name for path in folder.iterdir())

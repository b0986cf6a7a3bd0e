"""What checks find in packages, in French.

The checks speak English (``scorm_packages.checks``). What they have to say of a package of ours
is put into French here, the language in which the catalogues are kept, by the sentence; a page
translates it. Anything else is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lti_tool.services.refusals import N_


@dataclass(frozen=True, slots=True)
class Said:
    """A text in French with the values that go into it, or as it was written, in English."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)
    is_translated: bool = True


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile(english, re.ASCII)


_QUESTION: Final = r"Question (?P<number>\d+): "
FINDINGS: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (_pattern(english), french)
    for english, french in (
        (
            _QUESTION + r"cartridges cannot ask for pairs: it became (?P<count>\d+) questions, .*",
            N_(
                "Question %(number)s\u00a0: une cartouche ne sait pas faire associer. Elle devient "
                "%(count)s questions, une par paire."
            ),
        ),
        (
            _QUESTION
            + r"cartridges cannot ask for an order: it became (?P<count>\d+) questions, .*",
            N_(
                "Question %(number)s\u00a0: une cartouche ne sait pas faire ordonner. Elle devient "
                "%(count)s questions, une par élément."
            ),
        ),
        (
            _QUESTION + r"only a wholly right answer scores: .*",
            N_(
                "Question %(number)s\u00a0: seule une réponse entièrement juste compte. Une "
                "cartouche ne connaît pas les points partiels."
            ),
        ),
        (
            _QUESTION + r"accents and spaces have to be exact: .*",
            N_(
                "Question %(number)s\u00a0: les accents et les espaces doivent être exacts. Une "
                "cartouche ne tolère que la casse."
            ),
        ),
        (
            _QUESTION + r"cartridges know no tolerance: what is accepted are the numbers "
            r"from (?P<low>\S+) to (?P<high>\S+) with at most (?P<decimals>\d+) decimals\.",
            N_(
                "Question %(number)s\u00a0: une cartouche ne connaît pas de tolérance. Sont "
                "acceptés les nombres de %(low)s à %(high)s, avec %(decimals)s décimales au plus."
            ),
        ),
        (
            _QUESTION + r"cartridges know no tolerance: it became an open question, .*",
            N_(
                "Question %(number)s\u00a0: une cartouche ne connaît pas de tolérance. Elle "
                "devient une question ouverte, que quelqu’un corrige."
            ),
        ),
        (
            _QUESTION + r"it has two choices, which cartridges know as true or false only: .*",
            N_(
                "Question %(number)s\u00a0: elle a deux choix, ce qu’une cartouche ne connaît que "
                "comme vrai ou faux. Certaines plateformes montrent ces mots au lieu des choix."
            ),
        ),
        (
            r"The quiz counts for nothing in the course, but does in a cartridge\.",
            N_("Le questionnaire ne compte pas dans le cours, mais compte dans une cartouche."),
        ),
        (
            r"Cartridges allow (?P<most>\d+) attempts at most, or any number\.",
            N_("Une cartouche permet %(most)s essais au plus, ou un nombre illimité."),
        ),
        (
            r"The questions' weights are rounded to whole numbers up to 99\.",
            N_("Les poids des questions sont arrondis à des nombres entiers, jusqu’à 99."),
        ),
        (
            r"The workshop is a sheet to print: cartridges have no such activity\.",
            N_(
                "L’atelier devient une fiche à imprimer\u00a0: une cartouche n’a pas d’activité de "
                "ce genre."
            ),
        ),
        (
            r"SCORM and LTI carry it as it is\.",
            N_("SCORM et LTI le portent tel quel."),
        ),
        (
            r"“(?P<reading>.+)” begins from “(?P<made>.+)”, which is made in the unit .+ nothing.*",
            N_(
                "«\u00a0%(reading)s\u00a0» part de «\u00a0%(made)s\u00a0», qui se fait dans un "
                "autre morceau\u00a0: on n’y en trouve rien."
            ),
        ),
        (
            r"Export one piece for the module\.",
            N_("Préférez un seul morceau pour tout le module."),
        ),
        (
            r"“(?P<reading>.+)” begins from “(?P<made>.+)”, which is made in the unit \S+: .*",
            N_(
                "«\u00a0%(reading)s\u00a0» part de «\u00a0%(made)s\u00a0», qui se fait dans un "
                "autre morceau\u00a0: on n’y trouve que ce que le navigateur en a. La page le dit, "
                "et comment l’y apporter."
            ),
        ),
        (
            r"Export one piece for the module \(--structure module\) for those who .*",
            N_("Pour qui change d’ordinateur, préférez un seul morceau pour tout le module."),
        ),
        (
            r"The platform shows no menu of the units: .*",
            N_(
                "La plateforme ne montre pas de menu des unités\u00a0: on ne passe de l’une à "
                "l’autre que si elle suit ce que les morceaux demandent."
            ),
        ),
        (
            r"Try the package there, or export one piece for the module .*",
            N_("Essayez le paquet sur place, ou préférez un seul morceau pour tout le module."),
        ),
        (
            r"The zip has (?P<size>\d+) MiB, and many platforms take (?P<most>\d+) at most\.",
            N_(
                "Le fichier a %(size)s Mio, et beaucoup de plateformes en prennent %(most)s "
                "au plus."
            ),
        ),
        (
            r"Ask what the platform takes, shrink media, or deliver one zip for each part\.",
            N_(
                "Demandez ce que la plateforme prend, allégez les médias, ou livrez un paquet par "
                "partie."
            ),
        ),
        (r"It loads (?P<url>\S+) from another host\.", N_("Il charge %(url)s d’un autre hôte.")),
        (
            r"Put a copy into the package: many learners' platforms block other hosts\.",
            N_(
                "Mettez-en une copie dans le cours\u00a0: beaucoup de plateformes bloquent les "
                "autres hôtes."
            ),
        ),
        (
            r"It needs (?P<path>\S+), which is not in the zip\.",
            N_("Il a besoin de %(path)s, qui n’est pas dans le paquet."),
        ),
        (r"Add the file\.", N_("Ajoutez le fichier.")),
        (
            r"(?P<what>.+) has no text alternative\.",
            N_("%(what)s n’a pas de texte de remplacement."),
        ),
        (
            r"Set alt, empty for decoration \(alt=\"\"; WCAG 1\.1\.1\)\.",
            N_("Donnez-lui un texte (alt), vide pour un simple décor (WCAG 1.1.1)."),
        ),
    )
)
"""What checks say of packages of ours, in English, and the same in French."""


def said(english: str) -> Said:
    """Return a finding's sentence in French, or as it is where nobody put it into French."""
    for pattern, french in FINDINGS:
        if found := pattern.fullmatch(english):
            return Said(french, found.groupdict())
    return Said(english, is_translated=False)

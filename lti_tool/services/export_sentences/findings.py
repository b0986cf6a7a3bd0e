"""What checks find in packages of sound courses, in French."""

from __future__ import annotations

from typing import Final

from lti_tool.services.refusals import N_

SENTENCES: Final[tuple[tuple[str, str], ...]] = (
    # Questions in a cartridge
    (
        "Question {number}: cartridges cannot ask for pairs: it became {count} questions, one "
        "for each pair.",
        N_(
            "Question %(number)s\u00a0: une cartouche ne sait pas faire associer. Elle devient "
            "%(count)s questions, une par paire."
        ),
    ),
    (
        "Question {number}: cartridges cannot ask for an order: it became {count} questions, one "
        "for each thing.",
        N_(
            "Question %(number)s\u00a0: une cartouche ne sait pas faire ordonner. Elle devient "
            "%(count)s questions, une par élément."
        ),
    ),
    (
        "Question {number}: only a wholly right answer scores: cartridges have no partial credit.",
        N_(
            "Question %(number)s\u00a0: seule une réponse entièrement juste compte. Une "
            "cartouche ne connaît pas les points partiels."
        ),
    ),
    (
        "Question {number}: accents and spaces have to be exact: cartridges disregard nothing "
        "but case.",
        N_(
            "Question %(number)s\u00a0: les accents et les espaces doivent être exacts. Une "
            "cartouche ne tolère que la casse."
        ),
    ),
    (
        "Question {number}: cartridges know no tolerance: what is accepted are the numbers from "
        "{low} to {high} with at most {decimals} decimals.",
        N_(
            "Question %(number)s\u00a0: une cartouche ne connaît pas de tolérance. Sont acceptés "
            "les nombres de %(low)s à %(high)s, avec %(decimals)s décimales au plus."
        ),
    ),
    (
        "Question {number}: cartridges know no tolerance: it became an open question, which "
        "somebody marks.",
        N_(
            "Question %(number)s\u00a0: une cartouche ne connaît pas de tolérance. Elle devient "
            "une question ouverte, que quelqu’un corrige."
        ),
    ),
    (
        "Question {number}: it has two choices, which cartridges know as true or false only: "
        "some platforms show these words instead of the choices.",
        N_(
            "Question %(number)s\u00a0: elle a deux choix, ce qu’une cartouche ne connaît que "
            "comme vrai ou faux. Certaines plateformes montrent ces mots au lieu des choix."
        ),
    ),
    (
        "The quiz counts for nothing in the course, but does in a cartridge.",
        N_("Le questionnaire ne compte pas dans le cours, mais compte dans une cartouche."),
    ),
    (
        "Cartridges allow {most} attempts at most, or any number.",
        N_("Une cartouche permet %(most)s essais au plus, ou un nombre illimité."),
    ),
    (
        "The questions' weights are rounded to whole numbers up to 99.",
        N_("Les poids des questions sont arrondis à des nombres entiers, jusqu’à 99."),
    ),
    (
        "The workshop is a sheet to print: cartridges have no such activity.",
        N_(
            "L’atelier devient une fiche à imprimer\u00a0: une cartouche n’a pas d’activité de "
            "ce genre."
        ),
    ),
    ("SCORM and LTI carry it as it is.", N_("SCORM et LTI le portent tel quel.")),
    # A module in pieces
    (
        "“{reading}” begins from “{made}”, which is made in the unit {}: another piece, whose "
        "work a platform shows to no other. Learners find nothing of it there.",
        N_(
            "«\u00a0%(reading)s\u00a0» part de «\u00a0%(made)s\u00a0», qui se fait dans un autre "
            "morceau\u00a0: on n’y en trouve rien."
        ),
    ),
    ("Export one piece for the module.", N_("Préférez un seul morceau pour tout le module.")),
    (
        "“{reading}” begins from “{made}”, which is made in the unit {}: another piece, whose "
        "work a platform shows to no other. Learners find there what their browser has of it; "
        "the page says so, and how to bring it.",
        N_(
            "«\u00a0%(reading)s\u00a0» part de «\u00a0%(made)s\u00a0», qui se fait dans un autre "
            "morceau\u00a0: on n’y trouve que ce que le navigateur en a. La page le dit, et "
            "comment l’y apporter."
        ),
    ),
    (
        "Export one piece for the module (--structure module) for those who change computers.",
        N_("Pour qui change d’ordinateur, préférez un seul morceau pour tout le module."),
    ),
    (
        "The platform shows no menu of the units: learners get from one to the next only where "
        "it follows what a piece asks for (adl.nav.request).",
        N_(
            "La plateforme ne montre pas de menu des unités\u00a0: on ne passe de l’une à "
            "l’autre que si elle suit ce que les morceaux demandent."
        ),
    ),
    (
        "Try the package there, or export one piece for the module (--structure module).",
        N_("Essayez le paquet sur place, ou préférez un seul morceau pour tout le module."),
    ),
    # What is asked of every package
    (
        "The zip has {size} MiB, and many platforms take {most} at most.",
        N_("Le fichier a %(size)s Mio, et beaucoup de plateformes en prennent %(most)s au plus."),
    ),
    (
        "Ask what the platform takes, shrink media, or deliver one zip for each part.",
        N_(
            "Demandez ce que la plateforme prend, allégez les médias, ou livrez un paquet par "
            "partie."
        ),
    ),
    ("It loads {url} from another host.", N_("Il charge %(url)s d’un autre hôte.")),
    (
        "Put a copy into the package: many learners' platforms block other hosts.",
        N_(
            "Mettez-en une copie dans le cours\u00a0: beaucoup de plateformes bloquent les "
            "autres hôtes."
        ),
    ),
    (
        "It needs {path}, which is not in the zip.",
        N_("Il a besoin de %(path)s, qui n’est pas dans le paquet."),
    ),
    ("Add the file.", N_("Ajoutez le fichier.")),
    ("The launch page is empty.", N_("La page d’ouverture est vide.")),
    ("Give it content.", N_("Donnez-lui un contenu.")),
    ("The launch page cannot be read.", N_("La page d’ouverture ne peut pas être lue.")),
    ("Write it as HTML.", N_("Écrivez-la en HTML.")),
    ("It does not say its language.", N_("Elle ne dit pas sa langue.")),
    ("Set lang on <html> (WCAG 3.1.1).", N_("Écrivez lang dans <html> (WCAG 3.1.1).")),
    ("It has no title.", N_("Elle n’a pas de titre.")),
    ("Give it a <title> (WCAG 2.4.2).", N_("Donnez-lui un <title> (WCAG 2.4.2).")),
    ("It cannot be enlarged.", N_("Elle ne peut pas être agrandie.")),
    ("Let readers zoom (WCAG 1.4.4).", N_("Permettez de l’agrandir (WCAG 1.4.4).")),
    ("an image has no text alternative.", N_("Une image n’a pas de texte de remplacement.")),
    ("{what} has no text alternative.", N_("%(what)s n’a pas de texte de remplacement.")),
    (
        'Set alt, empty for decoration (alt=""; WCAG 1.1.1).',
        N_("Donnez-lui un texte (alt), vide pour un simple décor (WCAG 1.1.1)."),
    ),
    ("A frame has no title.", N_("Un cadre n’a pas de titre.")),
    ("Set title (WCAG 4.1.2).", N_("Donnez-lui un titre (title\u202f; WCAG 4.1.2).")),
    # Dispatch packages
    (
        "It opens the course on {server}: there is none where learners cannot reach that server.",
        N_(
            "Il ouvre le cours sur %(server)s\u00a0: là où ce serveur ne peut pas être atteint, "
            "il n’y a pas de cours."
        ),
    ),
    (
        "Have the platform's network let it through; export scorm12 where it cannot.",
        N_(
            "Faites laisser passer cette adresse par le réseau de la plateforme\u202f; là où "
            "c’est impossible, prenez le format SCORM 1.2."
        ),
    ),
)
"""In English, with holes for what changes, and the same in French."""

"""What the export page says of formats, options and faults.

The texts are in French, the language in which the catalogues are kept; a page translates them.
Formats and options say what they are in English, for the command line. What has no
words here is shown as it is: a new option is usable on the page before anybody translates it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lti_tool.services.export_jobs import JobFault
from lti_tool.services.refusals import N_, Mender

PURPOSES: Final[Mapping[str, str]] = {
    "scorm12": N_(
        "Se joue sur toutes les plateformes qui prennent SCORM, et dans l’application mobile de "
        "Moodle."
    ),
    "scorm2004-3e": N_(
        "Distingue l’achèvement de la réussite, et garde seize fois plus du travail que "
        "SCORM 1.2, sur les plateformes qui prennent SCORM 2004."
    ),
    "scorm2004-4e": N_(
        "La même chose, pour les plateformes qui demandent la dernière édition de SCORM."
    ),
    "cmi5": N_(
        "Pour les plateformes récentes\u00a0: le suivi va dans un entrepôt de traces (LRS), à la "
        "norme xAPI."
    ),
    "common-cartridge": N_(
        "Des pages et des questionnaires que la plateforme fait siens et que l’équipe enseignante "
        "peut modifier, sans le lecteur, ses ateliers ni son suivi."
    ),
    "html": N_(
        "Un site simple, qui s’ouvre d’un double-clic ou se dépose sur n’importe quel serveur. "
        "Rien n’est transmis à une plateforme."
    ),
    "epub": N_(
        "Le cours en livre, pour téléphones et liseuses, avec les questions et leurs réponses."
    ),
    "pdf": N_(
        "Le cours sur A4, à imprimer, balisé pour les lecteurs d’écran, avec des fiches à remplir."
    ),
    "dispatch": N_(
        "Un petit paquet SCORM qui ouvre le cours sur cet outil\u00a0: il reste à jour, et la "
        "licence du partenaire peut être retirée."
    ),
}
"""What a format is for, by its name."""

TITLES: Final[Mapping[str, str]] = {"html": N_("Site web")}
"""Formats that are called by words. The others have names, which are the same in any language."""

AS_ON_THE_WEB: Final = frozenset({"common-cartridge", "epub", "pdf"})
"""Formats that set the pages in a way of their own: the preview shows what is in them."""


@dataclass(frozen=True, slots=True)
class OptionWords:
    """How an option is asked for. ``choices`` are labels by value; ``problem`` says what to write.

    ``none`` is what it means that the option has no value.
    """

    label: str
    hint: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    none: str = ""


OPTIONS: Final[Mapping[str, OptionWords]] = {
    "language": OptionWords(
        N_("Langue"),
        choices={"fr": N_("français"), "en": N_("anglais")},
        problem=N_("Le cours n’est pas écrit dans cette langue."),
        none=N_("la première langue du cours"),
    ),
    "structure": OptionWords(
        N_("Découpage"),
        N_("Un seul morceau va à presque toutes les plateformes."),
        {
            "module": N_("un seul morceau pour tout le module"),
            "units": N_("un morceau par unité, chacun avec son suivi"),
        },
    ),
    "outline": OptionWords(
        N_("Menu des morceaux"),
        N_("Sans menu sur la plateforme, les morceaux mènent eux-mêmes de l’un à l’autre."),
        {"yes": N_("la plateforme en montre un"), "no": N_("la plateforme n’en montre pas")},
    ),
    "completion": OptionWords(
        N_("Ce qui termine le parcours"),
        N_("Là où rien n’est noté, ce sont les pages qui comptent."),
        {
            "pages": N_("avoir vu toutes les pages"),
            "quiz": N_("avoir fait tous les questionnaires notés"),
            "both": N_("les deux"),
        },
    ),
    "mastery": OptionWords(
        N_("Seuil de réussite, en pour cent"),
        N_("Un nombre de 0 à 100, ou «\u00a0none\u00a0» pour que personne ne réussisse ni échoue."),
        problem=N_("Écrivez un nombre de 0 à 100, ou «\u00a0none\u00a0»."),
        none=N_("aucun"),
    ),
    "statuses": OptionWords(
        N_("Ce que la plateforme reçoit"),
        N_("D’abord pour qui atteint le seuil, puis pour qui a tout fait sans l’atteindre."),
        {
            "passed-failed": N_("réussi, ou échoué"),
            "passed-incomplete": N_("réussi, ou incomplet"),
            "completed-failed": N_("terminé, ou échoué"),
            "completed-incomplete": N_("terminé, ou incomplet"),
        },
    ),
    "links": OptionWords(
        N_("Des liens au lieu des pages"),
        N_(
            "L’adresse publique de l’outil\u00a0: la cartouche ne contient alors que des liens "
            "vers lui. «\u00a0none\u00a0» pour y mettre les pages."
        ),
        problem=N_("Écrivez une adresse en https, ou «\u00a0none\u00a0»."),
        none=N_("aucun lien, les pages elles-mêmes"),
    ),
    "licence": OptionWords(
        N_("Licence"),
        N_("Celle sous laquelle les personnes de ce partenaire ouvrent le cours sur l’outil."),
        problem=N_("Écrivez le numéro de la licence."),
        none=N_("la seule qui convient"),
    ),
}


@dataclass(frozen=True, slots=True)
class FaultWords:
    """What happened to an order, what to do, and who can do it."""

    cause: str
    remedy: str
    mender: Mender


FAULTS: Final[Mapping[JobFault, FaultWords]] = {
    JobFault.COURSE_GONE: FaultWords(
        N_("Ce cours n’est plus sur le serveur."),
        N_("Choisissez-en un autre, ou remettez son dossier en place."),
        Mender.TOOL,
    ),
    JobFault.COURSE: FaultWords(
        N_("Les fichiers du cours contiennent des erreurs."),
        N_(
            "Corrigez-les d’après ce qui suit\u00a0; «\u00a0arrimage course check\u00a0» les dit "
            "aussi."
        ),
        Mender.TOOL,
    ),
    JobFault.UNSOUND: FaultWords(
        N_("Le contrôle a trouvé des erreurs\u00a0: le paquet n’a pas été gardé."),
        N_(
            "Ce qui touche une page ou un dessin se corrige dans le cours. Le reste est un défaut "
            "d’Arrimage\u00a0: signalez-le."
        ),
        Mender.TOOL,
    ),
    JobFault.PACKAGE: FaultWords(
        N_("Ce cours ne peut pas être mis dans ce paquet."),
        N_("Faites ce que dit le message, ou choisissez un autre format ou d’autres réglages."),
        Mender.VISITOR,
    ),
    JobFault.PROFILE: FaultWords(
        N_("Le profil du partenaire ne peut pas être lu."),
        N_("Corrigez le fichier d’après ce qui suit."),
        Mender.TOOL,
    ),
    JobFault.OPTION: FaultWords(
        N_("Un réglage n’est pas possible."),
        N_("Revenez au formulaire et changez-le."),
        Mender.VISITOR,
    ),
    JobFault.STORAGE: FaultWords(
        N_("Le serveur n’a pas pu écrire le paquet."),
        N_(
            "Vérifiez que le dossier des paquets (ARRIMAGE_PACKAGES) peut être écrit et que le "
            "disque a de la place."
        ),
        Mender.TOOL,
    ),
    JobFault.INTERRUPTED: FaultWords(
        N_("Le service de fond s’est arrêté trois fois pendant ce travail."),
        N_("Regardez son journal\u00a0: la mémoire manque peut-être. Puis recommencez."),
        Mender.TOOL,
    ),
    JobFault.INTERNAL: FaultWords(
        N_("L’outil a rencontré une erreur en faisant ce paquet."),
        N_("Elle est notée dans le journal du service de fond. Signalez-la."),
        Mender.TOOL,
    ),
}

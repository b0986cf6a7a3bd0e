"""What stands in the way of a grade or of an answer, in words: the cause and the remedy.

The texts are in French, the language in which the catalogues are kept; a page translates
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lti_tool.lti import ServiceFault
from lti_tool.services.attempts import WorkFault
from lti_tool.services.delivery import DeliveryFault, fault_of
from lti_tool.services.grades import GradeStatus
from lti_tool.services.group_works import SharingFault
from lti_tool.services.platform_health import Trouble
from lti_tool.services.refusals import N_
from lti_tool.services.submissions import SubmissionFault


@dataclass(frozen=True, slots=True)
class Objection:
    """What happened, and what to do about it, by whom."""

    cause: str
    remedy: str


class ApiFault(StrEnum):
    """Why a request of a page's script is refused, besides ``WorkFault``."""

    INSTRUCTORS_ONLY = "instructors_only"
    MENTORS_ONLY = "mentors_only"
    UNREADABLE_REQUEST = "unreadable_request"
    REQUEST_TOO_LARGE = "request_too_large"
    UNKNOWN_UNIT = "unknown_unit"
    UNKNOWN_WORKSHOP = "unknown_workshop"
    UNKNOWN_LEARNER = "unknown_learner"
    UNKNOWN_QUIZ = "unknown_quiz"
    COURSE_UNAVAILABLE = "course_unavailable"


_WAIT = N_("L’outil réessaie de lui-même, de moins en moins souvent. Rien à faire pour l’instant.")
_RELOAD = N_("Rechargez la page, puis recommencez.")

DELIVERY_OBJECTIONS: Mapping[DeliveryFault, Objection] = {
    DeliveryFault.UNREACHABLE: Objection(
        N_("La plateforme de cours ne répond pas."),
        _WAIT,
    ),
    DeliveryFault.BUSY: Objection(
        N_("La plateforme de cours demande de patienter."),
        _WAIT,
    ),
    DeliveryFault.PLATFORM_ERROR: Objection(
        N_("La plateforme de cours a rencontré une erreur."),
        N_(
            "L’outil réessaie de lui-même. Si cela dure plus d’une journée, prévenez "
            "l’administration de la plateforme."
        ),
    ),
    DeliveryFault.OUT_OF_ORDER: Objection(
        N_("La plateforme dit avoir déjà une note plus récente."),
        N_(
            "L’outil réessaie avec une heure plus tardive. Si cela dure, l’administration doit "
            "mettre à l’heure le serveur de la plateforme et celui de l’outil."
        ),
    ),
    DeliveryFault.ACCESS_REFUSED: Objection(
        N_("La plateforme ne donne pas à l’outil l’accès au carnet de notes."),
        N_(
            "L’administration de l’outil peut en chercher la cause\u00a0: sa page teste la "
            "connexion. L’outil réessaie de lui-même."
        ),
    ),
    DeliveryFault.NOT_ALLOWED: Objection(
        N_("La plateforme n’autorise pas l’outil à écrire dans cette colonne."),
        N_(
            "L’administration de la plateforme doit permettre à l’outil d’envoyer des notes. "
            "La note repartira quand vous synchroniserez les notes."
        ),
    ),
    DeliveryFault.COLUMN_GONE: Objection(
        N_("La colonne de notes n’existe plus dans la plateforme."),
        N_(
            "Vérifiez que l’activité existe encore et qu’elle est notée, puis ouvrez-la une fois. "
            "La note repartira quand vous synchroniserez les notes."
        ),
    ),
    DeliveryFault.SCORE_REFUSED: Objection(
        N_("La plateforme refuse la note de cette personne."),
        N_(
            "Vérifiez que cette personne est inscrite au cours avec un rôle noté. "
            "La note repartira quand vous synchroniserez les notes."
        ),
    ),
    DeliveryFault.FOREIGN_COLUMN: Objection(
        N_("La colonne de notes se trouve à une adresse qui n’est pas celle de la plateforme."),
        N_(
            "L’administration de l’outil doit enregistrer cette adresse si elle lui fait "
            "confiance. La note repartira quand vous synchroniserez les notes."
        ),
    ),
    DeliveryFault.INTERNAL: Objection(
        N_("L’outil a rencontré une erreur en envoyant la note."),
        N_("L’outil réessaie. Si cela dure, prévenez son administration, qui en a le journal."),
    ),
}

_NOTHING_IS_LOST = N_(
    "Aucune n’est perdue. L’outil réessaie de lui-même, toutes les cinq minutes au plus tard."
)

HEALTH_OBJECTIONS: Mapping[DeliveryFault, Objection] = {
    DeliveryFault.UNREACHABLE: Objection(
        N_("La plateforme de cours ne répond plus\u00a0: les notes attendent."), _NOTHING_IS_LOST
    ),
    DeliveryFault.BUSY: Objection(
        N_("La plateforme de cours demande de patienter\u00a0: les notes attendent."),
        N_("Aucune n’est perdue. L’outil les enverra dès que la plateforme le permet."),
    ),
    DeliveryFault.PLATFORM_ERROR: Objection(
        N_("La plateforme de cours ne répond que par des erreurs\u00a0: les notes attendent."),
        N_(
            "Aucune n’est perdue. L’outil réessaie de lui-même. Si cela dure, prévenez "
            "l’administration de la plateforme."
        ),
    ),
    DeliveryFault.ACCESS_REFUSED: Objection(
        N_("La plateforme de cours refuse l’accès à son carnet\u00a0: les notes attendent."),
        N_(
            "Aucune n’est perdue. L’administration de l’outil peut en chercher la cause\u00a0: sa "
            "page teste la connexion."
        ),
    ),
}
"""What stands between a whole platform and all its scores."""

_ASK_LATER = N_("L’outil redemandera la liste de lui-même à la prochaine ouverture du tableau.")

ROSTER_OBJECTIONS: Mapping[ServiceFault, Objection] = {
    ServiceFault.UNREACHABLE: Objection(N_("La plateforme de cours ne répond pas."), _ASK_LATER),
    ServiceFault.BUSY: Objection(N_("La plateforme de cours demande de patienter."), _ASK_LATER),
    ServiceFault.PLATFORM_ERROR: Objection(
        N_("La plateforme de cours a rencontré une erreur."),
        N_(
            "Réessayez dans quelques minutes. Si cela dure, prévenez l’administration de la "
            "plateforme."
        ),
    ),
    ServiceFault.ACCESS_REFUSED: Objection(
        N_("La plateforme ne donne pas à l’outil l’accès à la liste de la classe."),
        N_(
            "L’administration de la plateforme doit permettre à l’outil de lire la liste des "
            "personnes inscrites. Celle de l’outil en trouve le détail dans son journal."
        ),
    ),
    ServiceFault.NOT_ALLOWED: Objection(
        N_("La plateforme n’autorise pas l’outil à lire la liste de cette classe."),
        N_(
            "L’administration de la plateforme doit permettre à l’outil de lire la liste des "
            "personnes inscrites."
        ),
    ),
    ServiceFault.GONE: Objection(
        N_("La liste de la classe n’est plus à l’adresse que la plateforme a indiquée."),
        N_(
            "Rouvrez l’activité depuis votre cours\u00a0: la plateforme indiquera l’adresse "
            "actuelle."
        ),
    ),
    ServiceFault.REFUSED: Objection(
        N_("La plateforme refuse de donner la liste de la classe."),
        N_(
            "Rouvrez l’activité depuis votre cours. Si cela dure, prévenez l’administration de "
            "l’outil, qui en a le journal."
        ),
    ),
    ServiceFault.FOREIGN_ADDRESS: Objection(
        N_("La liste se trouve à une adresse qui n’est pas celle de la plateforme."),
        N_(
            "L’administration de l’outil doit enregistrer cette adresse si elle lui fait confiance."
        ),
    ),
    ServiceFault.UNREADABLE: Objection(
        N_("L’outil n’a pas compris la liste que la plateforme lui a donnée."),
        N_("Si cela dure, prévenez l’administration de l’outil, qui en a le journal."),
    ),
    ServiceFault.TOO_LONG: Objection(
        N_("La liste de la classe est trop longue pour ce tableau."),
        N_("Placez l’activité dans un cours plus petit, par exemple celui d’un groupe."),
    ),
    ServiceFault.INTERNAL: Objection(
        N_("L’outil a rencontré une erreur en demandant la liste."),
        N_("Si cela dure, prévenez l’administration de l’outil, qui en a le journal."),
    ),
}

GROUP_OBJECTIONS: Mapping[ServiceFault, Objection] = {
    **ROSTER_OBJECTIONS,
    ServiceFault.ACCESS_REFUSED: Objection(
        N_("La plateforme ne donne pas à l’outil l’accès aux groupes de la classe."),
        N_(
            "L’administration de la plateforme doit permettre à l’outil de lire les groupes "
            "des cours. Celle de l’outil en trouve le détail dans son journal."
        ),
    ),
    ServiceFault.NOT_ALLOWED: Objection(
        N_("La plateforme n’autorise pas l’outil à lire les groupes de cette classe."),
        N_(
            "L’administration de la plateforme doit permettre à l’outil de lire les groupes "
            "des cours."
        ),
    ),
    ServiceFault.TOO_LONG: Objection(
        N_("La plateforme donne plus de groupes que l’outil n’en accepte pour une classe."),
        N_("Prévenez l’administration de l’outil, qui en a le journal."),
    ),
}

_ASK_FOR_TIME = N_(
    "Ce que vous avez écrit reste dans la page et reste enregistré. Votre enseignante ou votre "
    "enseignant peut vous accorder un délai\u00a0: il suffira alors de recommencer."
)

WORK_OBJECTIONS: Mapping[WorkFault, Objection] = {
    WorkFault.UNKNOWN_ACTIVITY: Objection(
        N_("Ce cours n’a pas cette activité\u00a0: il a peut-être changé entre-temps."), _RELOAD
    ),
    WorkFault.UNKNOWN_QUESTION: Objection(
        N_("Cette activité n’a pas cette question\u00a0: elle a peut-être changé entre-temps."),
        _RELOAD,
    ),
    WorkFault.INVALID_RESPONSE: Objection(
        N_("Cette réponse n’a pas la forme attendue\u00a0: elle n’a pas été enregistrée."),
        N_("Complétez ou corrigez votre réponse, puis validez-la de nouveau."),
    ),
    WorkFault.UNKNOWN_ATTEMPT: Objection(
        N_("Cette réponse appartient à un essai que l’outil ne connaît pas."), _RELOAD
    ),
    WorkFault.ATTEMPT_OVER: Objection(
        N_("Cet essai est terminé\u00a0: il n’accepte plus de réponse."), _RELOAD
    ),
    WorkFault.NO_ATTEMPT_LEFT: Objection(
        N_("Il ne reste plus d’essai pour cette activité."),
        N_(
            "Votre meilleur résultat est conservé. Au besoin, adressez-vous à votre enseignante "
            "ou à votre enseignant."
        ),
    ),
    WorkFault.ACTIVITY_CLOSED: Objection(
        N_("Cette activité est close\u00a0: elle n’accepte plus de réponse."), _ASK_FOR_TIME
    ),
}

_BACK_TO_CLASS = N_(
    "Revenez au tableau de la classe, puis choisissez-y une personne ou une activité."
)
_YOUR_WORK_IS_KEPT = N_("Votre travail reste enregistré. Rechargez la page pour voir où il en est.")
_YOUR_TEXT_STAYS = N_("Ce que vous avez écrit reste dans la page.")

SUBMISSION_OBJECTIONS: Mapping[SubmissionFault, Objection] = {
    SubmissionFault.NOT_REVIEWED: Objection(
        N_("Les travaux de cet atelier ne se remettent pas."), _RELOAD
    ),
    SubmissionFault.NOT_RECORDED: Objection(
        N_("Dans un aperçu, rien n’est enregistré ni remis."),
        N_("Ouvrez l’activité depuis votre cours, avec un compte d’étudiante ou d’étudiant."),
    ),
    SubmissionFault.NOTHING_MADE: Objection(
        N_("Votre travail est encore vide\u00a0: il n’a pas été remis."),
        N_("Commencez-le, puis remettez-le."),
    ),
    SubmissionFault.OUT_OF_TURN: Objection(
        N_("Une autre fenêtre a remis ce travail entre-temps."), _YOUR_WORK_IS_KEPT
    ),
    SubmissionFault.BEING_REVIEWED: Objection(
        N_("Votre travail est en cours de relecture\u00a0: il ne peut pas être remplacé."),
        _YOUR_WORK_IS_KEPT,
    ),
    SubmissionFault.ALREADY_ACCEPTED: Objection(
        N_("Ce travail est déjà accepté."), N_("Ses points et son commentaire peuvent changer.")
    ),
    SubmissionFault.CLOSED: Objection(
        N_("La remise de ce travail est close\u00a0: il n’a pas été remis."), _ASK_FOR_TIME
    ),
    SubmissionFault.UNKNOWN_SUBMISSION: Objection(
        N_("Cette classe n’a pas de travail à cette adresse."),
        N_("Revenez au tableau de la classe, puis choisissez un travail à relire."),
    ),
    SubmissionFault.SUPERSEDED: Objection(
        N_("Ce travail a été remis de nouveau entre-temps\u00a0: relisez le plus récent."),
        N_("Revenez au tableau de la classe\u00a0: le travail le plus récent y est."),
    ),
    SubmissionFault.REVIEW_CHANGED: Objection(
        N_("Quelqu’un d’autre a modifié cette relecture entre-temps."), _YOUR_TEXT_STAYS
    ),
    SubmissionFault.INVALID_REVIEW: Objection(
        N_("L’outil n’a pas compris cette relecture\u00a0: la grille a peut-être changé."), _RELOAD
    ),
    SubmissionFault.COMMENT_TOO_LONG: Objection(
        N_("Le commentaire est trop long."), N_("Raccourcissez-le à 6\u202f000 caractères.")
    ),
    SubmissionFault.CRITERION_MISSING: Objection(
        N_("Il reste un critère sans niveau."),
        N_("Choisissez un niveau pour chaque critère, puis acceptez le travail."),
    ),
    SubmissionFault.COMMENT_MISSING: Objection(
        N_("Un travail rendu pour reprise a besoin d’un commentaire."),
        N_("Écrivez ce qui est à reprendre, puis rendez le travail."),
    ),
}

SHARING_OBJECTIONS: Mapping[SharingFault, Objection] = {
    SharingFault.NOT_IN_GROUP: Objection(
        N_("Ce travail est celui d’un groupe dont vous ne faites pas, ou plus, partie."),
        N_(
            "Téléchargez ce que vous voulez garder de cette page, puis rechargez-la. Les groupes "
            "se composent dans la plateforme de cours\u00a0: adressez-vous à votre enseignante ou "
            "à votre enseignant."
        ),
    ),
    SharingFault.GROUP_NOT_CHOSEN: Objection(
        N_("Vous êtes dans plusieurs groupes, et n’avez pas dit avec lequel vous travaillez."),
        N_("Rechargez la page, puis choisissez votre groupe."),
    ),
}

API_OBJECTIONS: Mapping[ApiFault, Objection] = {
    ApiFault.INSTRUCTORS_ONLY: Objection(
        N_("Cette page est réservée aux enseignantes et enseignants du cours."),
        N_("Si vous en faites partie, vérifiez votre rôle dans le cours, puis rouvrez l’activité."),
    ),
    ApiFault.MENTORS_ONLY: Objection(
        N_("Cette page est réservée aux personnes qui accompagnent quelqu’un du cours."),
        N_("Si c’est votre cas, vérifiez votre rôle dans le cours, puis rouvrez l’activité."),
    ),
    ApiFault.UNREADABLE_REQUEST: Objection(
        N_("L’outil n’a pas compris ce que la page lui a envoyé."), _RELOAD
    ),
    ApiFault.REQUEST_TOO_LARGE: Objection(
        N_("Ce que la page a envoyé est trop long."), N_("Raccourcissez vos réponses en cours.")
    ),
    ApiFault.UNKNOWN_UNIT: Objection(
        N_("Ce cours n’a pas cette unité\u00a0: il a peut-être changé entre-temps."), _RELOAD
    ),
    ApiFault.UNKNOWN_WORKSHOP: Objection(
        N_("Ce cours n’a pas cet atelier\u00a0: il a peut-être changé entre-temps."), _RELOAD
    ),
    ApiFault.UNKNOWN_LEARNER: Objection(
        N_("Cette classe n’a personne à cette adresse."), _BACK_TO_CLASS
    ),
    ApiFault.UNKNOWN_QUIZ: Objection(
        N_("Ce que ce lien ouvre n’a pas d’activité à questions à cette adresse."), _BACK_TO_CLASS
    ),
    ApiFault.COURSE_UNAVAILABLE: Objection(
        N_("Le cours que ce lien ouvre n’est pas disponible."),
        N_(
            "L’administration de l’outil peut en chercher la cause avec la commande "
            "«\u00a0arrimage course check\u00a0»."
        ),
    ),
}


def objection_to_platform(trouble: Trouble) -> Objection:
    """Return why nothing goes to a platform, and what to do about it."""
    fault = fault_of(trouble.error)
    usual = HEALTH_OBJECTIONS[DeliveryFault.UNREACHABLE]
    return usual if fault is None else HEALTH_OBJECTIONS.get(fault, usual)


def objection_to(grade: GradeStatus) -> Objection | None:
    """Return what stands between a grade and the gradebook, if anything is known to."""
    fault = fault_of(grade.error)
    return None if fault is None else DELIVERY_OBJECTIONS[fault]

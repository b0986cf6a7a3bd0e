"""What is said of a refused launch: the cause, the remedy, and who can apply it.

The texts are in French, the language in which the catalogues are kept; a page translates
them. ``services/refusal_book.py`` keeps each refusal under its page's reference number.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lti_tool.lti import Fault

REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without those that one takes for another on the telephone."""
REFERENCE_LENGTH = 8

BAD_REQUEST = 400
UNAUTHORIZED = 401
FORBIDDEN = 403


def N_(text: str) -> str:  # noqa: N802 -- the name that message extraction knows
    """Mark a text for the catalogues."""
    return text


class Mender(StrEnum):
    """Who can do something about a refusal."""

    VISITOR = N_("Vous-même")
    TEACHER = N_("L’enseignante ou l’enseignant du cours")
    PLATFORM = N_("L’administration de la plateforme de cours (LMS)")
    TOOL = N_("L’administration de cet outil")
    BOTH = N_("L’administration de la plateforme de cours et celle de cet outil")
    HOST = N_("L’université qui propose ce cours")
    MAINTAINER = N_("Les personnes qui développent cet outil")


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a page says of a refusal. ``status`` is the HTTP status of the page."""

    status: int
    cause: str
    remedy: str
    mender: Mender


REOPEN = N_("Fermez cette page, puis rouvrez l’activité depuis votre cours.")
REGISTER = N_(
    "Comparez l’enregistrement de l’outil dans la plateforme avec celui que montre la page "
    "d’administration de l’outil. Transmettez le numéro de référence."
)
REPORT = N_(
    "Transmettez le numéro de référence\u00a0: le journal de l’outil dit précisément ce qui manque."
)

EXPLANATIONS: Mapping[Fault, Explanation] = {
    Fault.LOGIN_INCOMPLETE: Explanation(
        BAD_REQUEST,
        N_("La demande d’ouverture est incomplète\u00a0: la plateforme n’a pas tout envoyé."),
        REOPEN,
        Mender.VISITOR,
    ),
    Fault.PLATFORM_UNKNOWN: Explanation(
        FORBIDDEN,
        N_("La plateforme de cours qui vous envoie n’est pas enregistrée auprès de cet outil."),
        N_(
            "Inscrivez la plateforme dans la page d’administration de l’outil. "
            "Si elle l’est déjà, vérifiez que son émetteur (issuer) est écrit exactement "
            "de la même façon."
        ),
        Mender.TOOL,
    ),
    Fault.PLATFORM_SUSPENDED: Explanation(
        FORBIDDEN,
        N_(
            "L’accès depuis cette plateforme de cours est suspendu. Le travail déjà fait est gardé."
        ),
        N_("Rétablissez la plateforme dans la page d’administration de l’outil."),
        Mender.TOOL,
    ),
    Fault.CLIENT_UNKNOWN: Explanation(
        FORBIDDEN,
        N_(
            "La plateforme est connue, mais l’identifiant client qu’elle envoie n’est pas "
            "enregistré auprès de cet outil."
        ),
        N_(
            "Inscrivez la plateforme sous cet identifiant client (client id) dans la page "
            "d’administration de l’outil, ou corrigez-le dans la plateforme."
        ),
        Mender.TOOL,
    ),
    Fault.CLIENT_AMBIGUOUS: Explanation(
        BAD_REQUEST,
        N_(
            "La plateforme a plusieurs enregistrements auprès de cet outil et n’a pas dit "
            "lequel elle utilise."
        ),
        N_(
            "Faites envoyer client_id ou lti_deployment_id par la plateforme, ou ne gardez "
            "qu’un enregistrement."
        ),
        Mender.BOTH,
    ),
    Fault.TARGET_FOREIGN: Explanation(
        BAD_REQUEST,
        N_("Le lien du cours mène à une adresse qui n’est pas celle de cet outil."),
        N_("Corrigez l’adresse cible (target link URI) de l’activité ou de l’outil."),
        Mender.PLATFORM,
    ),
    Fault.PLATFORM_ERROR: Explanation(
        FORBIDDEN,
        N_("La plateforme de cours a refusé d’ouvrir l’outil en votre nom."),
        N_(
            "Reconnectez-vous à la plateforme, puis rouvrez l’activité depuis votre cours. "
            "Si le refus persiste, transmettez le numéro de référence."
        ),
        Mender.VISITOR,
    ),
    Fault.LAUNCH_INCOMPLETE: Explanation(
        BAD_REQUEST,
        N_("Cette adresse s’ouvre depuis un cours, pas directement."),
        REOPEN,
        Mender.VISITOR,
    ),
    Fault.STATE_UNKNOWN: Explanation(
        UNAUTHORIZED,
        N_("L’outil n’a pas commencé cette ouverture, ou ne s’en souvient plus."),
        REOPEN,
        Mender.VISITOR,
    ),
    Fault.STATE_EXPIRED: Explanation(
        UNAUTHORIZED,
        N_("L’ouverture a duré trop longtemps\u00a0: elle n’est plus valable."),
        REOPEN,
        Mender.VISITOR,
    ),
    Fault.STATE_USED: Explanation(
        UNAUTHORIZED,
        N_(
            "Cette ouverture a déjà servi. C’est le cas quand on recharge la page ou que l’on "
            "revient en arrière."
        ),
        REOPEN,
        Mender.VISITOR,
    ),
    Fault.BROWSER_DIFFERENT: Explanation(
        UNAUTHORIZED,
        N_(
            "Le navigateur n’a pas présenté le témoin (cookie) reçu au début de l’ouverture\u00a0: "
            "il le bloque, ou ce n’est pas le même navigateur."
        ),
        N_(
            "Rouvrez l’activité depuis votre cours, dans une nouvelle fenêtre si le choix vous "
            "est proposé. Sinon, autorisez les témoins pour ce site."
        ),
        Mender.VISITOR,
    ),
    Fault.STORAGE_SILENT: Explanation(
        UNAUTHORIZED,
        N_(
            "Votre navigateur bloque les témoins (cookies) dans cette page, et la plateforme "
            "de cours n’a pas rendu à temps ce qu’elle gardait à leur place."
        ),
        N_(
            "Rouvrez l’activité depuis votre cours. Si le refus persiste, autorisez les témoins "
            "pour ce site, ou essayez un autre navigateur."
        ),
        Mender.VISITOR,
    ),
    Fault.NONCE_DIFFERENT: Explanation(
        UNAUTHORIZED,
        N_("La réponse de la plateforme appartient à une autre ouverture."),
        REOPEN,
        Mender.VISITOR,
    ),
    Fault.UNREADABLE: Explanation(
        BAD_REQUEST,
        N_("La plateforme a envoyé un message que l’on ne peut pas lire."),
        REPORT,
        Mender.PLATFORM,
    ),
    Fault.ALGORITHM_REFUSED: Explanation(
        UNAUTHORIZED,
        N_("La plateforme signe ses messages d’une façon que la norme n’admet pas ici."),
        N_("Réglez la plateforme pour qu’elle signe avec RS256 (clé RSA)."),
        Mender.PLATFORM,
    ),
    Fault.KEY_UNNAMED: Explanation(
        UNAUTHORIZED,
        N_("Le message de la plateforme ne dit pas avec quelle clé il est signé (kid)."),
        N_("Mettez la plateforme à jour, ou régénérez ses clés."),
        Mender.PLATFORM,
    ),
    Fault.KEY_UNKNOWN: Explanation(
        UNAUTHORIZED,
        N_("La clé qui signe le message ne figure pas parmi celles que la plateforme publie."),
        N_(
            "Attendez une minute et rouvrez l’activité. Si le refus persiste, vérifiez "
            "l’adresse des clés publiques (JWKS) de la plateforme."
        ),
        Mender.BOTH,
    ),
    Fault.KEYS_UNREACHABLE: Explanation(
        FORBIDDEN,
        N_("L’outil n’arrive pas à lire les clés publiques de la plateforme."),
        N_(
            "Réessayez dans quelques minutes. Si le refus persiste, testez la connexion dans la "
            "page d’administration de l’outil."
        ),
        Mender.TOOL,
    ),
    Fault.SIGNATURE_WRONG: Explanation(
        UNAUTHORIZED,
        N_("La signature du message n’est pas celle de la plateforme."),
        N_("Rouvrez l’activité. Si le refus persiste, transmettez le numéro de référence."),
        Mender.BOTH,
    ),
    Fault.TIME_MISSING: Explanation(
        BAD_REQUEST,
        N_("Le message de la plateforme ne dit pas quand il a été écrit ni jusqu’à quand il vaut."),
        REPORT,
        Mender.PLATFORM,
    ),
    Fault.EXPIRED: Explanation(
        UNAUTHORIZED,
        N_(
            "Le message de la plateforme n’est plus valable\u00a0: il a mis trop longtemps à venir."
        ),
        N_(
            "Rouvrez l’activité depuis votre cours. Si le refus persiste, il faut mettre à "
            "l’heure le serveur de la plateforme ou celui de l’outil."
        ),
        Mender.VISITOR,
    ),
    Fault.EARLY: Explanation(
        UNAUTHORIZED,
        N_("Le message de la plateforme est daté du futur."),
        N_("Mettez à l’heure le serveur de la plateforme et celui de l’outil."),
        Mender.BOTH,
    ),
    Fault.ISSUER_WRONG: Explanation(
        UNAUTHORIZED,
        N_("Le message vient d’une autre plateforme que celle qui a commencé l’ouverture."),
        REGISTER,
        Mender.BOTH,
    ),
    Fault.AUDIENCE_WRONG: Explanation(
        UNAUTHORIZED,
        N_("Le message de la plateforme s’adresse à un autre outil."),
        REGISTER,
        Mender.BOTH,
    ),
    Fault.VERSION_WRONG: Explanation(
        BAD_REQUEST,
        N_("La plateforme n’emploie pas LTI 1.3.0, la version que comprend cet outil."),
        N_("Enregistrez l’outil comme un outil LTI 1.3 dans la plateforme."),
        Mender.PLATFORM,
    ),
    Fault.MESSAGE_UNKNOWN: Explanation(
        BAD_REQUEST,
        N_("La plateforme demande un service que cet outil n’offre pas."),
        N_("N’activez pour cet outil que l’ouverture d’activités et la sélection de contenus."),
        Mender.PLATFORM,
    ),
    Fault.DEPLOYMENT_UNKNOWN: Explanation(
        FORBIDDEN,
        N_(
            "L’outil n’est pas enregistré pour cette partie de la plateforme "
            "(identifiant de déploiement inconnu)."
        ),
        N_(
            "Ajoutez l’identifiant de déploiement à la plateforme dans la page d’administration "
            "de l’outil."
        ),
        Mender.TOOL,
    ),
    Fault.CLAIM_WRONG: Explanation(
        BAD_REQUEST,
        N_("Il manque au message de la plateforme un renseignement que la norme exige."),
        REPORT,
        Mender.PLATFORM,
    ),
    Fault.COURSE_UNKNOWN: Explanation(
        BAD_REQUEST,
        N_("Le lien mène à un module que cet outil ne possède pas."),
        N_(
            "Supprimez ce lien et choisissez à nouveau le contenu. Le module a pu être "
            "renommé ou retiré."
        ),
        Mender.TEACHER,
    ),
    Fault.TEACHERS_ONLY: Explanation(
        FORBIDDEN,
        N_("Seules les personnes qui enseignent dans le cours peuvent y placer un contenu."),
        N_("Vérifiez le rôle que la plateforme vous donne dans ce cours."),
        Mender.PLATFORM,
    ),
    Fault.REVIEW_FOREIGN: Explanation(
        FORBIDDEN,
        N_("Ce travail est celui d’une autre personne\u00a0: vous ne pouvez voir que le vôtre."),
        N_("Ouvrez votre propre note. Si vous enseignez dans ce cours, vérifiez votre rôle."),
        Mender.VISITOR,
    ),
    Fault.REVIEW_UNKNOWN: Explanation(
        BAD_REQUEST,
        N_("L’outil ne connaît pas cette colonne du carnet de notes."),
        N_(
            "Ouvrez une fois l’activité depuis le cours, puis revenez au carnet. La colonne d’un "
            "autre cours ou d’un autre outil ne peut pas être ouverte ici."
        ),
        Mender.TEACHER,
    ),
    Fault.ADMINISTRATION_CLOSED: Explanation(
        FORBIDDEN,
        N_("Cette plateforme de cours ne donne pas accès à l’administration de l’outil."),
        N_(
            "Permettez-le dans la page de la plateforme ou avec la commande «\u00a0arrimage "
            "platform administrators\u00a0», et ajoutez «\u00a0lti\u00a0» au réglage "
            "ARRIMAGE_ADMINISTRATION."
        ),
        Mender.TOOL,
    ),
    Fault.ADMINISTRATORS_ONLY: Explanation(
        FORBIDDEN,
        N_(
            "Ce lien ne sert qu’à celles et ceux qui administrent l’établissement ou la plateforme."
        ),
        N_("Vérifiez le rôle que la plateforme vous donne. Un rôle dans un cours ne suffit pas."),
        Mender.PLATFORM,
    ),
    Fault.EXPORTS_CLOSED: Explanation(
        FORBIDDEN,
        N_("Cette plateforme de cours ne donne pas accès à la page d’export."),
        N_(
            "Permettez-le dans la page de la plateforme ou avec la commande «\u00a0arrimage "
            "platform designers\u00a0», et ajoutez «\u00a0lti\u00a0» au réglage "
            "ARRIMAGE_ADMINISTRATION."
        ),
        Mender.TOOL,
    ),
    Fault.DESIGNERS_ONLY: Explanation(
        FORBIDDEN,
        N_("Ce lien ne sert qu’à celles et ceux qui conçoivent des cours."),
        N_(
            "Demandez à la plateforme le rôle de conception de contenus (ContentDeveloper). "
            "Enseigner dans le cours ne suffit pas\u00a0: un paquet contient les réponses justes."
        ),
        Mender.PLATFORM,
    ),
    Fault.SELECTION_EXPIRED: Explanation(
        UNAUTHORIZED,
        N_("Le choix du contenu a duré trop longtemps\u00a0: il n’est plus valable."),
        N_("Fermez cette page, puis recommencez le choix du contenu depuis votre cours."),
        Mender.VISITOR,
    ),
    Fault.NOTICE_UNREADABLE: Explanation(
        BAD_REQUEST,
        N_("Cette adresse reçoit les avis des plateformes, et ceci n’en est pas un."),
        REPORT,
        Mender.PLATFORM,
    ),
    Fault.NOTICE_FORGED: Explanation(
        UNAUTHORIZED,
        N_("Un autre avis de la plateforme a déjà porté ce numéro à usage unique (nonce)."),
        REPORT,
        Mender.PLATFORM,
    ),
}


def new_reference() -> str:
    """Return a number that somebody can read out: ``7KQF-3M9T``."""
    letters = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(REFERENCE_LENGTH))
    return f"{letters[: REFERENCE_LENGTH // 2]}-{letters[REFERENCE_LENGTH // 2 :]}"

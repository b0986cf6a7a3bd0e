"""What is said of a registration that goes no further: the cause, the remedy, and for whom.

The texts are in French, the language in which the catalogues are kept; a page translates
them.
"""

from __future__ import annotations

from collections.abc import Mapping

from lti_tool.lti import RegistrationFault
from lti_tool.services.refusals import BAD_REQUEST, FORBIDDEN, N_, Explanation, Mender

_NEW_INVITATION = N_(
    "Demandez une nouvelle adresse d’inscription. La page d’administration de l’outil la donne."
)
_AGAIN = N_(
    "Recommencez depuis la plateforme, avec la même adresse\u00a0: l’invitation n’a pas été "
    "utilisée. Si le refus persiste, transmettez le numéro de référence."
)

REGISTRATION_EXPLANATIONS: Mapping[RegistrationFault, Explanation] = {
    RegistrationFault.INCOMPLETE: Explanation(
        BAD_REQUEST,
        N_("Cette adresse s’ouvre depuis la plateforme de cours, pas directement."),
        N_(
            "Copiez l’adresse d’inscription tout entière, puis collez-la dans la page de la "
            "plateforme qui ajoute un outil LTI. L’invitation n’a pas été utilisée."
        ),
        Mender.PLATFORM,
    ),
    RegistrationFault.INVITATION_UNKNOWN: Explanation(
        FORBIDDEN,
        N_("L’outil ne connaît pas cette invitation."),
        N_(
            "Vérifiez que l’adresse d’inscription a été copiée tout entière, ou demandez-en "
            "une nouvelle."
        ),
        Mender.BOTH,
    ),
    RegistrationFault.INVITATION_EXPIRED: Explanation(
        FORBIDDEN,
        N_("Cette invitation n’est plus valable\u00a0: sa durée est écoulée."),
        _NEW_INVITATION,
        Mender.TOOL,
    ),
    RegistrationFault.INVITATION_USED: Explanation(
        FORBIDDEN,
        N_("Cette invitation a déjà servi\u00a0: une invitation n’inscrit l’outil qu’une fois."),
        _NEW_INVITATION,
        Mender.TOOL,
    ),
    RegistrationFault.INVITATION_BUSY: Explanation(
        FORBIDDEN,
        N_("Une autre inscription est en cours avec cette invitation."),
        N_(
            "Attendez trois minutes, puis regardez si l’outil figure dans la plateforme. "
            "Sinon, recommencez."
        ),
        Mender.PLATFORM,
    ),
    RegistrationFault.ADDRESS_REFUSED: Explanation(
        BAD_REQUEST,
        N_("La plateforme donne une adresse que l’outil n’a pas le droit d’appeler."),
        N_(
            "L’inscription automatique demande une plateforme en https, à une adresse publique. "
            "Inscrivez une plateforme interne à la main, dans la page d’administration de l’outil."
        ),
        Mender.TOOL,
    ),
    RegistrationFault.UNREACHABLE: Explanation(
        BAD_REQUEST,
        N_("La plateforme n’a pas répondu à l’outil, ou pas comme il faut."),
        _AGAIN,
        Mender.BOTH,
    ),
    RegistrationFault.CONFIGURATION_WRONG: Explanation(
        BAD_REQUEST,
        N_("L’outil ne comprend pas ce que la plateforme dit d’elle-même."),
        N_(
            "Vérifiez que la plateforme sait inscrire un outil LTI 1.3 automatiquement. Sinon, "
            "inscrivez l’outil à la main. Le journal dit ce qui manque."
        ),
        Mender.PLATFORM,
    ),
    RegistrationFault.ISSUER_FOREIGN: Explanation(
        FORBIDDEN,
        N_("La plateforme se présente sous le nom d’un autre site que le sien."),
        N_(
            "L’émetteur (issuer) et l’adresse de sa description (openid-configuration) doivent "
            "être sur le même site. Corrigez l’adresse publique de la plateforme."
        ),
        Mender.PLATFORM,
    ),
    RegistrationFault.REJECTED: Explanation(
        BAD_REQUEST,
        N_(
            "La plateforme a refusé l’inscription. Son jeton, souvent valable une heure, "
            "a peut-être expiré."
        ),
        _AGAIN,
        Mender.PLATFORM,
    ),
    RegistrationFault.ANSWER_WRONG: Explanation(
        BAD_REQUEST,
        N_("La plateforme a répondu à l’inscription, mais l’outil ne comprend pas sa réponse."),
        N_(
            "Supprimez dans la plateforme l’outil qui vient d’y être ajouté, puis "
            "recommencez. Si le refus persiste, inscrivez l’outil à la main."
        ),
        Mender.PLATFORM,
    ),
}

"""Why a package cannot be made, in French: profiles, options, formats, licences."""

from __future__ import annotations

from typing import Final

from lti_tool.services.refusals import N_

SENTENCES: Final[tuple[tuple[str, str], ...]] = (
    # Profiles of partners
    (
        "There is no partner “{name}”: no profile has that name.",
        N_(
            "Il n’y a pas de partenaire «\u00a0%(name)s\u00a0»\u00a0: aucun profil ne porte ce nom."
        ),
    ),
    (
        "This profile cannot be read: {detail}.",
        N_("Ce profil ne peut pas être lu. Voici ce qu’en dit l’outil qui le lit\u00a0:"),
    ),
    ("Mend the file as TOML.", N_("Corrigez le fichier\u00a0: il est écrit en TOML.")),
    (
        "“{name}” is not a name for a partner.",
        N_("«\u00a0%(name)s\u00a0» ne convient pas au nom d’un partenaire."),
    ),
    (
        "Name the file in small letters without accents, figures, and hyphens.",
        N_("Nommez le fichier en minuscules sans accent, en chiffres et en traits d’union."),
    ),
    (
        "“{place}” is not a field of a profile.",
        N_("«\u00a0%(place)s\u00a0» n’est pas un champ d’un profil."),
    ),
    ("“{place}” is not a table.", N_("«\u00a0%(place)s\u00a0» n’est pas une table.")),
    (
        "Write [{name}] on a line, its fields below it.",
        N_("Écrivez [%(name)s] sur une ligne, et ses champs au-dessous."),
    ),
    (
        "“{place}” cannot be “{value}”.",
        N_("«\u00a0%(place)s\u00a0» ne peut pas être «\u00a0%(value)s\u00a0»."),
    ),
    ("Write a text between quotes.", N_("Écrivez un texte entre guillemets droits.")),
    (
        "Write a text between quotes, or a number.",
        N_("Écrivez un texte entre guillemets droits, ou un nombre."),
    ),
    (
        "Write a name in small letters, such as moodle.",
        N_("Écrivez un nom en minuscules, tel que moodle."),
    ),
    (
        'Write a list of units, such as ["chaine-effets"].',
        N_('Écrivez une liste d’unités, telle que ["chaine-effets"].'),
    ),
    (
        "Write {most} characters at most: it has {count}.",
        N_("Écrivez %(most)s caractères au plus\u00a0: il y en a %(count)s."),
    ),
    ("Write a colour such as #0b5563.", N_("Écrivez une couleur telle que #0b5563.")),
    (
        "Choose a darker colour, on which everybody can read white text: the contrast is "
        "{contrast}, and {least} is the least.",
        N_(
            "Choisissez une couleur plus sombre, sur laquelle tout le monde peut lire du texte "
            "blanc\u00a0: le contraste est de %(contrast)s, et il en faut au moins %(least)s."
        ),
    ),
    (
        "The profile fills in “{field}”, which is no field of this syllabus.",
        N_(
            "Le profil remplit «\u00a0%(field)s\u00a0», qui n’est pas un champ de la "
            "présentation de ce cours."
        ),
    ),
    (
        "The profile leaves out “{unit}”, which is no unit of this course.",
        N_("Le profil laisse de côté «\u00a0%(unit)s\u00a0», qui n’est pas une unité de ce cours."),
    ),
    (
        "The unit “{unit}” begins from the workshop “{workshop}”, whose unit is left out.",
        N_(
            "L’unité «\u00a0%(unit)s\u00a0» part de l’atelier «\u00a0%(workshop)s\u00a0», dont "
            "l’unité est laissée de côté."
        ),
    ),
    ("Leave out both units, or neither.", N_("Laissez de côté les deux unités, ou aucune.")),
    # Options
    ("There is no such option.", N_("Ce réglage n’existe pas.")),
    ("It cannot be “{value}”.", N_("Ce réglage ne peut pas être «\u00a0%(value)s\u00a0».")),
    ("Write one of {values}.", N_("Écrivez l’une de ces valeurs\u00a0: %(values)s.")),
    (
        "Write a number from 0 to 100, or “{none}”.",
        N_("Écrivez un nombre de 0 à 100, ou «\u00a0%(none)s\u00a0»."),
    ),
    (
        "Write a language as the course does, such as fr.",
        N_("Écrivez une langue comme le cours l’écrit, par exemple fr."),
    ),
    (
        "Write the tool's public address, such as https://arrimage.example.org, or “{none}”.",
        N_(
            "Écrivez l’adresse publique de l’outil, telle que https://arrimage.example.org, ou "
            "«\u00a0%(none)s\u00a0»."
        ),
    ),
    ("Write the licence's number.", N_("Écrivez le numéro de la licence.")),
    # Packages
    ("There is no format “{name}”.", N_("Il n’y a pas de format «\u00a0%(name)s\u00a0».")),
    (
        "The course “{course}” is not written in the language “{language}”.",
        N_(
            "Le cours «\u00a0%(course)s\u00a0» n’est pas écrit dans la langue "
            "«\u00a0%(language)s\u00a0»."
        ),
    ),
    (
        "Choose one of its languages: {languages}.",
        N_("Choisissez l’une de ses langues\u00a0: %(languages)s."),
    ),
    (
        "The package cannot be written: {detail}.",
        N_("Le paquet ne peut pas être écrit. Voici ce qu’en dit le système\u00a0:"),
    ),
    (
        "Name a folder that you may write to, on a disk with room left.",
        N_(
            "L’administration de l’outil vérifie que le dossier peut être écrit et que le disque "
            "a de la place."
        ),
    ),
    (
        "Put the file back, and let the account that runs this program read it.",
        N_(
            "Remettez le fichier en place, et donnez le droit de le lire au compte qui fait "
            "tourner l’outil."
        ),
    ),
    (
        "These file names may get lost on some platforms: {names}.",
        N_("Ces noms de fichiers peuvent se perdre sur certaines plateformes\u00a0: %(names)s."),
    ),
    (
        "Use only unaccented letters, digits, dots, hyphens and underscores, and adapt the pages "
        "that name these files.",
        N_(
            "N’employez que des lettres sans accent, des chiffres, des points, des traits "
            "d’union et des tirets bas, et adaptez les pages qui nomment ces fichiers."
        ),
    ),
    (
        "Two files differ only in upper and lower case: {one} and {other}.",
        N_("Deux fichiers ne diffèrent que par des majuscules\u00a0: %(one)s et %(other)s."),
    ),
    (
        "Rename one of them, and adapt the pages that name it.",
        N_("Renommez l’un des deux, et adaptez les pages qui le nomment."),
    ),
    (
        "The package would hold {files} files of {size} MiB together; platforms take "
        "{most_files} files and {most_size} MiB.",
        N_(
            "Le paquet contiendrait %(files)s fichiers, soit %(size)s Mio\u202f; les plateformes "
            "prennent %(most_files)s fichiers et %(most_size)s Mio."
        ),
    ),
    (
        "Leave out or shrink media, or split the course.",
        N_("Retirez ou allégez des médias, ou partagez le cours."),
    ),
    (
        "The platform shows no menu of several pieces, and in {format} a piece cannot ask for "
        "the next one: learners would be stuck in the first unit.",
        N_(
            "La plateforme ne montre pas de menu des morceaux, et en %(format)s un morceau ne "
            "peut pas demander le suivant\u00a0: personne ne sortirait de la première unité."
        ),
    ),
    (
        "Export one piece for the module (--structure module), or take SCORM 2004, whose pieces "
        "ask the platform for the next one.",
        N_(
            "Préférez un seul morceau pour tout le module, ou prenez SCORM 2004, dont les "
            "morceaux demandent le suivant à la plateforme."
        ),
    ),
    (
        "The course is too large for {format}: with {steps} steps and {activities} activities, "
        "what a platform keeps of a learner would not hold their scores.",
        N_(
            "Le cours est trop grand pour %(format)s\u00a0: avec %(steps)s étapes et "
            "%(activities)s activités, ce qu’une plateforme garde de chaque personne ne "
            "contiendrait pas ses résultats."
        ),
    ),
    (
        "Export one piece for each unit (--structure units), split the course, or deliver it by "
        "LTI, which has no such limit.",
        N_(
            "Préférez un morceau par unité, partagez le cours, ou servez-le par LTI, qui n’a pas "
            "cette limite."
        ),
    ),
    (
        "{platform} takes {format} in one piece only.",
        N_("%(platform)s ne prend %(format)s qu’en un seul morceau."),
    ),
    (
        "Choose --structure {}, or another format.",
        N_("Choisissez un seul morceau pour tout le module, ou un autre format."),
    ),
    (
        "SCORM's control documents are missing: {names}.",
        N_("Les documents de contrôle de SCORM manquent\u00a0: %(names)s."),
    ),
    (
        "In a clone, run `make` (or `python tools/control_documents.py`); an installed Arrimage "
        "has to be installed again.",
        N_(
            "L’administration de l’outil lance «\u00a0make\u00a0» dans une copie des sources, ou "
            "installe de nouveau Arrimage."
        ),
    ),
    (
        "The player is not built: {names} missing.",
        N_("Le lecteur n’est pas construit\u00a0: il manque %(names)s."),
    ),
    (
        "Whoever installed this from sources builds it with: make build",
        N_(
            "Qui a installé l’outil à partir des sources le construit par la commande "
            "«\u00a0make build\u00a0»."
        ),
    ),
    (
        "The PDF could not be made: {detail}.",
        N_("Le PDF n’a pas pu être fait. Voici ce que dit l’outil qui le compose\u00a0:"),
    ),
    (
        "If it speaks of a picture, save that picture again; anything else is a fault of "
        "Arrimage: please report it.",
        N_(
            "S’il est question d’une image, enregistrez-la de nouveau\u202f; tout le reste est "
            "un défaut d’Arrimage\u00a0: signalez-le."
        ),
    ),
    # Licences
    (
        "A dispatch package opens a course under a licence, and none is named.",
        N_(
            "Un paquet «\u00a0dispatch\u00a0» ouvre un cours sous une licence, et aucune n’est "
            "nommée."
        ),
    ),
    (
        "Name the licence (--licence) under which this partner may open it.",
        N_("Choisissez la licence sous laquelle ce partenaire peut l’ouvrir."),
    ),
    (
        "A dispatch package is for one partner.",
        N_("Un paquet «\u00a0dispatch\u00a0» est fait pour un partenaire."),
    ),
    ("Name it (--partner), then export again.", N_("Choisissez lequel, puis refaites le paquet.")),
    (
        "Licence {number} is for the course “{course}” at “{partner}”.",
        N_(
            "La licence %(number)s est pour le cours «\u00a0%(course)s\u00a0» chez "
            "«\u00a0%(partner)s\u00a0»."
        ),
    ),
    ("Name another one. See: arrimage licence list", N_("Choisissez-en une autre.")),
    (
        "Licence {number} is for the course in the language “{language}”.",
        N_("La licence %(number)s est pour le cours dans la langue «\u00a0%(language)s\u00a0»."),
    ),
    (
        "Export in that language, or make another licence: arrimage licence create --help",
        N_("Choisissez cette langue, ou demandez une autre licence à l’administration de l’outil."),
    ),
    ("There is no such licence here.", N_("Cette licence n’existe pas ici.")),
    ("See: arrimage licence list", N_("Choisissez-en une de la liste.")),
    ("Licence {number} is revoked.", N_("La licence %(number)s est retirée.")),
    (
        "Make another one: arrimage licence create",
        N_("Demandez-en une autre à l’administration de l’outil."),
    ),
    (
        "The partner “{partner}” has no licence that opens the course “{course}”.",
        N_(
            "Le partenaire «\u00a0%(partner)s\u00a0» n’a pas de licence qui ouvre le cours "
            "«\u00a0%(course)s\u00a0»."
        ),
    ),
    (
        "Make one: arrimage licence create --partner {} --course {} --seats NUMBER --until DATE",
        N_("L’administration de l’outil en fait une dans la page «\u00a0Licences\u00a0»."),
    ),
    (
        "The partner “{partner}” has several licences for “{course}”: {numbers}.",
        N_(
            "Le partenaire «\u00a0%(partner)s\u00a0» a plusieurs licences pour "
            "«\u00a0%(course)s\u00a0»\u00a0: %(numbers)s."
        ),
    ),
    (
        "Say which one the package is for (--licence NUMBER).",
        N_("Choisissez celle pour laquelle le paquet est fait."),
    ),
)
"""In English, with holes for what changes, and the same in French."""

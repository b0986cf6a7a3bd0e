"""What is wrong with a course's files, and with the values in them, in French."""

from __future__ import annotations

from typing import Final

from lti_tool.services.refusals import N_

SENTENCES: Final[tuple[tuple[str, str], ...]] = (
    # Remedies that say which words are known
    ("Did you mean “{word}”?", N_("Vouliez-vous écrire «\u00a0%(word)s\u00a0»\u202f?")),
    ("Known here: {words}.", N_("Ce qui est connu ici\u00a0: %(words)s.")),
    (
        "None is known here: declare it first, or remove the mention of it.",
        N_(
            "Rien de tel n’est encore connu ici\u00a0: déclarez-le d’abord, ou retirez ce qui en "
            "parle."
        ),
    ),
    # A course, its folder, its files
    ("There is no course “{name}”.", N_("Il n’y a pas de cours «\u00a0%(name)s\u00a0».")),
    (
        "“{name}” is not a name for a course's folder.",
        N_("«\u00a0%(name)s\u00a0» ne convient pas au dossier d’un cours."),
    ),
    ("This path leads out of the course's folder.", N_("Ce chemin sort du dossier du cours.")),
    ("Replace the link by the file itself.", N_("Remplacez le lien par le fichier lui-même.")),
    ("This file does not exist.", N_("Ce fichier n’existe pas.")),
    ("“{name}” does not exist.", N_("«\u00a0%(name)s\u00a0» n’existe pas.")),
    ("Create it, or correct its name.", N_("Créez-le, ou corrigez son nom.")),
    ("Create it, or correct the name.", N_("Créez-le, ou corrigez le nom.")),
    ("Put the file there, or correct the name.", N_("Mettez-y le fichier, ou corrigez le nom.")),
    ("This is not a plain file.", N_("Ce n’est pas un simple fichier.")),
    ("Put a plain file in its place.", N_("Mettez un simple fichier à sa place.")),
    (
        "This file cannot be read: {detail}.",
        N_("Ce fichier ne peut pas être lu. Voici ce qu’en dit le système\u00a0:"),
    ),
    (
        "Let the account that runs this program read it.",
        N_("Donnez le droit de le lire au compte qui fait tourner l’outil."),
    ),
    (
        "This file has {size} KiB, and {most} is the most.",
        N_("Ce fichier pèse %(size)s Kio, et %(most)s sont permis au plus."),
    ),
    ("Split it into several files.", N_("Partagez-le en plusieurs fichiers.")),
    ("Make it smaller.", N_("Allégez-le.")),
    ("This file is not in UTF-8.", N_("Ce fichier n’est pas en UTF-8.")),
    (
        "Save it again with the UTF-8 encoding.",
        N_("Enregistrez-le de nouveau, avec l’encodage UTF-8."),
    ),
    (
        "This line holds a control character (U+{code}).",
        N_("Cette ligne contient un caractère de contrôle (U+%(code)s)."),
    ),
    (
        "This line holds a character that no page can show (U+{code}).",
        N_("Cette ligne contient un caractère qu’aucune page ne peut montrer (U+%(code)s)."),
    ),
    ("Delete it.", N_("Effacez-le.")),
    ("This file is empty.", N_("Ce fichier est vide.")),
    ("Write its keys, or delete it.", N_("Écrivez-y ses clés, ou supprimez-le.")),
    # Media
    (
        "Files of this kind are not shown in a course.",
        N_("Un cours ne montre pas de fichiers de ce genre."),
    ),
    (
        "This file is not of the kind that its name says.",
        N_("Ce fichier n’est pas du genre que dit son nom."),
    ),
    (
        "Save it again in the format of its name.",
        N_("Enregistrez-le de nouveau, dans le format que dit son nom."),
    ),
    ("This drawing is not plain SVG.", N_("Ce dessin n’est pas du simple SVG.")),
    (
        "Save it again as SVG, without a document type.",
        N_("Enregistrez-le de nouveau en SVG, sans type de document."),
    ),
    (
        "This drawing holds a script, an event handler or an outside address.",
        N_("Ce dessin contient un script, une réaction à un évènement ou une adresse extérieure."),
    ),
    (
        "Remove it: save the drawing again as plain SVG.",
        N_("Retirez cela\u00a0: enregistrez de nouveau le dessin en simple SVG."),
    ),
    # YAML
    (
        "This is not YAML: {detail}.",
        N_("Ce n’est pas du YAML. Voici ce qu’en dit l’outil qui le lit\u00a0:"),
    ),
    ("This is not YAML.", N_("Ce n’est pas du YAML.")),
    (
        "This is not YAML: it holds a character that YAML does not know.",
        N_("Ce n’est pas du YAML\u00a0: il contient un caractère que YAML ne connaît pas."),
    ),
    ("Delete that character.", N_("Effacez ce caractère.")),
    ("Save the file again as plain text.", N_("Enregistrez de nouveau le fichier en texte brut.")),
    (
        "Replace the tab that stands here: indent with spaces.",
        N_("Remplacez la tabulation qui se trouve là\u00a0: le retrait se fait par des espaces."),
    ),
    (
        "Put the text between quotes: it holds a colon followed by a space.",
        N_(
            "Mettez le texte entre guillemets droits\u00a0: il contient deux-points suivis d’une "
            "espace."
        ),
    ),
    (
        "Put the text between quotes: its first character has a meaning in YAML.",
        N_(
            "Mettez le texte entre guillemets droits\u00a0: son premier caractère a un sens en "
            "YAML."
        ),
    ),
    (
        "Keep one document in the file: remove the line of dashes.",
        N_("Gardez un seul document dans le fichier\u00a0: retirez la ligne de tirets."),
    ),
    (
        "Look at indentation, quotes and brackets on this line and the one before.",
        N_(
            "Regardez les retraits, les guillemets et les crochets de cette ligne et de la "
            "précédente."
        ),
    ),
    (
        "“*{name}” is an alias, and aliases are not used here.",
        N_("«\u00a0*%(name)s\u00a0» est un alias, et les alias ne servent pas ici."),
    ),
    ("Write the value out again.", N_("Écrivez de nouveau la valeur en entier.")),
    (
        "This is nested deeper than {levels} levels.",
        N_("C’est emboîté sur plus de %(levels)s niveaux."),
    ),
    (
        "Flatten it: no key of a course lies that deep.",
        N_("Simplifiez\u00a0: aucune clé d’un cours n’est si profonde."),
    ),
    ("A key must be a word.", N_("Une clé doit être un mot.")),
    ("Write a plain word as key.", N_("Écrivez un simple mot comme clé.")),
    (
        "The key “{key}” is already there, on line {line}.",
        N_("La clé «\u00a0%(key)s\u00a0» est déjà là, à la ligne %(line)s."),
    ),
    ("Keep one of the two.", N_("Gardez une des deux.")),
    ("The tag “{tag}” is not used here.", N_("L’étiquette «\u00a0%(tag)s\u00a0» ne sert pas ici.")),
    (
        "Remove the word that begins with an exclamation mark.",
        N_("Retirez le mot qui commence par un point d’exclamation."),
    ),
    # Values
    ("“{place}” is missing.", N_("«\u00a0%(place)s\u00a0» manque.")),
    ("Add it.", N_("Ajoutez cette clé.")),
    (
        "Add it under “{language}”, the course's first language.",
        N_("Ajoutez le texte sous «\u00a0%(language)s\u00a0», la première langue du cours."),
    ),
    ("“{place}” is empty.", N_("«\u00a0%(place)s\u00a0» est vide.")),
    ("Write a value, or remove the key.", N_("Écrivez une valeur, ou retirez la clé.")),
    ("“{place}” is not a text.", N_("«\u00a0%(place)s\u00a0» n’est pas un texte.")),
    ("Put it between quotes.", N_("Mettez la valeur entre guillemets droits.")),
    ("“{place}” is blank.", N_("«\u00a0%(place)s\u00a0» ne contient que des espaces.")),
    ("Write a text.", N_("Écrivez un texte.")),
    (
        "“{place}” is longer than {most} characters.",
        N_("«\u00a0%(place)s\u00a0» dépasse %(most)s caractères."),
    ),
    ("Shorten it.", N_("Raccourcissez le texte.")),
    (
        "“{place}” is not of the right form: “{text}”.",
        N_("«\u00a0%(place)s\u00a0» n’a pas la bonne forme\u00a0: «\u00a0%(text)s\u00a0»."),
    ),
    (
        "Use small letters without accents, figures, and hyphens between them.",
        N_("Employez des minuscules sans accent, des chiffres, et des traits d’union entre eux."),
    ),
    (
        "Use letters without accents, figures, hyphens.",
        N_("Employez des lettres sans accent, des chiffres et des traits d’union."),
    ),
    (
        "“{place}” is not a language tag.",
        N_("«\u00a0%(place)s\u00a0» n’est pas le code d’une langue."),
    ),
    ("Write a tag such as fr or en.", N_("Écrivez un code tel que fr ou en.")),
    ("Write tags such as fr or en.", N_("Écrivez des codes tels que fr ou en.")),
    (
        "“{place}” is not a whole number from {least} to {most}.",
        N_("«\u00a0%(place)s\u00a0» n’est pas un nombre entier de %(least)s à %(most)s."),
    ),
    ("Write such a number, without quotes.", N_("Écrivez un tel nombre, sans guillemets.")),
    ("“{place}” is not a number.", N_("«\u00a0%(place)s\u00a0» n’est pas un nombre.")),
    (
        "Write a number with a dot, without quotes: 2.5.",
        N_("Écrivez un nombre avec un point, sans guillemets\u00a0: 2.5."),
    ),
    (
        "“{place}” is too large or too small.",
        N_("«\u00a0%(place)s\u00a0» est trop grand ou trop petit."),
    ),
    (
        "Write it in a larger or a smaller unit.",
        N_("Choisissez une unité plus grande ou plus petite."),
    ),
    ("“{place}” is neither true nor false.", N_("«\u00a0%(place)s\u00a0» n’est ni vrai ni faux.")),
    (
        "Write true or false, without quotes.",
        N_(
            "Écrivez «\u00a0true\u00a0» pour vrai ou «\u00a0false\u00a0» pour faux, sans "
            "guillemets."
        ),
    ),
    ("“{place}” is not a list.", N_("«\u00a0%(place)s\u00a0» n’est pas une liste.")),
    (
        "Write one entry a line, each after a hyphen.",
        N_("Écrivez une entrée par ligne, chacune après un tiret."),
    ),
    (
        "“{place}” has the wrong number of entries: {count}.",
        N_("«\u00a0%(place)s\u00a0» n’a pas le bon nombre d’entrées\u00a0: %(count)s."),
    ),
    ("Write {least} to {most} of them.", N_("Écrivez-en de %(least)s à %(most)s.")),
    (
        "“{place}” is not a set of keys.",
        N_("«\u00a0%(place)s\u00a0» n’est pas un ensemble de clés."),
    ),
    ("This file is not a set of keys.", N_("Ce fichier n’est pas un ensemble de clés.")),
    (
        "Write each key on its own line, before a colon.",
        N_("Écrivez chaque clé sur sa propre ligne, devant deux-points."),
    ),
    (
        "“{place}” is not a key here.",
        N_("«\u00a0%(place)s\u00a0» n’est pas une clé connue à cet endroit."),
    ),
    ("“{place}” repeats “{value}”.", N_("«\u00a0%(place)s\u00a0» répète «\u00a0%(value)s\u00a0».")),
    ("Rename one of them.", N_("Renommez l’un des deux.")),
)
"""In English, with holes for what changes, and the same in French."""

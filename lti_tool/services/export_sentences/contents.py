"""What is wrong in the contents of a course, in French."""

from __future__ import annotations

from typing import Final

from lti_tool.services.refusals import N_

SENTENCES: Final[tuple[tuple[str, str], ...]] = (
    # Questions
    (
        "“{place}” is “{kind}”, no kind of question.",
        N_(
            "«\u00a0%(place)s\u00a0» est «\u00a0%(kind)s\u00a0», qui n’est pas un genre de "
            "question."
        ),
    ),
    (
        "Say what a learner who answers so should know.",
        N_("Dites ce que devrait savoir qui répond ainsi."),
    ),
    (
        "“{place}” has {count} right choices, and a single choice has exactly 1.",
        N_(
            "«\u00a0%(place)s\u00a0» n’a pas le bon nombre de choix justes\u00a0: %(count)s, là "
            "où un choix unique en a exactement 1."
        ),
    ),
    (
        "Mark one choice “correct: true”, or make the question “kind: multiple”.",
        N_(
            "Donnez «\u00a0true\u00a0» à «\u00a0correct\u00a0» pour un seul choix, ou "
            "«\u00a0multiple\u00a0» à «\u00a0kind\u00a0» pour toute la question."
        ),
    ),
    ("“{place}” has no right choice.", N_("«\u00a0%(place)s\u00a0» n’a aucun choix juste.")),
    (
        "Mark at least one choice “correct: true”.",
        N_("Donnez «\u00a0true\u00a0» à «\u00a0correct\u00a0» pour au moins un choix."),
    ),
    (
        "“{place}” says the same as another one.",
        N_("«\u00a0%(place)s\u00a0» dit la même chose qu’un autre."),
    ),
    ("Make the two differ.", N_("Rendez les deux différents.")),
    (
        "“{place}” is a right answer, and only wrong ones are anticipated.",
        N_("«\u00a0%(place)s\u00a0» est une réponse juste, et on n’anticipe que les fausses."),
    ),
    ("Remove it, or correct it.", N_("Retirez-la, ou corrigez-la.")),
    ("“{place}” is negative.", N_("«\u00a0%(place)s\u00a0» est négatif.")),
    ("Write 0 or more.", N_("Écrivez 0 ou plus.")),
    (
        "Write it as a learner would type it: 2,5.",
        N_("Écrivez-le comme on le taperait en répondant\u00a0: 2,5."),
    ),
    (
        "“{place}” has no letter or figure.",
        N_("«\u00a0%(place)s\u00a0» ne contient ni lettre ni chiffre."),
    ),
    ("Write a word that can be typed.", N_("Écrivez un mot qui peut se taper.")),
    # Units, pages and the course's own file
    (
        "Name the page such as 01-lecon.md, beside unit.yaml.",
        N_("Nommez la page comme 01-lecon.md, à côté de unit.yaml."),
    ),
    (
        "Name the file such as quiz.yaml, beside unit.yaml.",
        N_("Nommez le fichier comme quiz.yaml, à côté de unit.yaml."),
    ),
    (
        "Name the file such as carte.yaml, beside unit.yaml.",
        N_("Nommez le fichier comme carte.yaml, à côté de unit.yaml."),
    ),
    ("Name the page such as syllabus.md.", N_("Nommez la page comme syllabus.md.")),
    (
        "Name the file such as glossaire.yaml, beside course.yaml.",
        N_("Nommez le fichier comme glossaire.yaml, à côté de course.yaml."),
    ),
    (
        "“{place}” is not one page, quiz or workshop.",
        N_("«\u00a0%(place)s\u00a0» n’est pas une page, un questionnaire ou un atelier."),
    ),
    (
        "Write “page:”, “quiz:” or “workshop:”, one of them.",
        N_(
            "Écrivez la clé «\u00a0page\u00a0», «\u00a0quiz\u00a0» ou «\u00a0workshop\u00a0», "
            "une seule des trois."
        ),
    ),
    ("Write a reference's key.", N_("Écrivez la clé d’une référence.")),
    (
        "Write it from “10.” on, without https://doi.org/.",
        N_("Écrivez-le à partir de «\u00a010.\u00a0», sans https://doi.org/."),
    ),
    (
        "Write an address that begins with https://.",
        N_("Écrivez une adresse qui commence par https://."),
    ),
    (
        "“{place}” is “{name}”, the page's own name.",
        N_("«\u00a0%(place)s\u00a0» est «\u00a0%(name)s\u00a0», le nom de la page elle-même."),
    ),
    ("Choose another id.", N_("Choisissez un autre identifiant (id).")),
    (
        "“{place}” is no contribution: “{role}”.",
        N_("«\u00a0%(place)s\u00a0» ne nomme pas un rôle connu\u00a0: «\u00a0%(role)s\u00a0»."),
    ),
    ("This page has no title.", N_("Cette page n’a pas de titre.")),
    ("Begin it with “# Its title”.", N_("Commencez-la par «\u00a0# Son titre\u00a0».")),
    ("A page has one title only.", N_("Une page n’a qu’un titre.")),
    ("Begin the line with ## instead of #.", N_("Commencez la ligne par ## au lieu de #.")),
    ("This page has a title and nothing else.", N_("Cette page a un titre et rien d’autre.")),
    ("Write its text.", N_("Écrivez son texte.")),
    # Workshops
    (
        "“{place}” is “{tool}”, no tool of a workshop.",
        N_(
            "«\u00a0%(place)s\u00a0» est «\u00a0%(tool)s\u00a0», qui n’est pas l’outil d’un "
            "atelier."
        ),
    ),
    ("The tool “{tool}” needs it.", N_("L’outil «\u00a0%(tool)s\u00a0» en a besoin.")),
    (
        "“{place}” is no setting of the tool “{tool}”.",
        N_("«\u00a0%(place)s\u00a0» n’est pas un réglage de l’outil «\u00a0%(tool)s\u00a0»."),
    ),
    ("Remove it.", N_("Retirez cette clé.")),
    (
        "Remove it, or choose another tool: what it makes is about one person.",
        N_(
            "Retirez cette clé, ou choisissez un autre outil\u00a0: ce que celui-ci produit "
            "parle d’une seule personne."
        ),
    ),
    (
        "“{place}” is “{category}”, no category of this sorting.",
        N_(
            "«\u00a0%(place)s\u00a0» est «\u00a0%(category)s\u00a0», qui n’est pas une catégorie "
            "de ce tri."
        ),
    ),
    (
        "“{place}” is where the case belongs.",
        N_("«\u00a0%(place)s\u00a0» est la catégorie même de ce cas."),
    ),
    ("Write that in the case's own feedback.", N_("Écrivez cela dans le retour du cas lui-même.")),
    (
        "“{place}” do not rise in points.",
        N_("«\u00a0%(place)s\u00a0»\u00a0: les points ne montent pas d’un niveau à l’autre."),
    ),
    (
        "Begin with the fewest points, and give each level more.",
        N_("Commencez par le moins de points, et donnez-en plus à chaque niveau."),
    ),
    # What files say of one another
    (
        "The {key} “{value}” is there twice.",
        N_("La clé %(key)s a deux fois la valeur «\u00a0%(value)s\u00a0»."),
    ),
    ("Rename one of the two.", N_("Renommez l’un des deux.")),
    (
        "The language “{language}” is there twice.",
        N_("La langue «\u00a0%(language)s\u00a0» est là deux fois."),
    ),
    ("Remove one of the two.", N_("Retirez l’une des deux.")),
    (
        "“{name}” is a name that the player uses itself.",
        N_("«\u00a0%(name)s\u00a0» est un nom que le lecteur emploie lui-même."),
    ),
    ("Rename the folder and this line.", N_("Renommez le dossier, et changez cette ligne.")),
    (
        "The unit “{unit}” is listed twice.",
        N_("L’unité «\u00a0%(unit)s\u00a0» est citée deux fois."),
    ),
    (
        "List it once: a unit is in one part.",
        N_("Citez-la une seule fois\u00a0: une unité est dans une seule partie."),
    ),
    (
        "Two steps of this unit have the id “{step}”.",
        N_("Deux étapes de cette unité ont l’identifiant «\u00a0%(step)s\u00a0»."),
    ),
    (
        "The id “{id}” is used in {file} already.",
        N_("L’identifiant «\u00a0%(id)s\u00a0» sert déjà dans %(file)s."),
    ),
    (
        "“{workshop}” is not a workshop that comes before this one.",
        N_("«\u00a0%(workshop)s\u00a0» n’est pas un atelier qui vient avant celui-ci."),
    ),
    (
        "“{competency}” is not a competency of this course.",
        N_("«\u00a0%(competency)s\u00a0» n’est pas une compétence de ce cours."),
    ),
    (
        "“{key}” is not a reference of this course.",
        N_("«\u00a0%(key)s\u00a0» n’est pas une référence de ce cours."),
    ),
    (
        "“@{key}” is not a reference of this course.",
        N_("«\u00a0@%(key)s\u00a0» n’est pas une référence de ce cours."),
    ),
    (
        "“{field}” is not a field of this course's syllabus.",
        N_("«\u00a0%(field)s\u00a0» n’est pas un champ de la présentation de ce cours."),
    ),
    (
        "The value of “{field}” is not a text.",
        N_("La valeur de «\u00a0%(field)s\u00a0» n’est pas un texte."),
    ),
    (
        "Write a text between quotes, or remove the line.",
        N_("Écrivez un texte entre guillemets droits, ou retirez la ligne."),
    ),
    # What texts mention
    (
        "A heading stands here, and only pages have headings.",
        N_("Un intertitre se trouve là, et seules les pages en ont."),
    ),
    (
        "Write a paragraph: **bold** will do.",
        N_("Écrivez un paragraphe\u00a0: le **gras** suffit."),
    ),
    (
        "“{file}” is not a file of this course's media folder.",
        N_(
            "«\u00a0%(file)s\u00a0» n’est pas un fichier du dossier «\u00a0media\u00a0» de ce "
            "cours."
        ),
    ),
    (
        "Put the image there and write media/its-name.",
        N_("Mettez-y l’image, et écrivez media/son-nom."),
    ),
    ("This image has no text alternative.", N_("Cette image n’a pas de texte de remplacement.")),
    (
        "Say between the brackets what it shows, for those who do not see it.",
        N_("Dites entre les crochets ce qu’elle montre, pour qui ne la voit pas."),
    ),
    ("This link has no words.", N_("Ce lien n’a pas de texte.")),
    ("Say between the brackets where it leads.", N_("Dites entre les crochets où il mène.")),
    (
        "“{address}” is not an address that a course may link to.",
        N_("«\u00a0%(address)s\u00a0» n’est pas une adresse vers laquelle un cours peut mener."),
    ),
    (
        "Write https://…, unit/step or media/file.",
        N_("Écrivez https://…, unité/étape ou media/fichier."),
    ),
    (
        "“{term}” is not an entry of the glossary.",
        N_("«\u00a0%(term)s\u00a0» n’est pas une entrée du glossaire."),
    ),
    (
        "“{step}” is not a step of this course.",
        N_("«\u00a0%(step)s\u00a0» n’est pas une étape de ce cours."),
    ),
    (
        "“<{element}>”, written so, is HTML that a course does not use.",
        N_("«\u00a0<%(element)s>\u00a0», écrit ainsi, est du HTML dont un cours ne se sert pas."),
    ),
    (
        "Write Markdown; of HTML, only {elements} may stay.",
        N_("Écrivez du Markdown\u202f; du HTML, seuls %(elements)s peuvent rester."),
    ),
    (
        "The note “{note}” is called here and is nowhere.",
        N_("La note «\u00a0%(note)s\u00a0» est appelée ici et n’est nulle part."),
    ),
    (
        "Write it on a line of its own: [^{note}]: …",
        N_("Écrivez-la sur sa propre ligne\u00a0: [^%(note)s]: …"),
    ),
    (
        "This citation cannot be read: {citation}",
        N_("Cette citation ne peut pas être lue\u00a0: %(citation)s"),
    ),
    ("Write [@key] or [@key, p. 12].", N_("Écrivez [@clé] ou [@clé, p. 12].")),
    (
        "“::: {name}” is not a callout.",
        N_("«\u00a0::: %(name)s\u00a0» n’ouvre pas un encadré connu."),
    ),
    (
        "This ends a callout that did not begin.",
        N_("Cela termine un encadré qui n’a pas commencé."),
    ),
    ("Remove the line.", N_("Retirez la ligne.")),
    ("The callout “{name}” has no end.", N_("L’encadré «\u00a0%(name)s\u00a0» n’a pas de fin.")),
    (
        "Write ::: on a line after its last one.",
        N_("Écrivez «\u00a0:::\u00a0» sur une ligne, après la dernière de l’encadré."),
    ),
)
"""In English, with holes for what changes, and the same in French."""

"""What is wrong with a cartridge that is not sound, in French."""

from __future__ import annotations

from typing import Final

from lti_tool.services.refusals import N_

SENTENCES: Final[tuple[tuple[str, str], ...]] = (
    # Cartridges
    (
        "There are {count} organizations, and cartridges have one.",
        N_("Il y a %(count)s organisations, et une cartouche en a une."),
    ),
    (
        "Describe the course in one <organization>.",
        N_("Décrivez le cours dans une seule <organization>."),
    ),
    (
        "The organization's structure is {structure}.",
        N_("La structure de l’organisation est %(structure)s."),
    ),
    ('Set structure="rooted-hierarchy".', N_('Écrivez structure="rooted-hierarchy".')),
    (
        "The organization does not have one root that holds all items.",
        N_("L’organisation n’a pas une racine qui contient tous les éléments."),
    ),
    (
        "Put one <item> without identifierref around them.",
        N_("Mettez autour d’eux un <item> sans identifierref."),
    ),
    (
        "The item {item} holds items, and shows something itself.",
        N_("L’élément %(item)s contient des éléments, et montre lui-même quelque chose."),
    ),
    (
        "Put what it shows into an item of its own.",
        N_("Mettez ce qu’il montre dans un élément à part."),
    ),
    ("The item {item} shows nothing.", N_("L’élément %(item)s ne montre rien.")),
    (
        "The resource {resource} is of type {type}, which cartridges do not have.",
        N_("La ressource %(resource)s est du type %(type)s, qu’une cartouche n’a pas."),
    ),
    ("Name one of the types of the profile.", N_("Nommez un des types du profil.")),
    (
        "The resource {resource} is of type {type}, in a cartridge of version 1.{version}.",
        N_(
            "La ressource %(resource)s est du type %(type)s, dans une cartouche de version "
            "1.%(version)s."
        ),
    ),
    (
        "Use the types of the cartridge's own version.",
        N_("Employez les types de la version de la cartouche."),
    ),
    (
        "The resource {resource} is of type {type}, and thin cartridges hold links only.",
        N_(
            "La ressource %(resource)s est du type %(type)s, et une cartouche légère ne contient "
            "que des liens."
        ),
    ),
    (
        "Leave it out, or name the schema {schema}.",
        N_("Retirez-la, ou nommez le schéma %(schema)s."),
    ),
    (
        "The resource {resource} has {count} files.",
        N_("La ressource %(resource)s a %(count)s fichiers."),
    ),
    (
        "Give one file to each resource of type {type}.",
        N_("Donnez un fichier à chaque ressource du type %(type)s."),
    ),
    ("Write it as XML in UTF-8.", N_("Écrivez-le en XML et en UTF-8.")),
    ("It is not a <cartridge_basiclti_link>.", N_("Ce n’est pas un <cartridge_basiclti_link>.")),
    ("Describe the link as LTI does.", N_("Décrivez le lien comme le fait LTI.")),
    ("The link has no title.", N_("Le lien n’a pas de titre.")),
    ("Give it a <blti:title>.", N_("Donnez-lui un <blti:title>.")),
    ("The link leads nowhere.", N_("Le lien ne mène nulle part.")),
    ("Give it a <blti:secure_launch_url>.", N_("Donnez-lui un <blti:secure_launch_url>.")),
    (
        "The link's {name} is {address}, which is no https address.",
        N_("L’adresse %(name)s du lien est %(address)s, qui n’est pas en https."),
    ),
    ("Lead to the tool by https.", N_("Menez à l’outil par https.")),
    # Quizzes of cartridges
    (
        "It is not an <{name}> of QTI 1.2 in <questestinterop>.",
        N_("Ce n’est pas un <%(name)s> de QTI 1.2 dans <questestinterop>."),
    ),
    ("Use the namespace {namespace}.", N_("Employez l’espace de noms %(namespace)s.")),
    ("It asks nothing.", N_("Il ne demande rien.")),
    ("Put an <item> into its <section>.", N_("Mettez un <item> dans sa <section>.")),
    (
        "{count} questions have the identifier {ident}.",
        N_("%(count)s questions ont l’identifiant %(ident)s."),
    ),
    (
        "Give each item an ident of its own.",
        N_("Donnez à chaque élément un identifiant (ident) qui lui est propre."),
    ),
    ("The quiz has no title.", N_("Le questionnaire n’a pas de titre.")),
    ("Set title on <assessment>.", N_("Écrivez title dans <assessment>.")),
    (
        "The quiz has not exactly one section.",
        N_("Le questionnaire n’a pas exactement une section."),
    ),
    ("Put all items into one.", N_("Mettez tous les éléments dans une seule.")),
    (
        "The quiz has no metadata field cc_profile.",
        N_("Le questionnaire n’a pas de champ cc_profile dans ses métadonnées."),
    ),
    (
        "Add the field with the value cc.exam.v0p1.",
        N_("Ajoutez le champ, avec la valeur cc.exam.v0p1."),
    ),
    (
        "The metadata field {name} is there twice.",
        N_("Le champ %(name)s des métadonnées est là deux fois."),
    ),
    ("Keep one.", N_("Gardez-en un.")),
    (
        "The profile has no metadata field {name} for a quiz.",
        N_("Le profil n’a pas de champ %(name)s dans les métadonnées d’un questionnaire."),
    ),
    (
        "The metadata field {name} says {value}.",
        N_("Le champ %(name)s des métadonnées dit %(value)s."),
    ),
    (
        "The question {ident} is of the kind {kind}, which the profile does not have.",
        N_("La question %(ident)s est du genre %(kind)s, que le profil n’a pas."),
    ),
    (
        "Set cc_profile to one of {kinds}.",
        N_("Donnez à cc_profile l’une de ces valeurs\u00a0: %(kinds)s."),
    ),
    ("The question {ident} weighs {weight}.", N_("La question %(ident)s a le poids %(weight)s.")),
    ("Write a whole number from 1 to 99.", N_("Écrivez un nombre entier de 1 à 99.")),
    (
        "The question {ident} is an essay, but does not say that somebody marks it.",
        N_(
            "La question %(ident)s est une question ouverte, mais ne dit pas que quelqu’un la "
            "corrige."
        ),
    ),
    ("Set qmd_computerscored to No.", N_("Donnez la valeur No à qmd_computerscored.")),
    (
        "The question {ident} is not answered as its kind is.",
        N_("On ne répond pas à la question %(ident)s comme à une question de son genre."),
    ),
    (
        "Give it one <{response}>, as {kind} has.",
        N_("Donnez-lui un <%(response)s>, comme en a %(kind)s."),
    ),
    (
        "The question {ident} has the cardinality {cardinality}.",
        N_("La question %(ident)s a la cardinalité %(cardinality)s."),
    ),
    ("Set rcardinality to {cardinality}.", N_("Donnez à rcardinality la valeur %(cardinality)s.")),
    (
        "The question {ident} has {count} choices.",
        N_("La question %(ident)s n’a pas le bon nombre de choix\u00a0: %(count)s."),
    ),
    ("Give it {least} choices or more.", N_("Donnez-lui au moins %(least)s choix.")),
    ("Give it exactly {count} choices.", N_("Donnez-lui exactement %(count)s choix.")),
    ("The question {ident} uses <{test}>.", N_("La question %(ident)s emploie <%(test)s>.")),
    ("The kind {kind} has no such test.", N_("Le genre %(kind)s n’a pas ce test.")),
    (
        "The question {ident} tests the answer {answer}, which it does not ask for.",
        N_("La question %(ident)s teste la réponse %(answer)s, qu’elle ne demande pas."),
    ),
    ("Let respident name its response.", N_("Nommez sa réponse dans respident.")),
    (
        "The question {ident} tests the choice {choice}, which it does not have.",
        N_("La question %(ident)s teste le choix %(choice)s, qu’elle n’a pas."),
    ),
    (
        "Let the test name one of its response labels.",
        N_("Nommez dans le test un de ses choix (response_label)."),
    ),
    (
        "The question {ident} can never be answered rightly.",
        N_("Aucune réponse à la question %(ident)s ne peut être juste."),
    ),
    (
        "Set SCORE to 100 where the answer is right.",
        N_("Donnez la valeur 100 à SCORE là où la réponse est juste."),
    ),
    (
        "The question {ident} shows the feedback {feedback}, which is not there.",
        N_("La question %(ident)s montre le retour %(feedback)s, qui n’est pas là."),
    ),
    (
        "Add an itemfeedback with this ident.",
        N_("Ajoutez un itemfeedback avec cet identifiant (ident)."),
    ),
    (
        "The question {ident} has the feedback {feedback}, which is never shown.",
        N_("La question %(ident)s a le retour %(feedback)s, qui n’est jamais montré."),
    ),
    (
        "Name it in a displayfeedback, or leave it out.",
        N_("Nommez-le dans un displayfeedback, ou retirez-le."),
    ),
)
"""In English, with holes for what changes, and the same in French."""

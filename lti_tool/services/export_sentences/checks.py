"""What is wrong with a package that is not sound, in French."""

from __future__ import annotations

from typing import Final

from lti_tool.services.refusals import N_

SENTENCES: Final[tuple[tuple[str, str], ...]] = (
    # What cannot be read
    (
        "Refused: it is not well-formed XML: {detail}.",
        N_("Ce n’est pas du XML bien formé. Voici ce qu’en dit l’outil qui le lit\u00a0:"),
    ),
    (
        "Refused: it is not UTF-8 ({detail}).",
        N_("Ce n’est pas de l’UTF-8. Voici ce qu’en dit l’outil qui le lit\u00a0:"),
    ),
    (
        "Refused: it declares a document type or an entity.",
        N_("Il déclare un type de document ou une entité, ce qui est refusé."),
    ),
    (
        "Refused: the zip is damaged: {detail}.",
        N_("Le zip est abîmé. Voici ce qu’en dit l’outil qui le lit\u00a0:"),
    ),
    ("Refused: {file} is damaged.", N_("%(file)s est abîmé.")),
    (
        "Refused: {file} is too large to be looked into.",
        N_("%(file)s est trop grand pour être examiné."),
    ),
    (
        "Refused: it holds {count} files, more than {most}.",
        N_("Il contient %(count)s fichiers, plus que les %(most)s permis."),
    ),
    ("Refused: it unpacks to more than {size} GiB.", N_("Déballé, il dépasse %(size)s Gio.")),
    (
        "Refused: {file} unpacks to {size} bytes: a zip bomb.",
        N_(
            "Déballé, %(file)s fait %(size)s octets\u00a0: c’est une «\u00a0bombe de "
            "décompression\u00a0»."
        ),
    ),
    ("Refused: it holds a file without a name.", N_("Il contient un fichier sans nom.")),
    ("Refused: {file} points outside the package.", N_("%(file)s mène hors du paquet.")),
    ("Refused: {file} is there twice.", N_("%(file)s est là deux fois.")),
    ("Refused: {file} is a link, not a file.", N_("%(file)s est un lien, et non un fichier.")),
    ("Refused: {file} is encrypted.", N_("%(file)s est chiffré.")),
    (
        "Refused: {file} is compressed in a way that platforms cannot read.",
        N_("%(file)s est comprimé d’une façon que les plateformes ne savent pas lire."),
    ),
    ("See {detail}.", N_("La règle se trouve là\u00a0:")),
    # Common to all
    ("Make the package again from its source.", N_("Refaites le paquet à partir de sa source.")),
    ("Export the package again.", N_("Exportez de nouveau le paquet.")),
    (
        "There is no manifest at the root of the zip.",
        N_("Il n’y a pas de manifeste à la racine du paquet."),
    ),
    (
        "Zip the content of the package's folder, not the folder itself.",
        N_("Mettez dans le zip le contenu du dossier, et non le dossier lui-même."),
    ),
    (
        "Put there what says that it is one of: {kinds}.",
        N_("Mettez-y ce qui dit que c’est l’un de ceux-ci\u00a0: %(kinds)s."),
    ),
    ("Leave it out.", N_("Retirez cela.")),
    # Manifests
    (
        "<{name}> says {found} instead of {wanted}.",
        N_("<%(name)s> dit %(found)s au lieu de %(wanted)s."),
    ),
    (
        "Platforms choose the runtime by it: write it exactly so, in <metadata>.",
        N_(
            "Les plateformes en déduisent comment jouer le paquet\u00a0: écrivez-le exactement "
            "ainsi, dans <metadata>."
        ),
    ),
    (
        "The identifier {identifier} is used twice.",
        N_("L’identifiant %(identifier)s sert deux fois."),
    ),
    ("Make identifiers unique.", N_("Rendez les identifiants uniques.")),
    (
        "There is no organization, so there is nothing to start.",
        N_("Il n’y a pas d’organisation, et donc rien à ouvrir."),
    ),
    ("Describe the course in <organizations>.", N_("Décrivez le cours dans <organizations>.")),
    (
        "<organizations default> names {name}, which is not there.",
        N_("<organizations default> nomme %(name)s, qui n’est pas là."),
    ),
    ("Let it name one of the organizations.", N_("Nommez-y l’une des organisations.")),
    ("The item {item} has no title.", N_("L’élément %(item)s n’a pas de titre.")),
    (
        "Give it the title that learners see.",
        N_("Donnez-lui le titre qui se lit en suivant le cours."),
    ),
    ("The item {item} starts nothing.", N_("L’élément %(item)s n’ouvre rien.")),
    ("Give it an identifierref.", N_("Donnez-lui un identifierref.")),
    (
        "The item {item} refers to the resource {resource}, which is not there.",
        N_("L’élément %(item)s renvoie à la ressource %(resource)s, qui n’est pas là."),
    ),
    (
        "Let identifierref name one of the resources.",
        N_("Nommez une des ressources dans identifierref."),
    ),
    (
        "The item {item} starts the resource {resource}, which has no launch page.",
        N_("L’élément %(item)s ouvre la ressource %(resource)s, qui n’a pas de page d’ouverture."),
    ),
    ("Give the resource an href.", N_("Donnez un href à la ressource.")),
    (
        "It lists {file}, which is not in the zip.",
        N_("Il cite %(file)s, qui n’est pas dans le paquet."),
    ),
    ("Add the file, or do not list it.", N_("Ajoutez le fichier, ou ne le citez pas.")),
    ("The manifest does not list this file.", N_("Le manifeste ne cite pas ce fichier.")),
    ("List it, or leave it out.", N_("Citez-le, ou retirez-le.")),
    (
        "A resource depends on {resource}, which is not there.",
        N_("Une ressource dépend de %(resource)s, qui n’est pas là."),
    ),
    (
        "Let the dependency's identifierref name one of the resources.",
        N_("Nommez une des ressources dans l’identifierref de la dépendance."),
    ),
    ("It does not say where its schemas are.", N_("Il ne dit pas où sont ses schémas.")),
    (
        "Name the control documents in xsi:schemaLocation.",
        N_("Nommez les documents de contrôle dans xsi:schemaLocation."),
    ),
    (
        "It names the schema {schema}, which is not in the zip.",
        N_("Il nomme le schéma %(schema)s, qui n’est pas dans le paquet."),
    ),
    (
        "Put the control documents at the root of the package.",
        N_("Mettez les documents de contrôle à la racine du paquet."),
    ),
    (
        "The resource {resource} starts with {page}, which is not one of its files.",
        N_("La ressource %(resource)s s’ouvre par %(page)s, qui n’est pas un de ses fichiers."),
    ),
    (
        "List the launch page among the resource's files.",
        N_("Citez la page d’ouverture parmi les fichiers de la ressource."),
    ),
    # SCORM
    (
        "The root is not an unprefixed <manifest> of IMS Content Packaging {version}.",
        N_("La racine n’est pas un <manifest> sans préfixe d’IMS Content Packaging %(version)s."),
    ),
    (
        "Make IMS Content Packaging the default namespace, without a prefix.",
        N_("Faites d’IMS Content Packaging l’espace de noms par défaut, sans préfixe."),
    ),
    (
        "The resource {resource} is of type {type}.",
        N_("La ressource %(resource)s est du type %(type)s."),
    ),
    ("It has to be webcontent.", N_("Le type doit être webcontent.")),
    (
        "The resource {resource} says adlcp:{attribute}, which is the spelling of {version}.",
        N_(
            "La ressource %(resource)s dit adlcp:%(attribute)s, ce qui est l’orthographe de "
            "%(version)s."
        ),
    ),
    ("In {version} it is adlcp:{attribute}.", N_("En %(version)s, c’est adlcp:%(attribute)s.")),
    (
        "The resource {resource} does not say whether it is a sco or an asset.",
        N_(
            "La ressource %(resource)s ne dit pas si elle est un «\u00a0sco\u00a0» ou un "
            "«\u00a0asset\u00a0»."
        ),
    ),
    ("Set adlcp:{attribute}.", N_("Écrivez adlcp:%(attribute)s.")),
    (
        "The item {item} has the mastery score {score}.",
        N_("L’élément %(item)s a le seuil de réussite %(score)s."),
    ),
    ("It is a number from 0 to 100, with a dot.", N_("C’est un nombre de 0 à 100, avec un point.")),
    (
        "Its metadata are said to be in {file}, which is not in the zip.",
        N_("Ses métadonnées seraient dans %(file)s, qui n’est pas dans le paquet."),
    ),
    ("Add the file, or do not name it.", N_("Ajoutez le fichier, ou ne le nommez pas.")),
    (
        "It maps objectives to global ones (<imsss:mapInfo>).",
        N_("Il relie des objectifs à des objectifs globaux (<imsss:mapInfo>)."),
    ),
    (
        "Moodle 4.5 cannot import such a package: do without global objectives.",
        N_("Moodle 4.5 ne peut pas importer un tel paquet\u00a0: passez-vous d’objectifs globaux."),
    ),
    # cmi5
    (
        "The root is not a <courseStructure> of {namespace}.",
        N_("La racine n’est pas un <courseStructure> de %(namespace)s."),
    ),
    (
        "Write the namespace exactly so, or export the package again.",
        N_("Écrivez l’espace de noms exactement ainsi, ou exportez de nouveau le paquet."),
    ),
    (
        "<{child}> has no place in <{parent}>.",
        N_("<%(child)s> n’a pas sa place dans <%(parent)s>."),
    ),
    ("Leave it out. {}", N_("Retirez cela (cmi5, 13.1).")),
    ("<{name}> has no {child}.", N_("<%(name)s> n’a pas de %(child)s.")),
    ("Add one. {}", N_("Ajoutez-en un (cmi5, 13.1).")),
    ("<{name}> has {count} {child}.", N_("<%(name)s> a trop de %(child)s\u00a0: %(count)s.")),
    ("Leave {most} of them. {}", N_("Gardez-en %(most)s (cmi5, 13.1).")),
    (
        "What is in <{name}> is not in order.",
        N_("Ce qui est dans <%(name)s> n’est pas dans l’ordre."),
    ),
    ("Write them in this order: {order}. {}", N_("L’ordre est\u00a0: %(order)s (cmi5, 13.1).")),
    (
        "In <{name}>, an element of another vocabulary stands before one of cmi5.",
        N_("Dans <%(name)s>, un élément d’un autre vocabulaire précède un élément de cmi5."),
    ),
    ("Put it behind. {}", N_("Mettez-le derrière (cmi5, 13.1).")),
    ("<{name}> has no attribute {attribute}.", N_("<%(name)s> n’a pas d’attribut %(attribute)s.")),
    ("<{name}> has no id.", N_("<%(name)s> n’a pas d’identifiant.")),
    ("Give it an IRI of its own.", N_("Donnez-lui une adresse (IRI) qui lui est propre.")),
    ("The attribute {attribute} is {value}.", N_("L’attribut %(attribute)s est %(value)s.")),
    ("masteryScore is {score}.", N_("masteryScore est %(score)s.")),
    ("Write a decimal from 0 to 1.", N_("Écrivez un nombre décimal de 0 à 1.")),
    ("Write it with {most} decimals at most.", N_("Écrivez-le avec %(most)s décimales au plus.")),
    ("{language} is no language.", N_("%(language)s n’est pas une langue.")),
    ("Write a tag such as fr or en-GB.", N_("Écrivez un code tel que fr ou en-GB.")),
    ("A text is empty.", N_("Un texte est vide.")),
    (
        "Write what learners read, or leave it out.",
        N_("Écrivez ce qui se lit en suivant le cours, ou retirez-le."),
    ),
    (
        "<{name}> says {count} things in the language {language}.",
        N_("<%(name)s> dit %(count)s choses dans la langue %(language)s."),
    ),
    ("Leave one text for each language.", N_("Gardez un texte par langue.")),
    (
        "The id {id} of <{name}> is not an IRI.",
        N_("L’identifiant %(id)s de <%(name)s> n’est pas une adresse (IRI)."),
    ),
    (
        "Write an address with its scheme, such as https:// or urn:uuid:.",
        N_("Écrivez une adresse entière, qui commence par exemple par https:// ou urn:uuid:."),
    ),
    ("The id {id} is used twice.", N_("L’identifiant %(id)s sert deux fois.")),
    ("Make ids unique.", N_("Rendez les identifiants (id) uniques.")),
    (
        "It refers to the objective {objective}, which is not there.",
        N_("Il renvoie à l’objectif %(objective)s, qui n’est pas là."),
    ),
    (
        "Let idref name one of the course's objectives.",
        N_("Nommez un des objectifs du cours dans idref."),
    ),
    (
        "activityType {type} is not an IRI.",
        N_("activityType %(type)s n’est pas une adresse (IRI)."),
    ),
    ("Write one, or leave it out.", N_("Écrivez-en une, ou retirez-le.")),
    ("The url {url} cannot be read.", N_("L’adresse %(url)s ne peut pas être lue.")),
    ("Write where the unit begins.", N_("Écrivez où commence l’unité.")),
    (
        "The url has a parameter {name}, which the platform adds itself.",
        N_("L’adresse a un paramètre %(name)s, que la plateforme ajoute elle-même."),
    ),
    ("Call it something else (cmi5, 8.1).", N_("Appelez-le autrement (cmi5, 8.1).")),
    (
        "It launches {page}, which is not in the zip.",
        N_("Il ouvre %(page)s, qui n’est pas dans le paquet."),
    ),
    (
        "Add the page, or write its whole address.",
        N_("Ajoutez la page, ou écrivez son adresse entière."),
    ),
    (
        "The platform takes every learner for done as soon as they are enrolled.",
        N_("La plateforme tient le parcours pour terminé dès l’inscription."),
    ),
    (
        "Say in moveOn what it has to wait for, such as Completed.",
        N_("Dites dans moveOn ce qu’elle doit attendre, tel que Completed."),
    ),
    # Dispatch packages
    (
        "It says {count} times which server it needs.",
        N_("Il dit %(count)s fois de quel serveur il a besoin."),
    ),
    (
        'Say it once: <meta name="{name}" content="https://…">.',
        N_('Dites-le une fois\u00a0: <meta name="%(name)s" content="https://…">.'),
    ),
    (
        "It needs the server {server}, which is no https origin.",
        N_("Il a besoin du serveur %(server)s, qui n’est pas une adresse en https."),
    ),
    (
        "Write scheme and host alone, such as https://arrimage.example.org.",
        N_(
            "Écrivez seulement https:// et le nom du serveur, tel que https://arrimage.example.org."
        ),
    ),
    (
        "It has no form that opens the course on the server it needs.",
        N_("Il n’a pas de formulaire qui ouvre le cours sur le serveur dont il a besoin."),
    ),
    (
        "It opens {address}, which is not the course's door on {server}.",
        N_("Il ouvre %(address)s, qui n’est pas l’entrée du cours sur %(server)s."),
    ),
    ("Post the form to {server}{door}.", N_("Envoyez le formulaire à %(server)s%(door)s.")),
    (
        "It sends its licence in an address, where histories and logs keep it.",
        N_("Il envoie sa licence dans une adresse, que gardent les historiques et les journaux."),
    ),
    ('Set method="post" on the form.', N_('Écrivez method="post" dans le formulaire.')),
    (
        "The course would take the page's place, and the platform hear nothing of it.",
        N_("Le cours prendrait la place de la page, et la plateforme n’en saurait rien."),
    ),
    ("Name the frame as the form's target.", N_("Nommez le cadre comme cible du formulaire.")),
    (
        "It has no licence: the server would refuse every learner.",
        N_("Il n’a pas de licence\u00a0: le serveur refuserait tout le monde."),
    ),
    (
        "Export the package again, under a licence.",
        N_("Exportez de nouveau le paquet, sous une licence."),
    ),
    ("Its form does not have: {fields}.", N_("Il manque à son formulaire\u00a0: %(fields)s.")),
    # Web sites and books
    (
        "This file is missing: nobody sees which page to open.",
        N_("Ce fichier manque\u00a0: on ne voit pas quelle page ouvrir."),
    ),
    (
        "Call the first page {name}, at the top of the folder.",
        N_("Nommez la première page %(name)s, en haut du dossier."),
    ),
    (
        "A script is a module: browsers do not run it from a double-click.",
        N_("Un script est un module\u00a0: un double-clic ne suffit pas à le faire marcher."),
    ),
    ("Build it as one classic script.", N_("Construisez-le en un seul script classique.")),
    (
        "It waits for a platform, and there is none.",
        N_("Il attend une plateforme, et il n’y en a pas."),
    ),
    (
        "A link leads to {file}, on the disk of whoever made the site.",
        N_("Un lien mène à %(file)s, sur le disque de qui a fait le site."),
    ),
    (
        "Put the file into the site, and link to it there.",
        N_("Mettez le fichier dans le site, et faites-y mener le lien."),
    ),
    (
        "A link leads to {file}, which is not in the zip.",
        N_("Un lien mène à %(file)s, qui n’est pas dans le paquet."),
    ),
    ("Add the file, or take the link away.", N_("Ajoutez le fichier, ou retirez le lien.")),
    ("No page leads to this file.", N_("Aucune page ne mène à ce fichier.")),
    ("Export the site again.", N_("Exportez de nouveau le site.")),
    ("Export the book again.", N_("Exportez de nouveau le livre.")),
    ("It does not say exactly {text}.", N_("Il ne dit pas exactement %(text)s.")),
    ("It leads to no package document.", N_("Il ne mène à aucun document de paquet.")),
    ("This file is missing.", N_("Ce fichier manque.")),
    ("There is no dc:{name}.", N_("Il n’y a pas de dc:%(name)s.")),
    ("There is no dcterms:modified.", N_("Il n’y a pas de dcterms:modified.")),
    ("Say it in the metadata.", N_("Dites-le dans les métadonnées.")),
    (
        "Nothing says schema:{name}: readers cannot know whether they can use it.",
        N_("Rien ne dit schema:%(name)s\u00a0: on ne peut pas savoir si l’on pourra s’en servir."),
    ),
    ("Say what is true of the book.", N_("Dites ce qui est vrai du livre.")),
    (
        "It lists {file}, which is not in the book.",
        N_("Il cite %(file)s, qui n’est pas dans le livre."),
    ),
    ("It does not list {file}.", N_("Il ne cite pas %(file)s.")),
    (
        "There is not exactly one table of contents.",
        N_("Il n’y a pas exactement une table des matières."),
    ),
    ("No page is in the reading order.", N_("Aucune page n’est dans l’ordre de lecture.")),
    ("The reading order names {name}.", N_("L’ordre de lecture nomme %(name)s.")),
    (
        "A link leads to {page}, which is no page of the book.",
        N_("Un lien mène à %(page)s, qui n’est pas une page du livre."),
    ),
    (
        "A link leads to #{place} of {page}, which is not there.",
        N_("Un lien mène à #%(place)s de %(page)s, qui n’est pas là."),
    ),
)
"""In English, with holes for what changes, and the same in French."""

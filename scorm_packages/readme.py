"""What lies beside a web site for those who unpack it: how to open it, and how to host it."""

from __future__ import annotations

from typing import Final

from course_content.render import PLAYER_LANGUAGES
from course_content.typography import typographic
from scorm_packages.books.words import words
from scorm_packages.rendered import RenderedCourse

ENGLISH: Final = "en"

_FRENCH: Final = """\
{title}
Version {version}{partner}

OUVRIR LE COURS

Décompressez d'abord l'archive entière : ouvert à l'intérieur d'une archive, le cours ne
trouve pas ses fichiers. Ouvrez ensuite index.html d'un double-clic. Il ne faut ni
connexion ni installation.

OÙ EST VOTRE TRAVAIL

Vos réponses et vos ateliers restent dans votre navigateur, sur cet appareil. Ils ne sont
envoyés à personne, et personne ne peut les retrouver à votre place.

- Un autre navigateur, un autre appareil ou une fenêtre privée ne les connaît pas.
- Ils disparaissent si vous effacez les données du navigateur.
- Chaque navigateur décide de ce qu'il garde d'une page ouverte depuis un disque. Si vous
  déplacez ou renommez le dossier, certains ne retrouvent plus votre travail.
- Sur un appareil partagé, qui ouvre la même session peut les lire.
- Si votre navigateur ne garde rien, le cours le dit en haut de la page.

Dans chaque atelier, « {download} » en fait une copie, et « {upload} » la ramène.

METTRE LE COURS EN LIGNE

Copiez ce dossier tel quel sur un hébergement de pages web, de préférence en HTTPS, et
donnez l'adresse de index.html. Il ne faut ni base de données ni programme sur le serveur.

Pour une nouvelle version, remplacez le dossier entier, à la même adresse. Chaque personne
retrouve sa place, ses scores et ses ateliers ; le détail de ses réponses n'est pas repris.

CE QUE CE COURS NE FAIT PAS

Aucun résultat n'est transmis. Les corrigés sont dans ces fichiers : qui sait chercher peut
les lire. Pour un suivi ou une note, demandez un paquet pour une plateforme de formation.

DROITS

{rights}
"""

_ENGLISH: Final = """\
{title}
Version {version}{partner}

OPEN THE COURSE

Unpack the whole archive first: opened inside an archive, the course does not find its
files. Then open index.html with a double-click. You need no connection, and nothing has
to be installed.

WHERE YOUR WORK IS

Your answers and workshops stay in your browser, on this device. They are sent to nobody,
and nobody can recover them for you.

- Another browser, another device or a private window does not know them.
- They are gone when you clear the browser's data.
- Each browser decides what it keeps of a page that is opened from a disk. If you move or
  rename the folder, some do not find your work any more.
- On a shared device, whoever opens the same session can read them.
- If your browser keeps nothing, the course says so at the top of the page.

In each workshop, “{download}” makes a copy, and “{upload}” brings it back.

PUT THE COURSE ON THE WEB

Copy this folder as it is to a host of web pages, over HTTPS if you can, and give out the
address of index.html. There is no need of a database, nor of a program on the server.

For a new version, replace the whole folder, at the same address. Everybody finds their
place, their scores and their workshops again; their single answers are not taken up.

WHAT THIS COURSE DOES NOT DO

No result is sent to anybody. The answer keys are in these files: whoever knows where to
look can read them. For a record or a grade, ask for a package for a learning platform.

RIGHTS

{rights}
"""


def readme_name(language: str) -> str:
    """Return the name under which readers of a language look for such a file."""
    return "README.txt" if _spoken(language) == ENGLISH else "LISEZMOI.txt"


def readme(course: RenderedCourse) -> bytes:
    """Return the text in UTF-8, in the language in which the player speaks.

    With a byte order mark, and lines that end as Windows wants them: nothing tells a text
    editor what a text file is written in.
    """
    spoken = _spoken(course.language)
    said = words(spoken)
    outline = course.outline
    text = (_ENGLISH if spoken == ENGLISH else _FRENCH).format(
        title=outline["title"],
        version=outline["version"],
        partner=f" · {course.partner.title}" if course.partner and course.partner.title else "",
        download=said("work.download"),
        upload=said("work.upload"),
        rights=outline["licence"],
    )
    return typographic(text, spoken).replace("\n", "\r\n").encode("utf-8-sig")


def _spoken(language: str) -> str:
    primary = language.partition("-")[0]
    return primary if primary in PLAYER_LANGUAGES else PLAYER_LANGUAGES[0]

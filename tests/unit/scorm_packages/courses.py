"""Courses made by hand, for tests that need no files."""

from pathlib import Path

from course_content.model import (
    AnticipatedAnswer,
    Choice,
    Competency,
    Course,
    Feedback,
    Item,
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Page,
    Pair,
    Part,
    Quiz,
    ShortText,
    SingleChoice,
    Syllabus,
    TrueFalse,
    Unit,
)


def miniature(folder: Path = Path("nowhere"), **changes) -> Course:
    """A unit with a page and a quiz; ``changes`` replace fields of the course."""
    page = Page("lecon", {"fr": "Leçon"}, {"fr": "Bonjour, « à vous » & <merci>."})
    question = TrueFalse(
        id="q1",
        prompt={"fr": "Vrai ?"},
        feedback=Feedback(),
        answer=True,
        when_true={},
        when_false={},
    )
    quiz = Quiz("quiz-un", {"fr": "Quiz"}, {"fr": ""}, (question,))
    unit = Unit("unite-un", {"fr": "Unité d’été"}, 20, (), (page, quiz))
    fields = {
        "slug": "mini",
        "version": "1",
        "title": {"fr": "Cours d’été & <essai>", "en": "Summer course"},
        "summary": {"fr": "Un résumé.", "en": "A summary."},
        "languages": ("fr", "en"),
        "licence": {"fr": "À préciser."},
        "syllabus": Syllabus(Page("syllabus", {"fr": "Syllabus"}, {"fr": "…"}), ()),
        "parts": (Part("apprendre", {"fr": "Apprendre"}, {"fr": ""}, (unit,)),),
        "competencies": (),
        "references": (),
        "folder": folder,
    }
    return Course(**{**fields, **changes})


def fr(text: str) -> dict[str, str]:
    return {"fr": text}


def every_kind(folder: Path) -> Course:
    """Two units: a quiz with a question of every kind, and a quiz of one question.

    Three questions of the first quiz and the second one's are about a competency, the others of
    the first quiz about another. ``folder`` gets the drawing that the first page shows.
    """
    media = folder / "media"
    media.mkdir(parents=True, exist_ok=True)
    (media / "plan.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9"/></svg>',
        encoding="utf-8",
    )
    feedback = Feedback(fr("Oui."), fr("En partie."), fr("Non."))
    questions = (
        SingleChoice(
            id="seul",
            competencies=("analyser",),
            prompt=fr("Un seul ?"),
            feedback=feedback,
            choices=tuple(
                Choice(letter, fr(f"Choix {letter}"), letter == "b", fr(f"À propos de {letter}."))
                for letter in "abc"
            ),
        ),
        MultipleChoice(
            id="plusieurs",
            competencies=("analyser",),
            prompt=fr("Plusieurs ?"),
            feedback=feedback,
            points=2,
            choices=tuple(
                Choice(letter, fr(f"Choix {letter}"), letter in "ac", {}) for letter in "abcd"
            ),
        ),
        TrueFalse(
            id="vrai",
            competencies=("analyser",),
            prompt=fr("Vrai ?"),
            feedback=feedback,
            answer=True,
            when_true=fr("Eh oui."),
            when_false=fr("Eh non."),
        ),
        Ordering(
            id="ordre",
            competencies=("decider",),
            prompt=fr("Dans quel ordre ?"),
            feedback=feedback,
            items=tuple(Item(f"i{place}", fr(f"Étape {place}")) for place in range(1, 5)),
        ),
        Matching(
            id="paires",
            competencies=("decider",),
            prompt=fr("Qui va avec quoi ?"),
            feedback=feedback,
            pairs=tuple(
                Pair(Item(f"l{n}", fr(f"Gauche {n}")), Item(f"r{n}", fr(f"Droite {n}")), {})
                for n in range(1, 4)
            ),
            distractors=(Item("r4", fr("Droite 4")),),
        ),
        Numeric(
            id="nombre",
            competencies=("decider",),
            prompt=fr("Combien ?"),
            feedback=feedback,
            answer=2.5,
            tolerance=0.1,
            unit=fr("heures"),
            anticipated=(AnticipatedAnswer("3", fr("Presque.")),),
        ),
        ShortText(
            id="texte",
            competencies=("decider",),
            prompt=fr("Quel mot ?"),
            feedback=feedback,
            accepted=("partie prenante",),
        ),
    )
    lesson = Page(
        "lecon", fr("Leçon"), fr('Voici « le plan ».\n\n![Un plan](media/plan.svg "Le plan")\n')
    )
    first = Unit(
        "unite-un",
        fr("Unité un"),
        20,
        (),
        (lesson, Quiz("quiz-un", fr("Quiz un"), fr("Courage."), questions)),
    )
    second = Unit(
        "unite-deux",
        fr("Unité deux"),
        20,
        (),
        (
            Page("suite", fr("Suite"), fr("La suite.")),
            Quiz("quiz-deux", fr("Quiz deux"), fr(""), questions[:1], attempts=2),
        ),
    )
    parts = (Part("apprendre", fr("Apprendre"), fr(""), (first, second)),)
    competencies = (
        Competency("analyser", fr("Analyser « à plusieurs »")),
        Competency("decider", fr("Décider")),
    )
    return miniature(
        folder,
        slug="tous-les-genres",
        languages=("fr",),
        parts=parts,
        competencies=competencies,
    )

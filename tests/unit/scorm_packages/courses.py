"""A course made by hand, for tests that need no files."""

from pathlib import Path

from course_content.model import Course, Feedback, Page, Part, Quiz, Syllabus, TrueFalse, Unit


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

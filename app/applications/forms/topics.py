"""What somebody speaks about, in which languages, and what they say of themself."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, ClassVar

from babel.support import LazyProxy
from pydantic import Field, ValidationInfo, create_model, field_validator

from app.applications.forms.section import SectionForm
from app.applications.policy import answers
from app.applications.policy.answers import (
    LEAST_BIOGRAPHY,
    MOST_BIOGRAPHY,
    MOST_LANGUAGES,
    MOST_TEXT,
    MOST_TOPICS,
)
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.reference import reference
from app.web.forms import Paragraphs

LEAST_QUALIFICATION = 10
EXPERT = tuple(key for key, topic in reference.topics.items() if topic.expert)
FIELDS = {f"qualification_{key}": key for key in EXPERT}  # field → expert topic


def _in_order(given: list[str], known: Collection[str]) -> list[str]:
    """`given` without repeats, in the order of the vocabulary.

    Raises:
        ValueError: one of them is not in it.
    """
    if not set(given) <= set(known):
        raise ValueError(_("Choose from the list."))
    return [key for key in known if key in given]


class TopicsFields(SectionForm):
    """The section “Topics and biography”, without the fields of expert topics."""

    topics: Annotated[list[str], Field(min_length=1)]
    languages: Annotated[list[str], Field(min_length=1)]
    biography: Annotated[Paragraphs, Field(min_length=LEAST_BIOGRAPHY, max_length=MOST_BIOGRAPHY)]

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "topics.missing": _l("Choose what you mostly speak about."),
        "topics.too_short": _l("Choose what you mostly speak about."),
        "languages.missing": _l("Choose the languages in which you speak to your public."),
        "languages.too_short": _l("Choose the languages in which you speak to your public."),
        "biography.missing": _l("Write a few sentences about yourself."),
    }

    @field_validator("topics")
    @classmethod
    def _few_topics(cls, given: list[str]) -> list[str]:
        found = _in_order(given, reference.topics)
        if len(found) > MOST_TOPICS:
            raise ValueError(_("Choose at most %(n)s topics.", n=MOST_TOPICS))
        return found

    @field_validator("languages")
    @classmethod
    def _few_languages(cls, given: list[str]) -> list[str]:
        found = _in_order(given, reference.languages)
        if len(found) > MOST_LANGUAGES:
            raise ValueError(_("Choose at most %(n)s languages.", n=MOST_LANGUAGES))
        return found

    @field_validator(*FIELDS, check_fields=False)
    @classmethod
    def _qualified(cls, given: str, info: ValidationInfo) -> str:
        topic = FIELDS[str(info.field_name)]
        if topic not in info.data.get("topics", ()):
            return ""  # what was written for a topic no longer chosen is let go
        if len(given) < LEAST_QUALIFICATION:
            raise ValueError(
                _(
                    "Say what qualifies you to advise on “%(topic)s”.",
                    topic=reference.topics[topic].name(),
                )
            )
        return given

    def answers(self) -> answers.Topics:
        """What the section means."""
        given = self.model_dump()
        return answers.Topics(
            topics=tuple(self.topics),
            languages=tuple(self.languages),
            biography=self.biography,
            qualifications={
                topic: given[field] for field, topic in FIELDS.items() if topic in self.topics
            },
        )


_EXPERT_FIELDS: dict[str, Any] = {
    field: (Annotated[Paragraphs, Field(max_length=MOST_TEXT, validate_default=True)], "")
    for field in FIELDS
}
TopicsForm: type[TopicsFields] = create_model("TopicsForm", __base__=TopicsFields, **_EXPERT_FIELDS)
"""The section “Topics and biography”, with one field for the qualification of each expert topic."""


def shown(held: answers.Topics) -> dict[str, Any]:
    """The section as its form shows it."""
    return {
        "topics": held.topics,
        "languages": held.languages,
        "biography": held.biography,
        **{field: held.qualifications.get(topic, "") for field, topic in FIELDS.items()},
    }

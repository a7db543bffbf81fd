"""What people read in a credential. The language of the alliance: a credential has one."""

from app.core import i18n
from app.core.i18n import gettext as _
from app.credentials.policy.document import Words

LANGUAGE = "vi"


def words(language: str = LANGUAGE) -> Words:
    """The words in a language of the portal."""
    with i18n.use_locale(language):
        return Words(
            language=language,
            alliance=_("Digital Trust Alliance"),
            title=_("Member of the Digital Trust Alliance"),
            description=_(
                "A member in good standing of the Digital Trust Alliance: assessed by the "
                "Influencer Trust programme, with the code of conduct signed and at least one "
                "channel proven."
            ),
            criteria=_(
                "The alliance assessed the member on five pillars within the last twelve months; "
                "the member signed the code of conduct in force and proved control of at least "
                "one channel. The credential is suspended with the membership, and revoked when "
                "it ends."
            ),
            evidence=_("The member's record in the public log"),
        )

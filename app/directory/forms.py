"""What people send to the public pages."""

from pydantic import Field

from app.directory.recognition import LONGEST
from app.web.forms import FormModel, Line


class ShortLinkForm(FormModel):
    """A short link that the portal is to look behind."""

    link: Line = Field(max_length=LONGEST)

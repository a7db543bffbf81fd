"""The rules behind the duties in words that the catalogues translate.

The data names each rule once, in English; pages say it in the reader's language. A rule that is
not listed here is shown as the data has it.
"""

from app.core.i18n import lazy_gettext as _l

KNOWN = (
    _l("Advertising Law as amended by 75/2025/QH15, art. 15a"),
    _l("Consumer Law 19/2023/QH15"),
    _l("Code 423/QĐ-BVHTTDL"),
    _l("E-commerce Law 122/2025/QH15, art. 24"),
    _l("Advertising Law, art. 8 and 19"),
    _l("Decree 38/2021/NĐ-CP, art. 34"),
    _l("Advertising Law, art. 7"),
    _l("Decree 342/2025/NĐ-CP, art. 4"),
    _l("Practice of the alliance"),
    _l("Penal Code"),
    _l("Children Law 2016"),
    _l("Decree 147/2024/NĐ-CP"),
    _l("Cybersecurity Law 2025"),
    _l("Influencer Trust, pillar 2"),
    _l("Influencer Trust, pillar 3"),
    _l("AI Law 134/2025/QH15, art. 7 and 11"),
    _l("Personal Data Protection Law 91/2025/QH15"),
)

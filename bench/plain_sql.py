"""The same questions in plain SQL over the tables: a page of ids, the total, and all counts.

It answers less than the portal does: names only, no biographies, no typing errors, and counts as
they are under all filters, not as they would be. What it takes is so the least that SQL takes.
"""

import time
from statistics import quantiles

import psycopg

TEXT = "name_words LIKE %(word)s"
WHERE: dict[str, tuple[str, dict[str, object]]] = {
    "none": ("TRUE", {}),
    "1 facet": ("topics && '{food}'", {}),
    "3 facets": (
        "topics && '{food}' AND province = %(province)s AND EXISTS (SELECT 1 FROM channels c"
        " WHERE c.account_id = m.account_id AND c.platform = 'tiktok' AND c.proven_at IS NOT NULL"
        " AND c.lost_at IS NULL AND c.removed_at IS NULL)",
        {"province": "01"},
    ),
    "common word": (TEXT, {"word": "% nguyen%"}),
    "rare name": (f"{TEXT} AND name_words LIKE '%% tram%%'", {"word": "% nghiem%"}),
    "prefix": (f"{TEXT} AND name_words LIKE '%% thi%%'", {"word": "% nguyen%"}),
    "deep page": ("TRUE", {}),
}
PAGE = "SELECT serial FROM found ORDER BY joined_at DESC, serial DESC LIMIT 24 OFFSET %(skip)s"
COUNTS = """
    SELECT 'province', province, count(*) FROM found GROUP BY 2
    UNION ALL SELECT 'topic', t, count(*) FROM found, unnest(topics) t GROUP BY 2
    UNION ALL SELECT 'language', l, count(*) FROM found, unnest(languages) l GROUP BY 2
    UNION ALL SELECT 'since', extract(year FROM joined_at)::text, count(*) FROM found GROUP BY 2
    UNION ALL SELECT 'platform', c.platform, count(DISTINCT c.account_id) FROM found
        JOIN channels c USING (account_id) WHERE c.proven_at IS NOT NULL AND c.lost_at IS NULL
        AND c.removed_at IS NULL GROUP BY 2
"""


def measure(url: str, active: int, rounds: int) -> dict[str, tuple[float, float]]:
    """For each question p50 and p95 in milliseconds, over one connection, warm."""
    told = {}
    with psycopg.connect(url) as connection:
        for name, (where, values) in WHERE.items():
            given = {**values, "skip": active // 2 if name == "deep page" else 0}
            found = f"WITH found AS (SELECT * FROM members m WHERE standing = 'active' AND {where})"
            spent = []
            for _ in range(rounds):
                began = time.perf_counter()
                connection.execute(f"{found} {PAGE}", given).fetchall()
                connection.execute(f"{found} {COUNTS}", given).fetchall()
                spent.append((time.perf_counter() - began) * 1000)
            marks = quantiles(spent, n=20) if len(spent) > 1 else spent * 20
            told[name] = (marks[9], marks[18])
    return told

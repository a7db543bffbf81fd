"""The check of many accounts at once: lists in, answers out, by page, by part and by file."""

import csv
import html
import io
import re

import httpx2
import pytest
from python_calamine import load_workbook

from app.directory.many import limits
from app.members.models import Member, Standing
from tests.conftest import statements
from tests.directory import sheets
from tests.factories.directory import PROVEN, prove
from tests.factories.members import make_member
from tests.limits import counted, one_window
from tests.portal import Browser, Portal

LINK = "https://www.tiktok.com/@bep.suong"


async def settle(portal: Portal) -> tuple[Member, Member]:
    """A member in good standing with a channel, and one who is suspended."""
    async with portal.transaction() as session:
        good = await make_member(session, stage_name="Bếp Sương")
        await prove(session, good, LINK)
        held = await make_member(session, stage_name="Chú Tám")
        await prove(session, held, "https://www.youtube.com/@chutam")
        held.standing, held.standing_until = Standing.SUSPENDED, PROVEN.date()
        await session.flush()
        return good, held


async def give(browser: Browser, path: str = "", **fields: str) -> httpx2.Response:
    """Send a list as the page's form does."""
    empty = {"sheet": ("", b"", "application/octet-stream")}
    return await browser.post(f"/check/many{path}", fields, files=empty)


async def upload(browser: Browser, data: bytes, name: str = "danh sách.csv") -> httpx2.Response:
    files = {"sheet": (name, data, "application/octet-stream")}
    return await browser.post("/check/many", {"lines": ""}, files=files)


def tally(page: str) -> dict[str, int]:
    """How many lines have which answer, as the page tells it."""
    found = re.findall(r'<li data-tally="(\w+)">.*?data-count>([\d,]+)<', page, re.DOTALL)
    return {verdict: int(count.replace(",", "")) for verdict, count in found}


def shown(page: str, verdict: str) -> list[str]:
    """The lines that the page shows with that answer."""
    section = page.partition(f'data-group="{verdict}"')[2].partition("</section>")[0]
    return re.findall(r'class="given">(.*?)</span>', section)


def given_back(page: str) -> dict[str, str]:
    """What the form for downloads carries."""
    found = re.findall(r'<input type="hidden" name="(\w+)"[^>]* value="([^"]*)"', page)
    column = re.search(r'<option value="(\d+)" selected>', page)
    fields = {name: html.unescape(value) for name, value in found}
    fields["column"] = column[1] if column else ""
    return fields | ({"header": "yes"} if 'value="yes" checked' in page else {})


async def download(browser: Browser, page: str, kind: str) -> httpx2.Response:
    return await give(browser, f"/file?kind={kind}", **given_back(page))


def said_at(page: str, field: str) -> str:
    """The error at a field, which is the one of the summary as well."""
    found = re.search(rf'id="{field}-error">.*?</span> (.*?)</p>', page, re.DOTALL)
    said = html.unescape(found[1].strip()) if found else ""
    assert f'<a href="#{field}">{html.escape(said, quote=False)}' in page.replace("&#39;", "'")
    return said


async def test_every_line_is_answered_and_gaps_keep_their_place(portal: Portal) -> None:
    good, held = await settle(portal)
    listed = f"{LINK}\n\n@chutam\n{good.number}\nhttps://x.com/nobody_here_{held.serial}\n{LINK}"
    answer = await give(portal, lines=listed)
    assert answer.status_code == 200
    assert tally(answer.text) == {"suspended": 1, "unknown": 1, "good": 3}
    assert shown(answer.text, "good") == [LINK, good.number, LINK]
    assert given_back(answer.text)["rows"] == listed
    numbers = re.findall(r'class="number">([\d,]+)</td>', answer.text)
    assert numbers == ["3", "5", "1", "4", "6"]


async def test_a_list_changes_nothing_and_leaves_nothing(portal: Portal) -> None:
    await settle(portal)
    with statements(portal.database.engine) as seen:
        await give(portal, lines=f"{LINK}\n@nobody\nDTA-26-00012-4")
    written = [s for s in seen if not s.lstrip().upper().startswith("SELECT")]
    assert [s.split()[:3] for s in written] == [["INSERT", "INTO", "rate_counters"]]


async def test_more_lines_need_no_more_statements(portal: Portal) -> None:
    await settle(portal)
    await give(portal, lines="@ai.do")  # the first question makes the index
    sent = []
    for many in (1, 3, limits.A_BREATH):
        listed = (f"https://www.tiktok.com/@ai.do.{place}" for place in range(many))
        with statements(portal.database.engine) as seen:
            await give(portal, lines="\n".join(listed))
        sent.append(len(seen))
    assert len(set(sent)) == 1


async def test_a_file_comes_back_with_its_columns_and_the_answers(portal: Portal) -> None:
    good, _held = await settle(portal)
    given = f'Tên;Kênh;Ghi chú\n"=HYPERLINK(""x"")";{LINK};+1\n;;\nAi đó;@khong.ai;"a;b"\n'
    answer = await upload(portal, given.encode("utf-8-sig"))
    assert "danh sách" in answer.text
    assert '<option value="1" selected>Kênh</option>' in answer.text
    assert tally(answer.text) == {"unknown": 1, "good": 1}

    sent = await download(portal, answer.text, "csv")
    assert sent.headers["content-type"] == "text/csv; charset=utf-8"
    name = re.fullmatch(
        r'attachment; filename="(danh-sach-checked-\d{8}\.csv)"',
        sent.headers["content-disposition"],
    )
    assert name
    assert sent.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(sent.content.decode("utf-8-sig"))))
    assert rows[0][:5] == ["Tên", "Kênh", "Ghi chú", "Answer", "What it means"]
    assert rows[1][:4] == ['\'=HYPERLINK("x")', LINK, "'+1", "Member in good standing"]
    assert rows[1][5:8] == [
        "Bếp Sương", good.number, f"http://localhost:8000/members/{good.number}",
    ]  # fmt: skip
    assert rows[2] == [""] * 9
    assert rows[3][:4] == ["Ai đó", "'@khong.ai", "a;b", "Not proven by any member"]
    assert len(rows) == 4


async def test_a_workbook_comes_back_with_texts_numbers_and_no_formula(portal: Portal) -> None:
    await settle(portal)
    rows = [
        ["Link", "Count", "Phone", "Note"],
        [LINK, 12000, "0912", "=1+1"],
        ["@a", 1.5, "", "@x"],
    ]
    given = sheets.made(lambda book: fill(book, rows))
    answer = await upload(portal, given, "x.xlsx")
    sent = await download(portal, answer.text, "xlsx")
    assert sent.headers["content-type"].endswith("spreadsheetml.sheet")
    found = load_workbook(io.BytesIO(sent.content)).get_sheet_by_index(0).to_python()
    assert [row[:4] for row in found] == rows
    assert found[1][4] == "Member in good standing"
    assert b"<f>" not in sent.content


def fill(book: object, rows: list[list[object]]) -> None:
    sheet = book.add_worksheet()  # type: ignore[attr-defined]
    for place, row in enumerate(rows):
        for column, value in enumerate(row):
            write = sheet.write_string if isinstance(value, str) else sheet.write_number
            write(place, column, value)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_a_download_can_be_checked_again(portal: Portal, kind: str) -> None:
    await settle(portal)
    answer = await give(portal, lines=f"@chutam\n{LINK}\n\n@khong.ai")
    sent = await download(portal, answer.text, kind)
    again = await upload(portal, sent.content, f"x.{kind}")
    assert shown(again.text, "good") == [LINK]
    assert given_back(again.text)["rows"] == f"Column A\n@chutam\n{LINK}\n\n@khong.ai"
    assert tally(again.text) == tally(answer.text) == {"suspended": 1, "unknown": 1, "good": 1}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_the_example_is_a_list_as_it_should_be(portal: Portal, kind: str) -> None:
    example = await portal.get(f"/check/many/example.{kind}")
    answer = await upload(portal, example.content, f"x.{kind}")
    assert sum(tally(answer.text).values()) == 3
    assert '<option value="0" selected>Link</option>' in answer.text


async def test_there_is_no_example_of_another_kind(portal: Portal) -> None:
    assert (await portal.get("/check/many/example.pdf")).status_code == 404


@pytest.mark.parametrize(("locale", "separator"), [("vi", ";"), ("fr", ";"), ("en", ",")])
async def test_a_csv_opens_right_where_commas_begin_decimals(
    portal: Portal, locale: str, separator: str
) -> None:
    sent = await portal.get(f"/{locale}/check/many/example.csv")
    assert f'"{separator}"' in sent.content.decode("utf-8-sig").splitlines()[0]


async def test_another_column_can_be_chosen(portal: Portal) -> None:
    await settle(portal)
    answer = await upload(portal, f"Kênh,Khác\n@a.b.c,{LINK}\n@d.e.f,@chutam".encode())
    fields = given_back(answer.text)
    assert (fields["column"], fields["header"]) == ("0", "yes")
    other = await give(portal, **{**fields, "column": "1"})
    assert shown(other.text, "good") == [LINK]
    del fields["header"]
    with_title = await give(portal, **fields)
    assert shown(with_title.text, "unknown")[0] == "Kênh"


async def test_a_long_list_shows_some_and_says_so(portal: Portal) -> None:
    listed = "\n".join(f"DTA-26-{place:05d}-0" for place in range(1000))
    answer = await give(portal, lines=listed)
    counts = tally(answer.text)
    assert sum(counts.values()) == 1000
    assert len(shown(answer.text, "mistyped")) == 200 < counts["mistyped"]
    assert "The first 200 are shown" in answer.text


async def test_accounts_one_letter_away_are_found_in_lists_of_any_size(portal: Portal) -> None:
    await settle(portal)
    near = "https://www.tiktok.com/@bep.suonq"
    answer = await give(portal, lines=near)
    assert tally(answer.text) == {"lookalike": 1}
    assert "Character 9 is “q”, not “g”. Theirs: TikTok @bep.suong." in answer.text
    fillers = "\n".join(f"tiktok.com/@ai.do.{place}" for place in range(limits.AT_ONCE))
    long = await give(portal, lines=f"{fillers}\n{near}")
    assert tally(long.text) == {"unknown": limits.AT_ONCE, "lookalike": 1}
    assert shown(long.text, "lookalike") == [near]


async def test_the_page_and_its_parts_give_the_same_answers(portal: Portal) -> None:
    await settle(portal)
    listed = [LINK, "", "@chutam", *[f"DTA-26-{place:05d}-0" for place in range(400)]]
    whole = await give(portal, lines="\n".join(listed))
    frame = await give(portal, lines="\n".join(listed), parts="yes")
    assert tally(frame.text) == {}
    assert 'data-part="1000"' in frame.text
    part = await portal.post(
        "/check/many/part",
        {"first": "0", "lines": "\n".join(listed), "full": "good nonsense"},
    )
    bodies = re.findall(r'<tbody data-verdict="(\w+)" data-total="(\d+)">', part.text)
    assert {verdict: int(total) for verdict, total in bodies} == tally(whole.text)
    assert "Bếp Sương" not in part.text
    assert '<td data-title="Line" class="number">3</td>' in part.text
    assert "<html" not in part.text


async def test_a_short_list_is_answered_at_once_to_scripts_too(portal: Portal) -> None:
    answer = await give(portal, lines="@a.b.c\n@d.e.f", parts="yes")
    assert tally(answer.text) == {"unknown": 2}
    assert "<progress" not in answer.text


@pytest.mark.parametrize(
    "fields",
    [
        {"first": "x", "lines": "@a"},
        {"lines": "@a"},
        {"first": "0", "lines": "\n" * limits.A_PART},
        {"first": "0", "lines": "x" * 1_100_000},
    ],
    ids=["no place", "none", "too many", "too long"],
)
async def test_a_part_that_no_page_sends_is_refused(portal: Portal, fields: dict[str, str]) -> None:
    assert (await portal.post("/check/many/part", fields)).status_code == 422


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"lines": " \n "}, "lines", "Paste some lines, or choose a file."),
        ({"lines": "\n".join("a" * 20_000)}, "lines", "There are more than 10,000 lines."),
        ({"lines": "x" * 6000}, "lines", "Line 1 holds a text of more than 5,000 characters."),
        ({"lines": "ă" * 8_000_000}, "lines", "This is too much text for this field."),
        ({"rows": "\t" * 60 + "x"}, "lines", "There are more than 50 columns."),
    ],
    ids=["nothing", "lines", "long", "far too long", "columns"],
)
async def test_what_is_wrong_is_said_at_the_field(
    portal: Portal, fields: dict[str, str], field: str, said: str
) -> None:
    answer = await give(portal, **fields)
    assert answer.status_code == 422
    assert said_at(answer.text, field).startswith(said)


async def test_what_was_pasted_stays_when_the_file_is_refused(portal: Portal) -> None:
    answer = await portal.post(
        "/check/many", {"lines": "@a.b\n\n@c"}, files={"sheet": ("x.csv", b"@d")}
    )
    assert said_at(answer.text, "sheet").startswith("You pasted lines and chose a file as well.")
    assert "\n@a.b\n\n@c</textarea>" in answer.text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04 and then nothing", "This workbook is damaged"),
        (sheets.with_part("xl/vbaProject.bin", b"x"), "This workbook holds macros."),
        (sheets.bomb(70_000_000), "There is far more in this workbook"),
        (sheets.with_cell_at(*sheets.BEYOND), "There is far more in this workbook"),
        (b"%PDF-1.4", "We cannot read this kind of file."),
        (b"@a\x00\x01", "This is not a list of texts."),
        (b"x" * 6_000_000, "This file is larger than 5 MB."),
        (b"x" * 50_000_000, "This file is larger than 5 MB."),
        (b"", "This file is empty."),
    ],
    ids=["zip", "macros", "bomb", "far", "pdf", "nul", "6 MB", "50 MB", "empty"],
)
async def test_a_hostile_file_gets_its_error_at_the_field_and_changes_nothing(
    portal: Portal, data: bytes, said: str
) -> None:
    with statements(portal.database.engine) as seen:
        answer = await upload(portal, data)
    assert answer.status_code == 422
    assert said_at(answer.text, "sheet").startswith(said)
    assert [s for s in seen if "rate_counters" not in s] == []


async def test_a_body_without_end_is_cut_off_while_it_is_read(portal: Portal) -> None:
    taken = 0

    async def endless():  # noqa: ANN202 - a stream of bytes
        nonlocal taken
        yield b'--x\r\nContent-Disposition: form-data; name="sheet"; filename="a"\r\n\r\n'
        while taken < 400_000_000:
            taken += 1_000_000
            yield b"x" * 1_000_000

    answer = await portal.http.post(
        "/check/many",
        content=endless(),
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code == 422
    assert said_at(answer.text, "sheet").startswith("This file is larger than 5 MB.")


async def test_markup_in_a_list_stays_text(portal: Portal) -> None:
    listed = 'x\n<script>alert(1)</script>\nx"><img src=x>\n<b>đậm</b>'
    answer = await upload(portal, listed.encode(), "<script>.csv")
    assert answer.status_code == 200
    for mark in ("<script>alert", "<img src=x", "<b>đậm", "<script>,"):
        assert mark not in answer.text


@pytest.mark.parametrize(
    ("what", "most", "path"), [("many", 30, ""), ("many", 30, "/file"), ("many-part", 120, "/part")]
)
async def test_lists_too_often_are_refused_for_a_while(
    portal: Portal, what: str, most: int, path: str
) -> None:
    async with one_window():
        fields = {"lines": "@a.b.c", "first": "0"}
        assert (await give(portal, path, **fields)).status_code == 200
        await counted(portal, what, most - 1)
        assert (await give(portal, path, **fields)).status_code == 200
        refused = await give(portal, path, **fields)
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 600
        assert (await portal.get("/check/many")).status_code == 200


async def test_another_site_cannot_send_a_list(portal: Portal) -> None:
    answer = await portal.post(
        "/check/many", {"lines": "@a"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403


async def test_the_page_is_for_search_engines_and_its_answers_are_not(portal: Portal) -> None:
    form = await portal.get("/check/many")
    assert '<link rel="canonical" href="http://localhost:8000/check/many">' in form.text
    assert "noindex" not in form.text
    answer = await give(portal, lines="@a.b.c")
    assert "noindex" in answer.text
    assert answer.headers["cache-control"] == "no-store"

"""Posters: every code decodes, names print, long jobs run in parts."""

import json
import zlib
from datetime import date

import pytest
import zxingcpp
from django.core.management import CommandError, call_command
from fontTools.ttLib import TTFont

from audit.actors import SYSTEM
from audit.models import Entry
from codes import registry
from codes.models import Code, PosterBatch, PosterPart
from codes.posters import FONTS, make_posters
from codes.registry import Target
from codes.rules.phrases import PHRASES
from codes.selectors import code_url, printable_codes
from codes.services import NewCode, batches, forget_batches, issue_codes, start_batch
from core.errors import InputInvalid
from jobs.services import drain
from tests.conftest import require
from tests.world import NOW

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _site(settings):
    settings.BASE_URL = "https://rd.zhucheng.example"
    settings.SITE_OWNER = "诸城市人民代表大会常务委员会"


def pages(data):
    try:
        import pypdfium2
    except ImportError:
        require("pypdfium2", None)
    return pypdfium2.PdfDocument(data)


def decoded(data):
    return [
        code.text
        for page in pages(data)
        for code in zxingcpp.read_barcodes(page.render(scale=1.5).to_pil())
    ]


def text_of(data, page=0):
    return pages(data)[page].get_textpage().get_text_range()


def many(monkeypatch, count, names=("宋玉梅",)):
    """So many codes of a kind of their own."""
    codes = issue_codes(
        [NewCode("topic", f"T{n}", "370782001", names[n % len(names)]) for n in range(count)],
        actor=SYSTEM, now=NOW,
    )  # fmt: skip
    targets = {
        code.target_code: Target(
            kind="topic", code=code.target_code, title=code.label, subtitle="诸城市第十九届人大代表",
            place="密州街道东关社区", region_code="370782001", serving=True, url="/", phone="0536-1",
        )
        for code in codes
    }  # fmt: skip
    monkeypatch.setitem(registry._many_finders, "topic", lambda wanted: targets)
    return codes


def test_every_code_of_a_file_decodes_to_its_address(county, monkeypatch):
    codes = many(monkeypatch, 40)
    for size, count in (("A5", 40), ("A4", 20)):
        sheet = make_posters(codes, today=TODAY, size=size)
        assert len(pages(sheet.data)) == count
        assert sorted(decoded(sheet.data)) == sorted(code_url(code) for code in codes)


def test_poster_says_who_where_and_how(county, monkeypatch):
    (code,) = many(monkeypatch, 1)
    words = text_of(make_posters([code], today=TODAY).data)
    for part in (
        "宋玉梅", "诸城市第十九届人大代表", "密州街道东关社区", "0536-1", code.point_code,
        f"rd.zhucheng.example/q/{code.token}", "诸城市人民代表大会常务委员会", "5个工作日内受理",
        *code.check_phrase,
    ):  # fmt: skip
        assert part in words


def test_code_is_larger_than_three_centimetres(county, monkeypatch):
    (code,) = many(monkeypatch, 1)
    page = pages(make_posters([code], today=TODAY).data)[0]
    image = page.render(scale=4).to_pil()
    corner = zxingcpp.read_barcodes(image)[0].position
    width = (corner.top_right.x - corner.top_left.x) / 4 / 72 * 2.54
    assert width > 6  # centimetres, without the quiet zone


def test_rare_name_characters_are_in_the_font(county, monkeypatch):
    (code,) = many(monkeypatch, 1, names=("王喆堃",))
    sheet = make_posters([code], today=TODAY)
    assert sheet.missing == []
    assert "王喆堃" in text_of(sheet.data)


def test_missing_characters_are_reported_with_the_name(county, monkeypatch):
    codes = many(monkeypatch, 2, names=("宋玉梅", "王𠀀𠮷"))
    sheet = make_posters(codes, today=TODAY)
    assert sheet.missing == [("王𠀀𠮷", "𠀀𠮷")]
    assert sheet.posters == 2
    assert "王〓〓" in text_of(sheet.data, 1)


def test_all_phrases_are_in_the_fonts():
    letters = {ord(letter) for phrase in PHRASES for letter in phrase}
    for name in ("sans", "serif"):
        assert letters <= set(TTFont(FONTS / f"{name}.woff").getBestCmap())
    assert sum(file.stat().st_size for file in FONTS.glob("*.woff")) < 4_000_000


def test_targets_that_are_gone_are_left_out_and_named(county):
    gone = issue_codes([NewCode("station", "S-GONE", "370782001", "没了")], actor=SYSTEM, now=NOW)
    sheet = make_posters([county.codes["station"], *gone], today=TODAY)
    assert (sheet.posters, sheet.skipped) == (1, [gone[0].point_code])


def test_long_words_stay_on_the_page(county, settings):
    settings.BASE_URL = "https://daibiao.renda.zhucheng.weifang.shandong.example"
    county.station.name = "密州街道东关社区党群服务中心人大代表联络站暨民生议事会客厅" * 2
    county.station.address = (
        "山东省潍坊市诸城市密州街道府前街二十八号东关社区党群服务中心二楼西侧" * 3
    )
    county.station.name = county.station.name[:60]
    county.station.address = county.station.address[:120]
    county.station.save()
    page = pages(make_posters([county.codes["station"]], today=TODAY).data)[0]
    image = page.render(scale=2).to_pil().convert("L")
    margin = int(8 / 25.4 * 72 * 2)
    assert image.crop((0, 0, margin, image.height)).getextrema() == (255, 255)
    assert image.crop((image.width - margin, 0, image.width, image.height)).getextrema() == (
        255,
        255,
    )


def test_three_kinds_find_their_targets_in_few_queries(county, django_assert_max_num_queries):
    codes = list(county.codes.values())
    with django_assert_max_num_queries(14):
        sheet = make_posters(codes, today=TODAY)
    assert sheet.posters == 3


# --- command ----------------------------------------------------------------------------------


def run(capsys, tmp_path, *args):
    out = tmp_path / "posters.pdf"
    code = 0
    try:
        call_command("posters", "--out", str(out), *args)
    except SystemExit as stop:
        code = stop.code
    streams = capsys.readouterr()
    return code, streams.out, streams.err, out


def test_command_prints_one_json_document_and_progress_elsewhere(county, tmp_path, capsys):
    code, out, err, file = run(capsys, tmp_path, "--kind", "deputy", "--json")
    assert code == 0
    assert json.loads(out)["posters"] == 1
    assert "1/1" in err
    assert decoded(file.read_bytes()) == [code_url(county.codes["deputy"])]
    assert Code.objects.get(kind="deputy").printed_at is not None


def test_command_keeps_to_the_region(county, neighbour, tmp_path, capsys):
    _, _, _, file = run(capsys, tmp_path, "--kind", "station", "--region", "370783")
    assert decoded(file.read_bytes()) == [code_url(neighbour.codes["station"])]


def test_command_without_codes_says_so_and_writes_nothing(county, tmp_path, capsys):
    code, out, _, file = run(capsys, tmp_path, "--kind", "topic")
    assert (code, file.exists()) == (1, False)
    assert "没有可印的码" in out


def test_command_reports_missing_characters(county, tmp_path, capsys):
    county.deputy.name = "王𠀀"
    county.deputy.save()
    code, out, _, file = run(capsys, tmp_path, "--kind", "deputy")
    assert (code, file.exists()) == (1, True)
    assert "缺字" in out


@pytest.mark.parametrize("args", [("--kind", "castle"), ("--kind", "deputy", "--region", "诸城")])
def test_command_refuses_wrong_use(county, tmp_path, args):
    with pytest.raises(CommandError) as refused:
        call_command("posters", "--out", str(tmp_path / "x.pdf"), *args)
    assert getattr(refused.value, "returncode", 1) in (1, 2)
    assert not (tmp_path / "x.pdf").exists()


# --- batches ----------------------------------------------------------------------------------


def test_batch_is_drawn_in_parts_by_the_job_loop(county, monkeypatch):
    codes = many(monkeypatch, 12)
    monkeypatch.setattr(batches, "PER_PART", 5)
    batch = start_batch(actor=SYSTEM, kind="topic", region_code="370782", size="A5", now=NOW)
    assert drain(now=NOW).kinds.get(batches.KIND) == 3

    parts = list(PosterPart.objects.filter(batch=batch))
    assert [(part.count, part.posters) for part in parts] == [(5, 5), (5, 5), (2, 2)]
    found = [url for part in parts for url in decoded(part.file.read())]
    assert sorted(found) == sorted(code_url(code) for code in codes)


def test_part_is_drawn_once_however_often_it_runs(county, monkeypatch):
    many(monkeypatch, 2)
    batch = start_batch(actor=SYSTEM, kind="topic", region_code="370782", size="A5", now=NOW)
    part = batch.parts.get()
    work = type("Work", (), {"payload": {"part": part.pk}})()
    batches.make_part(work, NOW)
    first = PosterPart.objects.get().file.name
    batches.make_part(work, NOW)
    assert PosterPart.objects.get().file.name == first
    assert Entry.objects.filter(action="codes.printed").count() == 2


def test_batch_of_nothing_is_refused(county):
    with pytest.raises(InputInvalid):
        start_batch(actor=SYSTEM, kind="topic", region_code="370782", size="A5", now=NOW)
    assert not PosterBatch.objects.exists()


def test_old_batches_are_forgotten_with_their_files(county, monkeypatch, media_root):
    many(monkeypatch, 1)
    start_batch(actor=SYSTEM, kind="topic", region_code="370782", size="A5", now=NOW)
    drain(now=NOW)
    assert len(list(media_root.rglob("*.pdf"))) == 1
    forget_batches(now=NOW + batches.KEPT * 2)
    assert not PosterBatch.objects.exists()
    assert not list(media_root.rglob("*.pdf"))


def test_file_holds_no_font_but_its_subsets(county, monkeypatch):
    (code,) = many(monkeypatch, 1)
    data = make_posters([code], today=TODAY).data
    assert len(data) < 150_000
    assert list(printable_codes("topic", "370782")) == [code]
    assert zlib.crc32(data) != 0

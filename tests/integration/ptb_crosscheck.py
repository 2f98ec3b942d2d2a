"""Penn-Treebank tokens of captions beside the tokenizer that caption scores are published with.

Makes lines of several kinds, caption-like and hostile ones, and cuts them with `pixelsail-tokenize --ptb` and with
Stanford's PTBTokenizer 3.4.1 (-preserveLines -lowerCase) out of the package pycocoevalcap. At least 99.9 % of the lines
must agree, of each kind too; lines that differ are printed. Needs java; without it, or without the package, the script
skips itself (exit code 77).

    python ptb_crosscheck.py --bin build/release/bin [--lines 12000] [--seed 1]
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

SHARE = 0.999

WORDS = """man woman boy girl dog cat horse car bus train table chair shirt hat jacket umbrella phone pizza cake plate bowl
    street road grass water sky wall door window T-shirt t-shirts passer-by brown-haired 2-door X-ray mother-in-law
    semi-truck co-worker re-enter anti-war U.S.-led well-known left-most snow-covered""".split()
SMALL = "a an the in on of with and to his her is are next near behind it that this who which what there".split()
CONTRACTIONS = """can't won't isn't he's she'd they'll I'm we've it's that's let's y'all 'tis 'twas o'clock rock'n'roll cannot
    gonna wanna gotta gimme lemme d'ye more'n whaddya dunno ain't man's men's James' dogs' girls's 's n't 'em 'til '90s
    shouldn't've he'll've I'd've CAN'T Don't""".split()
ABBREVIATIONS = """U.S. U.K. U.N. e.g. i.e. etc. vs. Mr. Mrs. Dr. Prof. St. Ave. Inc. Corp. Co. Ltd. Jan. Feb. Sept. Dec. a.m.
    p.m. A.M. No. Nos. Fig. pp. cf. al. Ph.D. M.D. B.A. Jr. Sr. Gen. Sen. Gov. Calif. Mass. Pa. ft. in. lb. oz. J.F.K.
    U.S.A. approx. dept. est. Tues. Thurs. Mt. Ft. Rev. Hon. Lt. Col. Sgt. Vol. Ed. Op. Mme. Mlle.""".split()
NUMBERS = """1 12 1,000 10,000.50 1.5 .5 -3 +4 1/2 3/4 1 1/2 50% 3.5% $5 $5.00 US$10 C$5 A$20 12:30 9:05am 1990s 90's 1st 2nd
    23rd 2/3/2010 2010-05-12 12-31-99 555-1234 (555) 123-4567 1-800-555-1234 +1 555 123 4567 #1 #12 No.5 1080p 4x4 3D 2x
    1e5 0x1F 12th-century 5'10" 6' 10" 1,2,3 1.2.3 192.168.0.1 5-6 5--6""".split(" ")
SIGNS = list(".,;:!?()[]{}<>\"'`~@#$%^&*-_=+/\\|") + ["...", "....", ". . .", "--", "---", "``", "''", "''", ",,", "!!", "?!",
                                                      "&amp;", "&lt;", "&gt;", "&quot;", "&nbsp;", "(*)", "*****", "..", "###"]
WEB = """http://www.x.org/a?b=c&d=1 https://example.com. www.site.co.uk site.com/page me@mail.com a.b-c@mail.example.org @name
    #tag #1tag ftp://x.y/z <b> </b> <br/> <a href="x"> <img src='y' alt="z"> <p>bold</p> <!-- note --> <3 file.txt C++ C#
    .NET AT&T R&D Q&A and/or he/she w/ w/o c/o ASP.NET Yahoo! Jeopardy! E! :-) :) ;-) :( :D XD :-P =) ^_^ o_O <- -> => (-:
    :'( 8-) >:( D: :3 xD ¯\\_(ツ)_/¯""".split()
UNICODE = """café naïve façade über señor Ångström “quoted” ‘single’ it’s isn’t don’t dog’s – — … « » ‹ › „ ‚ € £ ¥ ¢ ₤ ½ ¼ ¾ ⅓ 1½ 3¼
    ° 20°C 5° ™ © ® § ¶ † × ÷ ± ² ³ m² μm α β π Ω 中文 日本語 カタカナ 한국어 русский العربية עברית हिन्दी ไทย 🐶 😀 👍🏽 ❤️ ★ ● • · ′ ″
    ﬁ ﬂ soft\u00adhyphen no\u00a0break zero\u200bwidth e\u0301 ﻿ \u2028 ‑ ‐ − ～ ｆｕｌｌ １２３ ！ ？ ， 。 、 《 》""".split(" ")


def sentence(rng):
    words = []
    for _ in range(rng.randint(2, 9)):
        form = rng.random()
        word = rng.choice(SMALL if form < 0.4 else WORDS)
        if form > 0.92:
            word = rng.choice(CONTRACTIONS)
        if rng.random() < 0.08:
            word = word.capitalize()
        if rng.random() < 0.06:
            word += rng.choice(",;:")
        words.append(word)
    return " ".join(words) + rng.choice(["", "", ".", ".", "!", "?", "..."])


def mixed(rng, pieces):
    """A sentence with pieces of one kind put in, glued to their neighbours at times."""
    words = sentence(rng).split()
    for _ in range(rng.randint(1, 4)):
        piece = rng.choice(pieces)
        form, place = rng.random(), rng.randint(0, len(words))
        if form < 0.75 or not words:
            words.insert(place, piece)
        else:
            place = min(place, len(words) - 1)
            words[place] = words[place] + piece if form < 0.88 else piece + words[place]
    return " ".join(words)


def quoted(rng):
    words = sentence(rng).split()
    for _ in range(rng.randint(1, 3)):
        mark = rng.choice(["\"", "'", "``", "''", "“", "”", "‘", "’", "\"'", "'\"", "`"])
        a, b = sorted(rng.randint(0, len(words) - 1) for _ in range(2))
        words[a], words[b] = mark + words[a], words[b] + mark
    return " ".join(words)


def mutated(rng):
    text = list(mixed(rng, rng.choice([CONTRACTIONS, ABBREVIATIONS, NUMBERS, SIGNS, WEB])))
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(text))
        form = rng.random()
        if form < 0.4:
            text[place] = chr(rng.randint(33, 126))
        elif form < 0.7:
            text.insert(place, rng.choice("".join(SIGNS) + " "))
        elif len(text) > 3:
            del text[place]
    return "".join(text)


def random_ascii(rng):
    return "".join(chr(rng.randint(32, 126)) for _ in range(rng.randint(1, 40)))


def random_unicode(rng):
    ranges = [(0x20, 0x7E)] * 4 + [(0xA0, 0x24F), (0x300, 0x52F), (0x5D0, 0x6FF), (0x2000, 0x206F), (0x20A0, 0x23FF),
                                   (0x3000, 0x30FF), (0x4E00, 0x4EFF), (0x1F300, 0x1F64F)]
    return "".join(chr(rng.randint(*rng.choice(ranges))) for _ in range(rng.randint(1, 25)))


KINDS = {
    "captions": sentence,
    "contractions": lambda rng: mixed(rng, CONTRACTIONS),
    "abbreviations": lambda rng: mixed(rng, ABBREVIATIONS),
    "numbers": lambda rng: mixed(rng, NUMBERS),
    "signs": lambda rng: mixed(rng, SIGNS),
    "web": lambda rng: mixed(rng, WEB),
    "unicode": lambda rng: mixed(rng, UNICODE),
    "quotes": quoted,
    "mutated": mutated,
    "random ASCII": random_ascii,
    "random Unicode": random_unicode,
}


def one_line(text):
    """What ends a line in one of the two programs ends it in both."""
    return re.sub("[\n\r\u2028\u2029\x0b\x0c\x85]", " ", text)


def find_jar():
    if shutil.which("java") is None:
        return None, "there is no java"
    try:
        import pycocoevalcap
    except ImportError:
        return None, "the package pycocoevalcap is not installed"
    jar = os.path.join(list(pycocoevalcap.__path__)[0], "tokenizer", "stanford-corenlp-3.4.1.jar")
    return (jar, "") if os.path.exists(jar) else (None, f"{jar} is missing")


def reference_tokens(jar, lines):
    """Tokens of each line; None for one that runs into what follows it.

    The tokenizer looks across line ends (is an abbreviation the end of a sentence? is a quote closed?), so a line of known
    tokens stands behind each.
    """
    # The quotes close what a line has left open, "<" ends what may have begun as markup.
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt", newline="") as file:
        file.write("".join(f"{line}\nX ' x \" x{i} <\n" for i, line in enumerate(lines)))
        file.flush()
        out = subprocess.run(["java", "-cp", jar, "edu.stanford.nlp.process.PTBTokenizer", "-preserveLines", "-lowerCase",
                              file.name], capture_output=True, check=True).stdout.decode("utf-8").split("\n")
    tokens, current = [None] * len(lines), []
    for line in out:
        end = re.fullmatch(r"x ' x '' x(\d+) <", line)
        if end:
            tokens[int(end[1])] = " ".join(part for part in current if part)
            current = []
        else:
            current.append(line)
    return tokens


def our_tokens(program, lines):
    text = "".join(line + "\n" for line in lines)
    out = subprocess.run([program, "--ptb"], input=text.encode("utf-8"), capture_output=True, check=True).stdout
    return out.decode("utf-8").split("\n")[:-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="folder with pixelsail-tokenize")
    parser.add_argument("--lines", type=int, default=12000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    jar, reason = find_jar()
    if jar is None:
        print(f"ptb_crosscheck: skipped, {reason}")
        sys.exit(77)
    rng = random.Random(arguments.seed)
    kinds = [kind for kind in KINDS for _ in range(arguments.lines // len(KINDS))]
    lines = [one_line(KINDS[kind](rng)) for kind in kinds]
    expected = reference_tokens(jar, lines)
    actual = our_tokens(os.path.join(arguments.bin, "pixelsail-tokenize"), lines)
    if len(actual) != len(lines):
        raise SystemExit(f"ptb_crosscheck: {len(actual)} lines came back for {len(lines)}")
    counts, shown = {kind: [0, 0] for kind in KINDS}, 0
    lost = sum(tokens is None for tokens in expected)
    for kind, line, theirs, ours in zip(kinds, lines, expected, actual):
        if theirs is None:
            continue
        counts[kind][0] += 1
        counts[kind][1] += theirs == ours
        if theirs != ours and shown < 10:
            shown += 1
            print(f"differs ({kind}): {line!r}\n  reference {theirs!r}\n  ours      {ours!r}")
    for kind, (total, equal) in counts.items():
        print(f"ptb_crosscheck: {kind}: {equal} of {total} lines equal")
    total, equal = (sum(count[i] for count in counts.values()) for i in (0, 1))
    print(f"ptb_crosscheck: {equal} of {total} lines equal, {total - equal} differ; {lost} not compared, since the reference "
          "joins them with the next line")
    enough = all(same >= SHARE * number - 1 for number, same in counts.values()) and equal >= SHARE * total
    sys.exit(0 if enough and lost < 0.05 * len(lines) else 1)


if __name__ == "__main__":
    main()

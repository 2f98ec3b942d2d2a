"""Tokenizes lines with pixelsail-tokenize --ptb and with Stanford CoreNLP 3.4.1 and compares the tokens.

The lines are made here: captions from a grammar, and lines that try the rules of the tokenizer by kind: quotes,
apostrophes, numbers, addresses, abbreviations, hyphens, brackets, tags, entities, other scripts, words with characters
changed, random characters. The reference is the jar of the installed pycocoevalcap, called as it does. Prints the share
of equal lines for each kind and the first ten that differ; exit code 1 when a kind has less than 99.9 % equal, 77
without Java or the jar.

    python ptb_crosscheck.py --bin build/release/bin [--lines 21000] [--seed 1]
"""

import argparse
import importlib.util
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

JAR = "stanford-corenlp-3.4.1.jar"
LEAST_SHARE = 0.999
SKIPPED = 77
# The reference looks across line ends. This line between each two ends a sentence, and it closes open quotes and tags
# so that none reaches the next line.
SEPARATOR = "X ' x \" x{} <"
SEPARATOR_TOKENS = re.compile(r"x ' x '' x(\d+) <")

NOUNS = ("man woman dog cat giraffe bus skateboard pizza table street sign kite wave surfer umbrella child players "
         "laptop train clock tower bathroom sink zebras tennis racket baseball hot dog motorcycle").split()
ADJECTIVES = "red blue young old black-and-white half-eaten well-dressed wooden navy large two-tiered colourful".split()
VERBS = ["is riding", "sits on", "isn't near", "are looking at", "can't reach", "cannot see", "holding", "stands by",
         "walks past", "is about to eat", "gonna catch", "doesn't like", "they're watching", "who's beside"]
PLACES = ["in front of", "on top of", "next to", "behind", "at the left of", "under", "in the middle of", "(far) from"]
ABBREVIATIONS = ("Mr. Mrs. Dr. Inc. Corp. Co. Ltd. Jan. Feb. Sept. Dec. Mon. Thurs. Calif. Mass. Ark. La. Ill. Pa. Miss. "
                 "etc. vs. e.g. i.e. a.m. p.m. U.S. U.S.A. U.K. Ph.D. Ed.D. Jr. Sr. Blvd. Rd. St. Ave. No. no. nos. Fig. "
                 "fig. figs. art. pp. op. ca. prop. Bldg. bldg. Pty. pty. pte. Co. Prof. Gen. Sgt. Messrs. Mfg. mtg. Dept. "
                 "Univ. est. ext. tel. sq. al. seq. Alex. Wm. Jos. cf. a.k.a. D. J.R.R. Sino-U.S. non-U.S. U.S.-U.K. "
                 "Del. Tex. tex. Wash. wash. Ore. ore. Bros. Esq. Plc. Intl. Natl. Elec.").split()
AFTER_ABBREVIATION = ["", " ", "  ", " The ", " A ", " He ", " In ", " the ", " 5", "5", ",", ";", ":", ".", "?", " <b> ",
                      " ltd", " Ltd. ", " Limited", ")", "\"", "'s", "-", " Smith", " Mr. ", "\t", "\u00a0", " \u00c9t\u00e9"]
CONTRACTIONS = ("don't can't won't isn't ain't it's he's I'm you're they've we'll she'd y'all o'clock ma'am rock'n'roll "
                "'em 'til 'till 'cause 'twas 'tis 'n' '90s '99 O'Reilly d'Artagnan l'eau c'est Qur'an Shi'ite B'Gosh e'er "
                "ol' Dunkin' somethin' goin' cont'd cont'd. nor'easter c'mon s'mores ev'ry li'l nat'l Cap'n n't 's y'know "
                "dogs' James' James's DON'T IT'S I'LL couldn't've gotta wanna lemme gimme cannot Cannot").split()
APOSTROPHES = ["'", "\u2019", "\u2018", "`", "&apos;", "\u0092", "\u201b", "''"]
QUOTES = ["\"", "'", "``", "''", "`", "\u201c", "\u201d", "\u2018", "\u2019", "\u00ab", "\u00bb", "&quot;", "\u201e", "\u2039"]
NUMBER_PATTERNS = ["#", "##", "###", "####", "#.#", "#,###", "##:##", "#/#", "# #/#", "#-#/#", "##/##/####", "#-#-##",
                   "$#.##", "US$ #", "US$#", "\u20ac##", "\u00a3#", "#\u00a2", "##%", "-#", "+#.#", "###-####", "###-###-####",
                   "(###) ###-####", "+## ### ####", "##.###.####", "#\u00bd", "\u00be", "#\u2044#", "#st", "#x#", "#m", "##'s",
                   "'##s", "##s", "#'##\"", "\u00b2", "#\u00b3", "##\u00b0", "#,#", "#.#.#", "no. #", "fig. #", "#:#", "#-#", "##-##"]
ADDRESSES = ["http://w.com/a", "https://www.w.org/a-b/c?x=1&y=2.", "www.w.com", "www.w.co/a(b)", "w.com", "w.net/a/b.html",
             "w@w.com", "<w@w.com>", "w.w@w", "@w", "#w", "@w_1", "w.edu,", "http://", "HTTP://W.COM", "ftp://w.org", "w.txt",
             "w.jpg.", "w.tar.gz", "w.c", "file.PDF!", "W.com", "1w.com", "w-w.org", "w_w.net", "w@", "@@w", "##w"]
HYPHENS = ["-", "--", "---", "----", "-----", "\u2010", "\u2011", "\u2013", "\u2014", "\u2015", "&mdash;", "_", "\u00ad", "/", "\\/", "&",
           "+", "&amp;", ".", ",", "*", "~", "="]
HYPHENATED = "co-op T-shirt A-1 x-ray pro- anti- AT&T R&D S&P-500 S&Ls and/or w/o 1/2-inch U.S.-born x.y-a.b. AFL-CIO".split()
BRACKETS = ["(", ")", "[", "]", "{", "}", "<", ">", "<<", ">>", "&lt;", "&gt;", "-LRB-", "-rrb-", ":)", ":-)", ";)", ":(", ":D",
            ":P", "=)", ":'(", ":o)", ">:(", "^_^", "(^_^)", "(-_-)", "(^-^)", "(>.<)", "-_-", "'_'", ":|", ":\\", ":@", "<3"]
TAGS = ["<b>", "</b>", "<br/>", "<br />", "<a href=\"x y\">", "<a href='x'>", "<p class=x>", "<!-- a -->", "<?xml a?>", "<img x>",
        "<a b", "< b>", "</ b>", "<1>", "<b/ >", "<a  b  =  'c d' e>"]
ENTITIES = ["&amp;", "&lt;", "&gt;", "&nbsp;", "&quot;", "&apos;", "&eacute;", "&Auml;", "&#39;", "&#x27;", "&mdash;", "&ndash;",
            "&MD;", "&HT;", "&QL;", "&odq;", "&copy;", "&AMP;", "&", "&;", "&acute;", "caf&eacute;s"]
FOREIGN = ("caf\u00e9 na\u00efve \u00dcber stra\u00dfe \u0130stanbul \u0131\u015f\u0131k \u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3 \u041c\u043e\u0441\u043a\u0432\u0430 \u4e2d\u6587 \u3053\u3093\u306b\u3061\u306f "
           "\ud55c\uad6d\uc5b4 \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u0939\u093f\u0928\u094d\u0926\u0940 \u0e44\u0e17\u0e22 e\u0301 \u0660\u0661\u0662 \uff12\uff13 \u2160 \u24b6 \ufb01ne \U0001d400 \U0001f600 \u2603 \u00a9 "
           "\u2122 \u00b0C \u00d7 \u2192 \u2248 \u2026 \u3001 \u3002 \uff01 \u00bf \u00a1 \u00b7 \u2022 \u200b \ufeff \u00a0 \u2003 \u3000 \u2212 \u00b1 \u212b \u017fo \u212am \U0001f468\u200d\U0001f469").split(" ")


class Lines:
    """Lines of each kind; the same for the same seed."""

    def __init__(self, seed):
        self.rng = random.Random(seed)

    def word(self):
        return self.rng.choice(NOUNS + ADJECTIVES)

    def phrase(self):
        choose = self.rng.choice
        adjective = choose(ADJECTIVES) + " " if self.rng.random() < 0.5 else ""
        owner = choose(["", "", "", "man's ", "dogs' ", "James's "])
        return f"{choose(['a', 'the', 'two', 'some', 'her'])} {owner}{adjective}{choose(NOUNS)}"

    def caption(self):
        choose = self.rng.choice
        text = f"{self.phrase()} {choose(VERBS)} {self.phrase()}"
        if self.rng.random() < 0.6:
            text += f"{choose([' ', ' ', ', '])}{choose(PLACES)} {self.phrase()}"
        if self.rng.random() < 0.15:
            text += f" with {choose(QUOTES[:4])}{self.word()}{choose(QUOTES[:4])} written on it"
        if self.rng.random() < 0.1:
            text += f" at {self.digits(choose(['##:##', '#', '##', '#.#']))} {choose(['a.m', 'p.m.', 'pm', 'o' + chr(39) + 'clock'])}"
        if self.rng.random() < 0.7:
            text = text[0].upper() + text[1:]
        return text + choose(["", ".", ".", " .", "!", "...", ";", " "])

    def digits(self, pattern):
        return "".join(str(self.rng.randrange(10)) if c == "#" else c for c in pattern)

    def mixed(self, *pools):
        """Pieces of the pools and words, joined with and without blanks."""
        pieces = []
        for _ in range(self.rng.randint(2, 8)):
            pieces.append(self.rng.choice(self.rng.choice(pools)) if self.rng.random() < 0.65 else self.word())
            pieces.append(self.rng.choice([" ", " ", "", "", ", ", ". "]))
        return "".join(pieces)

    def quotes(self):
        return self.mixed(QUOTES, QUOTES, APOSTROPHES)

    def apostrophes(self):
        words = [self.rng.choice(CONTRACTIONS) for _ in range(self.rng.randint(1, 6))]
        text = self.rng.choice([" ", " ", ", ", " \"", "."]).join(words)
        return text.replace("'", self.rng.choice(APOSTROPHES)) if self.rng.random() < 0.5 else text

    def numbers(self):
        return self.mixed([self.digits(self.rng.choice(NUMBER_PATTERNS)) for _ in range(8)])

    def addresses(self):
        return self.mixed([a.replace("w", self.rng.choice(NOUNS)) for a in ADDRESSES])

    def abbreviations(self):
        text = ""
        for _ in range(self.rng.randint(1, 4)):
            text += self.word() + " " if self.rng.random() < 0.5 else ""
            name = self.rng.choice(ABBREVIATIONS)
            name = self.rng.choice([name, name, name, name.lower(), name.upper(), name[:-1]])
            text += name + self.rng.choice(AFTER_ABBREVIATION)
        return text

    def hyphens(self):
        return self.mixed(HYPHENS, HYPHENATED)

    def brackets(self):
        return self.mixed(BRACKETS, BRACKETS, TAGS)

    def markup(self):
        return self.mixed(TAGS, ENTITIES)

    def scripts(self):
        return self.mixed(FOREIGN, FOREIGN, QUOTES)

    def runs(self):
        return "".join(self.rng.choice(".,;:!?-_'\"`*#@&%$/\\()[]{}<>|^~=+") * self.rng.choice([1, 1, 2, 3, 4, 5, 7])
                       + self.rng.choice(["", "", " ", "a"]) for _ in range(self.rng.randint(1, 8)))

    def mutated(self):
        makers = [self.caption, self.apostrophes, self.numbers, self.addresses, self.abbreviations, self.hyphens, self.markup]
        text = list(self.rng.choice(makers)())
        for _ in range(self.rng.randint(1, 6)):
            at = self.rng.randrange(len(text) + 1)
            what = self.rng.random()
            if what < 0.5 or at == len(text):
                text.insert(at, self.rng.choice([self.ascii(), self.ascii(), self.character()]))
            elif what < 0.75:
                text[at] = self.ascii()
            else:
                del text[at]
        return "".join(text)

    def ascii(self):
        return chr(self.rng.randrange(0x20, 0x7F))

    def character(self):
        ranges = [(0x80, 0x250), (0x80, 0x250), (0x250, 0x600), (0x600, 0x1000), (0x1000, 0x3000), (0x3000, 0xD800),
                  (0xF900, 0xFFFE), (0x1F300, 0x1F900)]
        while True:
            c = chr(self.rng.randrange(*self.rng.choice(ranges)))
            if c not in "\x85\u2028\u2029":
                return c

    def random_ascii(self):
        return "".join(self.ascii() for _ in range(self.rng.randint(1, 40)))

    def random_unicode(self):
        return "".join(self.rng.choice([self.ascii, self.character])() for _ in range(self.rng.randint(1, 30)))


KINDS = ("caption quotes apostrophes numbers addresses abbreviations hyphens brackets markup scripts runs mutated "
         "random_ascii random_unicode").split()


def find_reference():
    """The jar, or None and why not."""
    if shutil.which("java") is None:
        return None, "no java"
    spec = importlib.util.find_spec("pycocoevalcap")
    for folder in (spec.submodule_search_locations if spec is not None else None) or ():
        jar = os.path.join(folder, "tokenizer", JAR)
        if os.path.exists(jar):
            return jar, ""
    return None, "no pycocoevalcap with " + JAR


def reference_tokens(jar, lines):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "lines.txt")
        with open(path, "w", encoding="utf-8", newline="") as file:
            for i, line in enumerate(lines):
                file.write(line + "\n" + SEPARATOR.format(i) + "\n")
        command = ["java", "-cp", jar, "edu.stanford.nlp.process.PTBTokenizer", "-preserveLines", "-lowerCase", path]
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    tokens, pending = {}, []
    for line in result.stdout.decode("utf-8").split("\n"):
        separator = SEPARATOR_TOKENS.fullmatch(line)
        if separator:
            tokens[int(separator[1])] = " ".join(part for part in pending if part)
            pending = []
        else:
            pending.append(line)
    return [tokens.get(i) for i in range(len(lines))]


def our_tokens(program, lines):
    result = subprocess.run([program, "--ptb"], input="".join(line + "\n" for line in lines).encode(),
                            stdout=subprocess.PIPE, check=True)
    tokens = result.stdout.decode("utf-8").split("\n")[:-1]
    if len(tokens) != len(lines):
        sys.exit(f"{len(lines)} lines in, {len(tokens)} out")
    return tokens


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True, help="folder with pixelsail-tokenize")
    parser.add_argument("--lines", type=int, default=21000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    jar, reason = find_reference()
    if jar is None:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    maker = Lines(arguments.seed)
    count = -(-arguments.lines // len(KINDS))
    kinds = [kind for kind in KINDS for _ in range(count)]
    lines = [getattr(maker, kind)() for kind in kinds]
    expected = reference_tokens(jar, lines)
    actual = our_tokens(os.path.join(arguments.bin, "pixelsail-tokenize"), lines)
    different = [i for i in range(len(lines)) if expected[i] != actual[i]]
    for i in different[:10]:
        print(f"{kinds[i]}: {lines[i]!r}\n  reference {expected[i]!r}\n  ours      {actual[i]!r}")
    failed = False
    for kind in KINDS:
        bad = sum(kinds[i] == kind for i in different)
        failed = failed or (count - bad) / count < LEAST_SHARE
        print(f"{kind}: {count - bad} of {count} lines equal ({100 * (count - bad) / count:.2f} %)")
    print(f"all: {len(lines) - len(different)} of {len(lines)} lines equal")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

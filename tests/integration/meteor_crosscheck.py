"""Scores captions with pycocoevalcap's METEOR (a Java program) and with pixelsail-score, and compares.

Makes pairs of captions from a small grammar with synonyms, inflections, swapped and repeated words, from phrases of the
paraphrase table, from random letters, signs and alphabets; some are empty, some have several references, some are long.
Both sides get the raw captions: the Java side goes through pycocoevalcap's PTBTokenizer. Per segment the scores must
agree to 1e-6 for at least 99.5 % of the segments, and the score of all together to 1e-3. Every differing segment is
printed. Exit code 1 when that does not hold, 77 (skipped) without java or pycocoevalcap.

    python meteor_crosscheck.py --bin build/release/bin [--segments 3000] [--seed 1]
"""

import argparse
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import zipfile

SEGMENT_TOLERANCE, TOTAL_TOLERANCE, MIN_AGREEING = 1e-6, 1e-3, 0.995

ADJECTIVES = "big large small little tiny red blue navy dark-haired brown white young old tall round t-shirt".split()
NOUNS = ("man men woman women lady ladies guy person people child children kid kids boy girl dog dogs puppy cat cats car "
         "automobile bus buses table tables chair couch sofa bottle glass glasses knife knives hat cap shirt jacket "
         "umbrella street road field player players banana bananas leaf leaves wolf wolves").split()
VERBS = ("is are was sits sitting sat stands standing stood wears wearing wore holds holding held runs running ran "
         "walks walking walked parked playing played eats eating ate leans leaning").split()
PLACES = ("on the left|on the right|on the left side|at the right side of the table|in the middle|in front of the "
          "street|next to the man|behind the car|near the road|to the left of the woman|in the back").split("|")
SIGNS = ["'s", "n't", "!", "?", ".", "...", "..", ",", "-", "--", "\u2013", "\u2014", "(", ")", "[", "]", "{", "}", "&", "%",
         "$5.00", "10,000", "#1", "\"", "'", "''", "``", "\u2018", "\u2019", "\u201c", "\u201d", "U.S.", "e.g.", "Mr.", "vs.", "No. 5",
         "a,b,c", "man-in-black", "rock'n'roll", "1990's", "|", ":", ";", "/", "and/or", "@", "~", "^", "_", "*", "+", "=",
         "<b>", "co-op.", "x.", "3.5", ".5", "O'Neil", "dogs'", "can't", "cannot", "gonna", "it's"]
ALPHABETS = ["caf\u00e9", "na\u00efve", "\u0416\u0443\u043a", "\u6f22\u5b57", "\u65e5\u672c", "\U0001f600", "\u00a0", "\u2003", "\u03c3\u03ac\u03c2", "stra\u00dfe",
             "\u017dena", "\u00c5ngstr\u00f6m", "e\u0301", "\u00bd", "\u20ac5", "\u00b0", "\u200b", "\u1d00", "\u0130stanbul", "\u00ab", "\u00bb"]


def skip(reason):
    print(f"meteor_crosscheck: skipped: {reason}")
    sys.exit(77)


# ---------------------------------------------------------------------------------------------------- random captions


def phrase(rng):
    words = [rng.choice(["a", "the", "two", "this", "his"])]
    words += rng.sample(ADJECTIVES, rng.choice([0, 1, 1, 2])) + [rng.choice(NOUNS)]
    return words


def caption(rng):
    words = phrase(rng)
    if rng.random() < 0.7:
        words += [rng.choice(VERBS)] + phrase(rng)
    if rng.random() < 0.6:
        words += rng.choice(PLACES).split()
    return words


class Synonyms:
    """Words that share a synset, and irregular forms, from METEOR's own files."""

    def __init__(self, jar):
        with zipfile.ZipFile(jar) as archive:
            lines = archive.read("synonym/english.synsets").decode("utf-8", "replace").split("\n")
            forms = archive.read("synonym/english.exceptions").decode().split("\n")
        self.of_word, self.words_of = {}, {}
        for word, ids in zip(lines[::2], lines[1::2]):
            if "_" not in word:
                self.of_word[word] = ids.split()
                for synset in ids.split():
                    self.words_of.setdefault(synset, []).append(word)
        self.irregular = {base: line.split() for base, line in zip(forms[::2], forms[1::2])}
        self.all = sorted(self.of_word)

    def replace(self, rng, word):
        synsets = self.of_word.get(word.lower())
        if not synsets:
            return word
        return rng.choice(self.words_of[rng.choice(synsets)])

    def inflect(self, rng, word):
        if word in self.irregular and rng.random() < 0.7:
            return rng.choice(self.irregular[word])
        return rng.choice([word + "s", word + "es", word + "ed", word + "ing", word + "er", word + "est", word + "ly",
                           word[:-1] + "ing", word[:-1] + "ies", word[:-1] + "ed", word[:-1]])


def changed(rng, words, synonyms):
    words = list(words)
    for _ in range(rng.choice([0, 1, 2, 3, 5])):
        if not words:
            break
        i = rng.randrange(len(words))
        action = rng.randrange(7)
        if action == 0:
            words[i] = synonyms.replace(rng, words[i])
        elif action == 1:
            words[i] = synonyms.inflect(rng, words[i])
        elif action == 2:
            k = rng.randrange(len(words))
            words[i], words[k] = words[k], words[i]
        elif action == 3:
            words.insert(i, rng.choice(words))
        elif action == 4:
            del words[i]
        elif action == 5:
            words[i] = rng.choice(NOUNS + ADJECTIVES)
        else:
            k = rng.randrange(i, len(words)) + 1
            words = words[i:k] + words[:i] + words[k:]
    return words


def sample_table(rng, path, count):
    """Entries at random places of the table, a few neighbours each."""
    total = 0
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for total, _ in enumerate(file, 1):
            pass
    entries = total // 3
    wanted = set()
    while len(wanted) < min(count, entries):
        start = rng.randrange(entries)
        wanted.update(range(start, min(start + rng.choice([1, 1, 3]), entries)))
    pairs = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for i in range(entries):
            file.readline()
            source, target = file.readline(), file.readline()
            if i in wanted:
                pairs.append((source.split(), target.split()))
    return pairs


def paraphrased(rng, pairs):
    """Two captions of several phrases, each in its own wording, some of them in another order."""
    one, other = [], []
    for _ in range(rng.choice([1, 2, 2, 3, 4])):
        source, target = rng.choice(pairs)
        if rng.random() < 0.5:
            source, target = target, source
        joint = rng.choice([[], [rng.choice(NOUNS)], ["the"], ["of", "the"]])
        one.append(source + joint)
        other.append(target + joint)
    if rng.random() < 0.3:
        rng.shuffle(other)
    return sum(one, []), sum(other, [])


def repeated(rng, synonyms):
    """Few different words, many times: the search has many paths, more than it keeps."""
    word = rng.choice(["dog", "sit", "play", "leaf", "run", "big", "car"])
    pool = [word, synonyms.inflect(rng, word), synonyms.inflect(rng, word), synonyms.replace(rng, word), "the", "of",
            synonyms.replace(rng, word)][:rng.choice([2, 3, 5, 7])]
    size = rng.choice([3, 6, 10, 20, 40])
    make = lambda: [rng.choice(pool) for _ in range(rng.randint(1, size))]
    return make(), make()


def signs(rng):
    words = caption(rng)
    for _ in range(rng.choice([1, 2, 4, 8])):
        words.insert(rng.randrange(len(words) + 1), rng.choice(SIGNS if rng.random() < 0.75 else ALPHABETS))
    glued, text = rng.random() < 0.3, ""
    for word in words:
        text += word + ("" if glued and rng.random() < 0.3 else " ")
    return text if rng.random() < 0.5 else text.upper() if rng.random() < 0.3 else text.capitalize()


def make_segment(rng, kind, synonyms, pairs):
    """A hypothesis and its references."""
    join = " ".join
    if kind == "grammar":
        words = caption(rng)
        references = [join(changed(rng, words, synonyms)) for _ in range(rng.choice([1, 1, 2, 3, 5]))]
        return join(changed(rng, words, synonyms)), references
    if kind == "table":
        one, other = paraphrased(rng, pairs)
        return (join(one), [join(other)]) if rng.random() < 0.8 else (join(other), [join(one), join(caption(rng))])
    if kind == "repeats":
        one, other = repeated(rng, synonyms)
        return join(one), [join(other)]
    if kind == "signs":
        text = signs(rng)
        other = signs(rng) if rng.random() < 0.3 else join(changed(rng, text.split(), synonyms))
        return text, [other] + ([signs(rng)] if rng.random() < 0.3 else [])
    if kind == "dictionary":
        words = rng.sample(synonyms.all, rng.randint(2, 9))
        one = [synonyms.inflect(rng, w) if rng.random() < 0.5 else w for w in words]
        other = [synonyms.replace(rng, w) if rng.random() < 0.7 else synonyms.inflect(rng, w) for w in words]
        return join(one), [join(other)]
    if kind == "empty":
        texts = ["", " ", ".", "...", "a dog", "''", "-", "?!"]
        return rng.choice(texts), [rng.choice(texts) for _ in range(rng.choice([1, 2, 3]))]
    words = sum((caption(rng) + rng.choice(pairs)[0] for _ in range(rng.randint(6, 25))), [])
    return join(changed(rng, words, synonyms)), [join(changed(rng, words[:rng.randint(20, 400)], synonyms))]


KINDS = {"grammar": 30, "table": 28, "repeats": 12, "signs": 15, "dictionary": 8, "empty": 2, "long": 5}


# ------------------------------------------------------------------------------------------------------- both programs


def java_scores(segments):
    """Score of all, scores of each."""
    from pycocoevalcap.meteor.meteor import Meteor
    from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

    tokenizer = PTBTokenizer()
    # A last line without words would be lost in the tokenizer's output.
    end = {"end": [{"caption": "end"}]}
    gts = tokenizer.tokenize({**{i: [{"caption": r} for r in refs] for i, (_, refs, _) in enumerate(segments)}, **end})
    res = tokenizer.tokenize({**{i: [{"caption": text}] for i, (text, _, _) in enumerate(segments)}, **end})
    del gts["end"], res["end"]
    assert list(gts) == list(res) == list(range(len(segments)))
    return Meteor().compute_score(gts, res)


def find_number(value, name):
    if isinstance(value, dict):
        if isinstance(value.get(name), (int, float)):
            return value[name]
        for part in value.values():
            found = find_number(part, name)
            if found is not None:
                return found
    return None


def own_scores(program, folder, segments, table):
    references, predictions, samples = (os.path.join(folder, name) for name in ("r.jsonl", "p.jsonl", "s.jsonl"))
    with open(references, "w") as r, open(predictions, "w") as p:
        for i, (text, refs, _) in enumerate(segments):
            r.write(json.dumps({"id": str(i), "texts": refs}) + "\n")
            p.write(json.dumps({"id": str(i), "text": text}) + "\n")
    command = [program, "--benchmark", "text", "--references", references, "--predictions", predictions,
               "--paraphrase", table, "--per-sample", samples]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"meteor_crosscheck: {' '.join(command)} ended with {result.returncode}: {result.stderr}")
    with open(samples) as file:
        scores = {sample["id"]: sample["meteor"] for sample in map(json.loads, file)}
    total = find_number(json.loads(result.stdout), "meteor")
    if total is None:
        sys.exit(f"meteor_crosscheck: the result has no number \"meteor\": {result.stdout}")
    return total, [scores[str(i)] for i in range(len(segments))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True, help="folder with pixelsail-score")
    parser.add_argument("--segments", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if shutil.which("java") is None:
        skip("there is no java")
    try:
        import pycocoevalcap.meteor.meteor as reference
    except ImportError:
        skip("pycocoevalcap is not installed")
    home = os.path.dirname(os.path.abspath(reference.__file__))
    table, jar = os.path.join(home, "data", "paraphrase-en.gz"), os.path.join(home, "meteor-1.5.jar")
    if not (os.path.exists(table) and os.path.exists(jar)):
        skip("pycocoevalcap has no paraphrase table")

    rng = random.Random(args.seed)
    synonyms, pairs = Synonyms(jar), sample_table(rng, table, 4000)
    names = list(KINDS)
    segments = []
    for _ in range(args.segments):
        kind = rng.choices(names, [KINDS[n] for n in names])[0]
        segments.append((*make_segment(rng, kind, synonyms, pairs), kind))

    expected_total, expected = java_scores(segments)
    with tempfile.TemporaryDirectory() as folder:
        total, scores = own_scores(os.path.join(args.bin, "pixelsail-score"), folder, segments, table)

    differing = 0
    for i, (one, other) in enumerate(zip(expected, scores)):
        if abs(one - other) > SEGMENT_TOLERANCE:
            differing += 1
            print(f"segment {i} ({segments[i][2]}): Java {one!r}, ours {other!r}\n  hypothesis {segments[i][0]!r}\n"
                  f"  references {segments[i][1]!r}")
    agreeing = 1 - differing / len(segments)
    worst = max(abs(a - b) for a, b in zip(expected, scores))
    print(f"meteor_crosscheck: {len(segments)} segments, {differing} differ, worst difference {worst:.3g}; of these were "
          + ", ".join(f"{sum(s[2] == n for s in segments)} {n}" for n in names)
          + f"; score of all: Java {expected_total!r}, ours {total!r}")
    good = agreeing >= MIN_AGREEING and abs(total - expected_total) <= TOTAL_TOLERANCE
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()

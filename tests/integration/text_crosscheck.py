"""Scores captions with pycocoevalcap and NLTK and with pixelsail-score, and compares.

Makes references and predictions from a small grammar with synonyms and inflections, from WordNet's dictionary, from few
words many times, from signs and other alphabets; some are empty or long, some have several references. Both sides get
the raw captions.

  BLEU-1..4, CIDEr, ROUGE-L   pycocoevalcap behind its own PTBTokenizer (java): 1e-6 for each sample and the corpus, in a
                              mixed corpus, one with a single reference each, and corpora of one and two samples
  METEOR of NLTK              nltk.translate.meteor_score on the same WordNet files, both orientations, the best of
                              several references: 1e-9 for each sample and the mean

Exit code 1 and a line for each difference otherwise; 77 (skipped) without WordNet, or when java or a package is missing
and what could be compared agrees.

    python text_crosscheck.py --bin build/release/bin [--samples 2500] [--seed 1] [--wordnet /usr/share/wordnet]
"""

import argparse
import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import warnings

COCO_TOLERANCE, NLTK_TOLERANCE = 1e-6, 1e-9
SKIPPED = 77
PARTS_OF_SPEECH = ("noun", "verb", "adj", "adv")
LEXICOGRAPHER_FILES = 45  # of WordNet 3.0; NLTK wants their list, which Debian leaves out
MAX_SHOWN = 10

SUBJECTS = "a man|the woman|two kids|a person|the big dog|some people|Children|The lady|a guy|the couch|A red car".split("|")
ACTIONS = ("is standing|sits|runs|was running|wearing a blue shirt|holds an umbrella|parked|looking at the table|ate a banana|"
           "rides bikes").split("|")
PLACES = ("on the left|in the left side of the street|near the sofa|behind two cars|in front of a brown-haired lady|at the "
          "back|to the right.|in the middle, by the bus").split("|")
SIGNS = ["'s", "n't", "!", "?", ".", "...", ",", "-", "--", "(left)", "[x]", "$5.00", "10,000", "#1", '"', "'", "``", "T-shirt",
         "man's", "can't", "cannot", "50%", "and/or", "&", ";", ":", "1/2"]
ALPHABETS = ["café", "École", "ΣΑΣ", "Straße", "日本", "Жук", "naïve", "É", "°", "½", "İki"]
# Python's str.split() takes these for white space, the PTB tokenizer not always.
SPACES = [" ", "  ", "\u00a0", "\u3000", "\t"]
ENDINGS = ["s", "es", "ed", "ing", "er", "est", "ly", "ies", "ness", "ational"]


# ---------------------------------------------------------------------------------------------------- random captions


class Dictionary:
    """Words of WordNet's index and exception files."""

    def __init__(self, folder):
        words = set(" ".join(SUBJECTS + ACTIONS + PLACES).lower().split())
        for part in PARTS_OF_SPEECH:
            with open(os.path.join(folder, "index." + part), encoding="utf-8") as lines:
                words.update(line.split()[0] for line in lines if not line.startswith(" "))
            with open(os.path.join(folder, part + ".exc"), encoding="utf-8") as lines:
                words.update(word for line in lines for word in line.split())
        # No abbreviations: the reference tokenizer looks beyond the end of a line to see whether one ends a sentence.
        self.words = sorted(word for word in words if "_" not in word and "." not in word)


def sentence(rng):
    parts = [rng.choice(SUBJECTS), rng.choice(ACTIONS)]
    if rng.random() < 0.7:
        parts.append(rng.choice(PLACES))
    return " ".join(parts).split(" ")


def any_word(rng, dictionary):
    kind = rng.random()
    if kind < 0.6:
        return rng.choice(dictionary.words)
    if kind < 0.8:
        return rng.choice(SIGNS)
    return rng.choice(ALPHABETS)


def caption(rng, dictionary):
    kind = rng.random()
    if kind < 0.04:
        return rng.choice([[], ["."], ["..."], ["a"], ["-", ","]])
    if kind < 0.12:
        few = rng.sample(["the", "kid", "kids", "child", "a", "Dog"], rng.randint(1, 3))
        return [rng.choice(few) for _ in range(rng.randint(1, 60))]
    if kind < 0.15:
        return [any_word(rng, dictionary) for _ in range(rng.randint(60, 200))]
    if kind < 0.3:
        return [any_word(rng, dictionary) for _ in range(rng.randint(1, 15))]
    words = sentence(rng)
    if kind < 0.45:
        words.insert(rng.randint(0, len(words)), rng.choice(SIGNS + ALPHABETS))
    return words


def changed(rng, words, dictionary, synonyms):
    out = []
    for word in words:
        action = rng.random()
        if action < 0.07:
            continue
        if action < 0.2:
            out.append(synonyms(rng, word))
        elif action < 0.27:
            out.append(word + rng.choice(ENDINGS))
        elif action < 0.33:
            out.append(any_word(rng, dictionary))
        elif action < 0.36:
            out.append(word.upper())
        elif action < 0.4:
            out += [word, word]
        else:
            out.append(word)
    if rng.random() < 0.15:
        rng.shuffle(out)
    return out


def joined(rng, words):
    if rng.random() < 0.9:
        return " ".join(words)
    return "".join(word + rng.choice(SPACES) for word in words)


def make_corpus(rng, dictionary, synonyms, count, most_references):
    """Samples of an id, a prediction and its references."""
    samples = []
    for i in range(count):
        base = caption(rng, dictionary)
        references = [base]
        for _ in range(rng.randint(1, most_references) - 1):
            references.append(changed(rng, base, dictionary, synonyms) if rng.random() < 0.7 else caption(rng, dictionary))
        prediction = changed(rng, rng.choice(references), dictionary, synonyms)
        if rng.random() < 0.15:
            prediction = caption(rng, dictionary)
        if rng.random() < 0.05:
            prediction = list(references[0])
        samples.append((f"s{i}", joined(rng, prediction), [joined(rng, words) for words in references]))
    return samples


# --------------------------------------------------------------------------------------------------- the reference side


def open_wordnet(folder, scratch):
    """NLTK's reader on a copy of the database, with the two files that it wants besides."""
    import nltk.data
    from nltk.corpus.reader.wordnet import WordNetCorpusReader

    root = os.path.join(scratch, "corpora", "wordnet")
    os.makedirs(root)
    for part in PARTS_OF_SPEECH:
        for name in (f"index.{part}", f"data.{part}", f"{part}.exc"):
            shutil.copy(os.path.join(folder, name), root)
    with open(os.path.join(root, "lexnames"), "w", encoding="utf-8") as file:
        file.writelines(f"{i:02d}\tfile{i}\t1\n" for i in range(LEXICOGRAPHER_FILES))
    with open(os.path.join(root, "index.sense"), "w", encoding="utf-8"):
        pass
    nltk.data.path.append(scratch)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there are no other languages
        return WordNetCorpusReader(root, None)


def nltk_scores(samples, wordnet):
    """{metric: (mean, values)}; with the roles exchanged the best ground truth counts too."""
    from nltk.translate.meteor_score import meteor_score

    swapped, plain = [], []
    for _, prediction, references in samples:
        split = [reference.split() for reference in references]
        plain.append(meteor_score(split, prediction.split(), wordnet=wordnet))
        swapped.append(max(meteor_score([prediction.split()], words, wordnet=wordnet) for words in split))
    mean = lambda values: sum(values) / len(values)
    return {"meteor_nltk": (mean(swapped), swapped), "meteor_nltk_unswapped": (mean(plain), plain)}


def coco_scores(samples):
    """{metric: (corpus, values)} of pycocoevalcap behind its PTBTokenizer."""
    from pycocoevalcap.bleu.bleu import Bleu
    from pycocoevalcap.cider.cider import Cider
    from pycocoevalcap.rouge.rouge import Rouge
    from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

    tokenizer = PTBTokenizer()
    truth = tokenizer.tokenize({i: [{"caption": text} for text in texts] for i, _, texts in samples})
    answers = tokenizer.tokenize({i: [{"caption": text}] for i, text, _ in samples})
    assert list(truth) == [sample[0] for sample in samples] == list(answers), "the tokenizer lost lines"
    assert all(len(truth[i]) == len(texts) for i, _, texts in samples), "the tokenizer lost lines"
    bleu, bleus = Bleu(4).compute_score(truth, answers, verbose=0)
    scores = {"cider": Cider().compute_score(truth, answers), "rouge_l": Rouge().compute_score(truth, answers)}
    scores.update({f"bleu{k + 1}": (bleu[k], bleus[k]) for k in range(4)})
    return scores


# -------------------------------------------------------------------------------------------------------- the comparison


def our_scores(binary, samples, folder, wordnet):
    references, predictions = os.path.join(folder, "references.jsonl"), os.path.join(folder, "predictions.jsonl")
    per_sample = os.path.join(folder, "per_sample.jsonl")
    with open(references, "w", encoding="utf-8") as file:
        for i, _, texts in samples:
            entry = {"id": i, "text": texts[0]} if len(texts) == 1 else {"id": i, "texts": texts}
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
    with open(predictions, "w", encoding="utf-8") as file:
        for i, text, _ in samples:
            file.write(json.dumps({"id": i, "text": text}, ensure_ascii=False) + "\n")
    command = [binary, "--benchmark", "text", "--references", references, "--predictions", predictions, "--per-sample",
               per_sample, "--bootstrap", "0", "--wordnet", wordnet]
    total = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    with open(per_sample, encoding="utf-8") as file:
        by_id = {entry["id"]: entry for entry in map(json.loads, file)}
    return total, [by_id[i] for i, _, _ in samples]


def compare(name, samples, expected, ours, tolerance):
    """Prints the worst difference of every metric; returns how many values differ."""
    total, lines = ours
    wrong = 0
    for metric, (corpus, values) in expected.items():
        differences = [abs(line[metric] - value) for line, value in zip(lines, values)]
        corpus_difference = abs(total[metric] - corpus)
        print(f"text_crosscheck: {name}: {metric}: {len(samples)} samples, worst {max(differences):.2e}, corpus "
              f"{corpus_difference:.2e} (of {corpus:.6f})")
        # A NaN is a difference too.
        bad = [k for k, difference in enumerate(differences) if not difference <= tolerance]
        for k in bad[:MAX_SHOWN]:
            print(f"  {metric}: {lines[k][metric]} instead of {values[k]}: {samples[k]!r}")
        if not corpus_difference <= tolerance:
            print(f"  {metric} of the corpus: {total[metric]} instead of {corpus}")
            wrong += 1
        wrong += len(bad)
    return wrong


def available():
    """Whether pycocoevalcap and NLTK can be compared with, and why not."""
    coco, nltk = [], []
    if shutil.which("java") is None:
        coco.append("there is no java")
    for package, reasons in (("pycocoevalcap", coco), ("nltk", nltk)):
        if importlib.util.find_spec(package) is None:
            reasons.append(f"{package} is not installed")
    return not coco, not nltk, coco + nltk


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True, help="folder with pixelsail-score")
    parser.add_argument("--samples", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wordnet", default="/usr/share/wordnet")
    arguments = parser.parse_args()
    os.environ["LC_ALL"] = "C.UTF-8"  # java reads and writes in the charset of the locale
    if not os.path.exists(os.path.join(arguments.wordnet, "index.noun")):
        print(f"text_crosscheck: skipped: there is no WordNet in {arguments.wordnet}")
        return SKIPPED
    coco, nltk, reasons = available()
    rng = random.Random(arguments.seed)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        wordnet = open_wordnet(arguments.wordnet, os.path.join(folder, "nltk_data")) if nltk else None
        dictionary = Dictionary(arguments.wordnet)

        def synonyms(rng, word):
            names = [name for synset in wordnet.synsets(word) for name in synset.lemma_names()] if wordnet else []
            return rng.choice(names).replace("_", " ") if names else word

        for name, count, most_references in (("mixed", arguments.samples, 4), ("one reference", arguments.samples, 1),
                                             ("one sample", 1, 2), ("two samples", 2, 2)):
            samples = make_corpus(rng, dictionary, synonyms, count, most_references)
            if count <= 2:  # CIDEr of nothing but empty references is no number
                samples = [(i, text + " dog", [reference + " dog" for reference in texts]) for i, text, texts in samples]
            ours = our_scores(os.path.join(arguments.bin, "pixelsail-score"), samples, folder, arguments.wordnet)
            if coco:
                wrong += compare(name, samples, coco_scores(samples), ours, COCO_TOLERANCE)
            if nltk:
                wrong += compare(name, samples, nltk_scores(samples, wordnet), ours, NLTK_TOLERANCE)
    if wrong:
        print(f"text_crosscheck: {wrong} values differ")
        return 1
    for reason in reasons:
        print(f"text_crosscheck: skipped in part: {reason}")
    return SKIPPED if reasons else 0


if __name__ == "__main__":
    sys.exit(main())

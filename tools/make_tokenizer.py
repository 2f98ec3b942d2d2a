#!/usr/bin/env python3
"""Trains the demo's byte-level BPE tokenizer and writes it in the Qwen2 layout.

    python tools/make_tokenizer.py --out data/demo_tokenizer [--data runs/demo_data] [--extra corpus.txt]
    python tools/make_tokenizer.py --out data/things_tokenizer --data runs/things_words --things data/things/things.tsv

Needs the package `tokenizers` (pip install tokenizers); nothing at run time does. The pre-tokenizer cuts between
words before any merge, so training until no pair is left gives one token for each listed word (with its leading
space) and never one for a phrase. Words of --data (a data set of pixelsail-synth: its expressions and captions, and its
perbench_train and llava where it has them) and of --extra (one sentence a line) get a token when they occur at least
--min-count times, the names of --things in any case.
"""
import argparse
import collections
import csv
import json
import pathlib
import pickle

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

QWEN2_PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
                 r"|\s*[\r\n]+|\s+(?!\S)|\s+")

# In the order of their ids, which follow the BPE entries.
SPECIAL_TOKENS = (["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<vision>", "<vpatch>", "<vrow_sep>",
                   "<vframe_sep>", "</vision>", "<|vis_cls|>", "[SEG]", "<p>", "</p>"]
                  + [f"<Prompt{k}>" for k in range(15)] + ["<NO_Prompt>"])

WORDS = """
red green blue yellow orange purple pink brown white black gray cyan
disc square triangle star cross ring diamond hexagon heart
small smallest large larger largest big little tiny medium size sized
plain solid striped stripes dotted dots checkered spotted spots pattern patterned
left right top bottom upper lower middle center leftmost rightmost topmost bottommost
above below under over beside next near nearest farthest closest between behind front corner side edge half
a an the it is are was be and or of in on at by to from with without that this these those which one ones
not no none except both all every each any other another only but there than more most less least also
object objects thing things shape shapes color colour colors image picture region part something nothing
target segment segmentation mask find show mark marked please can you me provide give describe description detailed
what where how many who answer question option options letter given choices directly choose correct choice
using single word phrase yes seen partly hidden covered covers covering touching inside outside
zero two three four five six seven eight nine ten first second last same different
seen partly hidden inside outside has its as up down background
""".split()

# Words that open a sentence: no leading space.
OPENERS = """
user A An The It Is Are There No Yes What Which Where How Please Can Answer Segment Find Show
All Every Both One Two Three Four Small Large Big Little Tiny Left Right Top Bottom
""".split()

TEMPLATES = """
 Please segment the red disc in this image.
It is [SEG].
No target [SEG].
Can you provide me with a detailed description of the region in the picture marked by <Prompt0>?
What is the color of <Prompt0>?
What is the colour of the object marked by <Prompt0>?
What is the shape of <Prompt0>?
A small red striped disc in the upper left.
Is there a blue star left of the ring?
Yes. No.
How many objects are in this image?
Answer with the option's letter from the given choices directly.
""".strip("\n").split("\n")


SPLIT = pre_tokenizers.Split(Regex(QWEN2_PATTERN), behavior="isolated")


def without_special(line):
    """The stretches of a line between its special tokens."""
    for token in SPECIAL_TOKENS:
        line = line.replace(token, "\0")
    return [part for part in line.split("\0") if part]


def sentences_of(root):
    """Questions and captions of a synthetic data set, of all its splits but the captions' val."""
    root = pathlib.Path(root)
    refs = []
    for name in ("refcoco/refs(unc).p", "refcoco+/refs(unc).p", "refcocog/refs(umd).p"):
        with open(root / name, "rb") as file:
            refs += pickle.load(file)
    refs += json.loads((root / "grefcoco" / "grefs(unc).json").read_text(encoding="utf-8"))
    for ref in refs:
        for sentence in ref["sentences"]:
            yield f" Please segment {sentence['sent']} in this image."
    captions = root / "refcocog_caption" / "finetune_refcocog_train_with_mask.json"
    for annotation in json.loads(captions.read_text(encoding="utf-8"))["annotations"]:
        yield annotation["caption"]


def strings_of(value):
    """Texts of a JSON value but outlines and file names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings_of(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in ("counts", "segmentation", "segmentations", "image", "image_name", "id", "from"):
                yield from strings_of(item)


def training_texts_of(root):
    """Questions, options, answers and captions of perbench_train and llava, line by line, if they are there."""
    for folder in ("perbench_train", "llava"):
        for path in sorted((pathlib.Path(root) / folder).glob("*.json")):
            if path.name == "benchmark.json":
                continue
            for text in strings_of(json.loads(path.read_text(encoding="utf-8"))):
                for line in text.replace("<image>", "").split("\n"):
                    yield line
                    yield " " + line.lstrip()


def names_of(table):
    """Names, plurals and categories of a table of things, as they stand within a sentence."""
    with open(table, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            for column in ("name", "plural", "category"):
                if row[column]:
                    yield " " + row[column]


def corpus(sentences, min_count):
    lines = [" " + word for word in WORDS]
    lines += OPENERS
    lines += TEMPLATES
    pieces = collections.Counter()
    for line in sentences:
        for part in without_special(line):
            pieces.update(piece for piece, _ in SPLIT.pre_tokenize_str(part))
    # The frequency orders the merges; each kept word is in the corpus, so each becomes one token.
    for piece, count in sorted(pieces.items()):
        if count >= min_count:
            lines += [piece] * (1 + count.bit_length())
    return lines


def train(lines, size):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [SPLIT, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    sequences = [part for line in lines for part in without_special(line)]
    trainer = trainers.BpeTrainer(vocab_size=size, min_frequency=1, show_progress=False,
                                  initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.train_from_iterator(sequences, trainer)
    return json.loads(tokenizer.to_str())["model"]


def write(path, value):
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, help="folder to write")
    parser.add_argument("--data", help="folder written by pixelsail-synth")
    parser.add_argument("--extra", help="text file, one sentence a line")
    parser.add_argument("--things", help="table of things (data/things/things.tsv): all its names become words")
    parser.add_argument("--min-count", type=int, default=5)
    parser.add_argument("--max-size", type=int, default=1200, help="upper bound of BPE entries")
    args = parser.parse_args()

    sentences = list(sentences_of(args.data)) + list(training_texts_of(args.data)) if args.data else []
    if args.extra:
        sentences += pathlib.Path(args.extra).read_text(encoding="utf-8").splitlines()
    if args.things:
        sentences += list(names_of(args.things)) * args.min_count
    model = train(corpus(sentences, args.min_count), args.max_size)
    vocab = dict(sorted(model["vocab"].items(), key=lambda item: item[1]))
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
    if len(vocab) >= args.max_size:
        raise SystemExit(f"the corpus needs more than {args.max_size} entries: raise --max-size or --min-count")
    added = [{"id": len(vocab) + k, "content": token, "single_word": False, "lstrip": False, "rstrip": False,
              "normalized": False, "special": True} for k, token in enumerate(SPECIAL_TOKENS)]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    out = pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    write(out / "tokenizer.json", {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": QWEN2_PATTERN}, "behavior": "Isolated", "invert": False},
            byte_level]},
        "post_processor": byte_level, "decoder": byte_level,
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "",
                  "end_of_word_suffix": "", "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                  "vocab": vocab, "merges": merges},
    })
    write(out / "tokenizer_config.json", {
        "added_tokens_decoder": {str(token["id"]): {key: value for key, value in token.items() if key != "id"}
                                 for token in added},
        "bos_token": None, "clean_up_tokenization_spaces": False, "eos_token": "<|endoftext|>",
        "model_max_length": 8192, "pad_token": "<|endoftext|>", "tokenizer_class": "Qwen2Tokenizer",
        "unk_token": None,
    })
    print(f"{len(vocab)} BPE entries ({len(merges)} merges), {len(vocab) + len(added)} ids")


if __name__ == "__main__":
    main()

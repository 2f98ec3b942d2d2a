"""Random texts through pixelsail-tokenize and through the published tokenizer libraries; every id has to agree.

Trains four small tokenizers: byte-level BPE in the Qwen2 layout as tokenizer.json (merges as pairs, and the same file
with merges as text) and as vocab.json + merges.txt + tokenizer_config.json, and a sentencepiece BPE model with byte
fallback and the settings of Mistral, with added tokens beside it. Texts are made of characters of all planes that
Unicode 14 assigns, runs of white space, control characters, combining marks, words, numbers, contractions and special
tokens. Ids and decoded texts must be equal, without exception, and again after pixelsail-tokenize has added tokens to
each tokenizer. Exit code 1 and the first differences otherwise.

    python tokenizer_parity.py --bin build/release/bin [--texts 20000] [--seed 1]
"""

import argparse
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import unicodedata

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

QWEN2_PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
                 r"|\s*[\r\n]+|\s+(?!\S)|\s+")
SPECIAL = (["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<vision>", "<vpatch>", "</vision>", "[SEG]", "<p>", "</p>"]
           + [f"<Prompt{k}>" for k in range(15)] + ["<NO_Prompt>"])
NEW = ["[NEW]", "<extra>"]
# Flags that change where a token is found.
FLAGGED = [AddedToken("<left>", lstrip=True, normalized=False), AddedToken("<right>", rstrip=True, normalized=False),
           AddedToken("word", single_word=True, normalized=False), AddedToken("caf\u1EBF", normalized=True)]
WORDS = """the a of left right red blue green large small disc square star person man woman dog cat car street sky grass
water segment please image region answer question what where which standing sitting holding wearing front behind caf\u00E9
na\u00EFve \u00FCber stra\u00DFe ma\u00F1ana \u010Desk\u00FD \u0434\u043E\u043C \u043A\u043E\u0448\u043A\u0430 \u03BB\u03CC\u03B3\u03BF\u03C2 \u732B \u72AC\u304C \uD55C\uAD6D \u05E9\u05DC\u05D5\u05DD
\u0645\u0631\u062D\u0628\u0627 \u0939\u093F\u0928\u094D\u0926\u0940 \u0E20\u0E32\u0E29\u0E32""".split()
CONTRACTIONS = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'LL", "'Re", "'\u017F", "'", "''", "\u2019s"]
SPACES = [" ", "  ", "\t", "\n", "\r\n", "\r", "\u00A0", "\u2003", "\u3000", "\u2028", "\x85", "\x0B", "\x0C", "\u200B"]


# --------------------------------------------------------------------------------------------------------------- texts


def assigned_characters():
    """Characters of Unicode 14 by plane (surrogates and private use apart), and its combining marks."""
    planes, marks = {}, []
    for code in range(0x110000):
        category = unicodedata.category(chr(code))
        if category in ("Cn", "Cs"):
            continue
        if category == "Co" and code % 97:
            continue
        planes.setdefault(code >> 16, []).append(chr(code))
        if unicodedata.combining(chr(code)):
            marks.append(chr(code))
    return planes, marks


class TextMaker:
    def __init__(self, seed, tokens):
        self.rng = random.Random(seed)
        self.planes, self.marks = assigned_characters()
        self.tokens = tokens
        self.decomposed = [c for plane in self.planes.values() for c in plane if unicodedata.decomposition(c)]

    def piece(self):
        rng = self.rng
        form = rng.randrange(14)
        if form == 0:
            plane = self.planes[rng.choice(list(self.planes))]
            return "".join(rng.choices(plane, k=rng.randint(1, 6)))
        if form == 1:
            return "".join(rng.choices(self.planes[0], k=rng.randint(1, 8)))
        if form == 2:
            return "".join(rng.choices(SPACES, k=rng.randint(1, 5)))
        if form == 3:
            return rng.choice(SPACES) * rng.randint(1, 12)
        if form == 4:
            return "".join(chr(rng.choice([*range(32), *range(127, 160)])) for _ in range(rng.randint(1, 4)))
        if form == 5:
            return rng.choice("aeiouAEnqs\u00E9\u1EBF\u0915\uAC00\u1100 ") + "".join(
                rng.choices(self.marks, k=rng.randint(1, 5)))
        if form == 6:
            base = rng.choice(self.decomposed)
            return unicodedata.normalize(rng.choice(("NFD", "NFC", "NFKD")), base) + rng.choice(self.marks)
        if form == 7:
            return rng.choice(self.tokens)
        if form == 8:
            token = rng.choice(self.tokens)
            return token[:rng.randint(1, len(token))]
        if form == 9:
            return str(rng.randrange(10 ** rng.randint(1, 9))) + rng.choice(["", ".", ",", "%", "\u00BD", "\u0967"])
        if form == 10:
            return rng.choice(WORDS) + rng.choice(CONTRACTIONS)
        if form == 11:
            return "".join(chr(rng.randint(33, 126)) for _ in range(rng.randint(1, 6)))
        return " ".join(rng.choices(WORDS, k=rng.randint(1, 5)))

    def text(self):
        separators = ("", "", " ")
        pieces = [self.piece() + self.rng.choice(separators) for _ in range(self.rng.randint(0, 8))]
        return "".join(pieces)


def corpus(seed):
    rng = random.Random(seed)
    syllables = [a + b for a in "bcdfgklmnprst" for b in "aeiou"]
    words = WORDS + ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(600)]
    for _ in range(3000):
        line = " ".join(rng.choices(words, k=rng.randint(3, 12)))
        yield line + rng.choice([".", "!", "?", ", 12", "  3.5", "'s", "\n", " \u2014"])


# ---------------------------------------------------------------------------------------------------------- tokenizers


def train_byte_level(seed, size):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(QWEN2_PATTERN), behavior="isolated"),
         pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=size, show_progress=False,
                                  initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.train_from_iterator(corpus(seed), trainer)
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer


def write_json(folder, name, value):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False)


def make_tokenizer_json(root, seed):
    """Two folders with the same tokenizer; merges are pairs in one, text in the other."""
    tokenizer = train_byte_level(seed, 1500)
    tokenizer.add_tokens(FLAGGED)
    value = json.loads(tokenizer.to_str())
    pairs = [m.split(" ") if isinstance(m, str) else m for m in value["model"]["merges"]]
    folders = []
    for name, merges in (("pairs", pairs), ("text", [" ".join(pair) for pair in pairs])):
        value["model"]["merges"] = merges
        folders.append(os.path.join(root, name))
        write_json(folders[-1], "tokenizer.json", value)
    return folders, Tokenizer.from_file(os.path.join(folders[0], "tokenizer.json"))


def make_layout(root, seed):
    tokenizer = train_byte_level(seed, 900)
    value, folder = json.loads(tokenizer.to_str()), os.path.join(root, "layout")
    write_json(folder, "vocab.json", value["model"]["vocab"])
    with open(os.path.join(folder, "merges.txt"), "w", encoding="utf-8") as file:
        file.write("#version: 0.2\n")
        for merge in value["model"]["merges"]:
            file.write((merge if isinstance(merge, str) else " ".join(merge)) + "\n")
    decoder = {str(t["id"]): {k: v for k, v in t.items() if k != "id"} for t in value["added_tokens"]}
    write_json(folder, "tokenizer_config.json", {"tokenizer_class": "Qwen2Tokenizer", "added_tokens_decoder": decoder})
    return folder, tokenizer


class SentencePiece:
    """A sentencepiece model with tokens on top: what stands between them is encoded and decoded by itself."""

    def __init__(self, model, added):
        self.proto = model
        self.model = sentencepiece.SentencePieceProcessor(model_proto=model)
        self.ids = added
        self.tokens = {id_: token for token, id_ in added.items()}
        self.pattern = re.compile("(" + "|".join(map(re.escape, sorted(added, key=len, reverse=True))) + ")")

    def encode(self, text):
        ids = []
        for part in self.pattern.split(text):
            if part in self.ids:
                ids.append(self.ids[part])
            elif part:
                ids += self.model.encode(part)
        return ids

    def decode(self, ids):
        text, run = "", []
        for id_ in ids:
            if id_ in self.tokens:
                text += (self.model.decode(run) if run else "") + self.tokens[id_]
                run = []
            else:
                run.append(id_)
        return text + (self.model.decode(run) if run else "")


def make_sentencepiece(root, seed):
    model, folder = io.BytesIO(), os.path.join(root, "sentencepiece")
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus(seed)), model_writer=model, model_type="bpe", vocab_size=1200, byte_fallback=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False, add_dummy_prefix=True, split_digits=True,
        allow_whitespace_only_pieces=True, max_sentencepiece_length=16, character_coverage=0.99, minloglevel=2,
        num_threads=1)
    os.makedirs(folder)
    with open(os.path.join(folder, "tokenizer.model"), "wb") as file:
        file.write(model.getvalue())
    names = ["<unk>", "<s>", "</s>"]
    added = {token: k for k, token in enumerate(names)}
    added.update({token: 1200 + k for k, token in enumerate(SPECIAL)})
    flags = {"lstrip": False, "rstrip": False, "normalized": False, "single_word": False, "special": True}
    write_json(folder, "tokenizer_config.json",
               {"tokenizer_class": "LlamaTokenizer",
                "added_tokens_decoder": {str(id_): {"content": token, **flags} for token, id_ in added.items()}})
    write_json(folder, "added_tokens.json", {token: id_ for token, id_ in added.items() if id_ >= 1200})
    return folder, SentencePiece(model.getvalue(), added)


# ----------------------------------------------------------------------------------------------------------------- main


def run(*command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"tokenizer_parity: {' '.join(command)} ended with {result.returncode}: {result.stderr}")


def grow(program, folder):
    """The tokenizer with the tokens NEW, in a folder of its own."""
    grown, tokens = folder + "_grown", folder + "_tokens.txt"
    with open(tokens, "w", encoding="utf-8") as file:
        file.write("\n".join(NEW) + "\n")
    run(program, "--tokenizer", folder, "--save", grown, "--add-tokens", tokens)
    return grown


def grow_sentencepiece(reference):
    first = max(reference.tokens) + 1
    return SentencePiece(reference.proto, {**reference.ids, **{token: first + k for k, token in enumerate(NEW)}})


def differences(program, folder, texts_path, texts, encode, decode):
    out = os.path.join(folder, "out.jsonl")
    run(program, "--tokenizer", folder, "--in", texts_path, "--out", out)
    with open(out, encoding="utf-8") as file:
        answers = [json.loads(line) for line in file]
    if len(answers) != len(texts):
        sys.exit(f"tokenizer_parity: {out} has {len(answers)} lines for {len(texts)} texts")
    tokens = 0
    found = []
    for text, answer in zip(texts, answers):
        ids = encode(text)
        tokens += len(ids)
        if answer["ids"] != ids:
            found.append(f"{ascii(text)}: expected ids {ids}, got {answer['ids']}")
        elif (decoded := decode(ids)) != answer["decoded"]:
            found.append(f"{ascii(text)}: expected decoded text {ascii(decoded)}, got {ascii(answer['decoded'])}")
    return tokens, found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="folder with pixelsail-tokenize")
    parser.add_argument("--texts", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    program = os.path.join(arguments.bin, "pixelsail-tokenize")
    if not os.path.exists(program):
        sys.exit(f"tokenizer_parity: {program} is missing")
    if unicodedata.unidata_version != "14.0.0":
        print("tokenizer_parity: needs a Python that knows Unicode 14 (3.11), not " + unicodedata.unidata_version)
        sys.exit(77)

    tokens = SPECIAL + NEW + ["<s>", "</s>", "<unk>"] + [token.content for token in FLAGGED]
    maker = TextMaker(arguments.seed, tokens)
    texts = [maker.text() for _ in range(arguments.texts)]
    bad = 0
    with tempfile.TemporaryDirectory() as root:

        def compare(name, folder, count, encode, decode):
            path = os.path.join(root, "texts.jsonl")
            with open(path, "w", encoding="utf-8") as file:
                file.writelines(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts[:count])
            tokens, found = differences(program, folder, path, texts[:count], encode, decode)
            for line in found[:5]:
                print(f"{name}: {line}")
            print(f"{name}: {count} texts, {tokens} tokens, {len(found)} texts differ", flush=True)
            return len(found)

        def compare_fast(name, folder, count, tokenizer):
            return compare(name, folder, count, lambda text: tokenizer.encode(text, add_special_tokens=False).ids,
                           lambda ids: tokenizer.decode(ids, skip_special_tokens=False))

        few = len(texts) // 10
        folders, reference = make_tokenizer_json(root, arguments.seed + 1)
        bad += compare_fast("tokenizer.json, merges as pairs", folders[0], len(texts), reference)
        bad += compare_fast("tokenizer.json, merges as text", folders[1], len(texts), reference)
        grown = grow(program, folders[0])
        reference = Tokenizer.from_file(os.path.join(grown, "tokenizer.json"))
        bad += compare_fast("tokenizer.json with new tokens", grown, few, reference)

        folder, reference = make_layout(root, arguments.seed + 2)
        bad += compare_fast("vocab.json, merges.txt", folder, len(texts), reference)
        reference.add_special_tokens(NEW)
        bad += compare_fast("vocab.json, merges.txt with new tokens", grow(program, folder), few, reference)

        folder, reference = make_sentencepiece(root, arguments.seed + 3)
        bad += compare("sentencepiece", folder, len(texts), reference.encode, reference.decode)
        reference = grow_sentencepiece(reference)
        bad += compare("sentencepiece with new tokens", grow(program, folder), few, reference.encode, reference.decode)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()

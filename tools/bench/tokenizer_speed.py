"""Speed of pixelsail-tokenize beside Hugging Face `tokenizers`, one thread each, in one run.

Needs `pip install tokenizers==0.23.3` in the Python that runs it:
    python tools/bench/tokenizer_speed.py --bin build/release/bin [--megabytes 10] [--runs 3] [--sentencepiece MODEL]
Trains a byte-level BPE tokenizer in the Qwen2 layout on generated text (words, punctuation, numbers, accents, Chinese
and Japanese), then prints MB/s for that text cut into lines and in one piece, and the seconds that hostile texts of
250,000, 500,000 and 1,000,000 characters take: a linear tokenizer doubles. --sentencepiece times a model too, without a
comparison.
"""

import argparse
import json
import os
import random
import re
import subprocess
import tempfile
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers  # noqa: E402

QWEN2_PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
                 r"|\s*[\r\n]+|\s+(?!\S)|\s+")
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<vision>", "<vpatch>", "</vision>", "[SEG]", "<p>", "</p>"]
FREQUENT = """the of and a in to is that it for on with as are was this be by from at or an not which we can have has one
all but its there if when two more other some into than only time about after new also these may most such between used
left right red blue green image object person picture region segment please what where caf\u00E9 na\u00EFve \u00FCber ma\u00F1ana
d\u00E9j\u00E0 \u00E5ngstr\u00F6m \u4E00\u53EA\u732B \u56FE\u50CF\u5206\u5272 \u8D64\u3044\u4E38 \u753B\u50CF\u306E\u4E2D""".split()
HOSTILE = {"spaces": " ", "letters": "a", "newlines": "\n", "digits": "7", "marks": "\u0316\u0301", "prefix <|": "<|"}


def natural_text(size, seed):
    """About `size` bytes of lines; frequent words more often than rare ones."""
    rng = random.Random(seed)
    syllables = [a + b + c for a in ("b", "c", "d", "f", "gr", "l", "m", "n", "p", "r", "s", "st", "t", "v", "w")
                 for b in "aeiou" for c in ("", "n", "r", "s", "l")]
    rare = ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(30000)]
    words = FREQUENT + rare
    weights = [1 / (k + 3) for k in range(len(words))]
    lines, total = [], 0
    while total < size:
        line = []
        for word in rng.choices(words, weights, k=rng.randint(4, 40)):
            form = rng.random()
            if form < 0.08:
                word += rng.choice([",", ".", ";", ":", "?", "!", "'s", " -"])
            elif form < 0.11:
                word = str(rng.randrange(10 ** rng.randint(1, 6)))
            elif form < 0.14:
                word = word.capitalize()
            elif form < 0.15:
                word = f"({word})"
            line.append(word)
        lines.append(" ".join(line) + rng.choice([".", ".", "!", "?", ""]))
        total += len(lines[-1].encode()) + 1
    return lines


def train(lines):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(QWEN2_PATTERN), behavior="isolated"),
         pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=8000, show_progress=False,
                                  initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.train_from_iterator(lines, trainer)
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer


def our_seconds(program, tokenizer, texts, folder):
    """Seconds inside encode() and the number of tokens."""
    texts_path, out = os.path.join(folder, "texts.jsonl"), os.path.join(folder, "out.jsonl")
    with open(texts_path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
    result = subprocess.run([program, "--tokenizer", tokenizer, "--in", texts_path, "--out", out, "--time"], check=True,
                            capture_output=True, text=True)
    with open(out, encoding="utf-8") as file:
        tokens = sum(len(json.loads(line)["ids"]) for line in file)
    return float(re.search(r"encode_s ([\d.]+)", result.stderr).group(1)), tokens


def their_seconds(tokenizer, texts):
    start = time.perf_counter()
    encodings = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
    return time.perf_counter() - start, sum(len(encoding.ids) for encoding in encodings)


def compare(name, program, path, tokenizer, texts, folder, runs):
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    ours, theirs = [], []
    for _ in range(runs):  # by turns: a machine that slows down shows in both
        ours.append(our_seconds(program, path, texts, folder))
        theirs.append(their_seconds(tokenizer, texts))
    if ours[0][1] != theirs[0][1]:
        raise SystemExit(f"tokenizer_speed: {ours[0][1]} tokens, tokenizers gives {theirs[0][1]}")
    our_rate, their_rate = megabytes / min(ours)[0], megabytes / min(theirs)[0]
    print(f"{name}: {megabytes:.1f} MB, {ours[0][1]} tokens: {our_rate:.2f} MB/s, tokenizers {their_rate:.2f} MB/s, "
          f"ratio {our_rate / their_rate:.2f}", flush=True)


def hostile(program, path, folder, label):
    for name, unit in HOSTILE.items():
        seconds = []
        for size in (250_000, 500_000, 1_000_000):
            text = unit * (size // len(unit)) if name != "marks" else "q" + unit * (size // len(unit))
            seconds.append(our_seconds(program, path, [text], folder)[0])
        print(f"{label}, {name}: " + ", ".join(f"{s:.3f} s" for s in seconds), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="folder with pixelsail-tokenize")
    parser.add_argument("--megabytes", type=float, default=10)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sentencepiece", help="model whose time on hostile texts is shown too")
    args = parser.parse_args()
    program = os.path.join(args.bin, "pixelsail-tokenize")
    lines = natural_text(int(args.megabytes * 1e6), 1)
    tokenizer = train(lines[:len(lines) // 10])
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tokenizer.json")
        tokenizer.save(path)
        compare("lines", program, path, tokenizer, lines, folder, args.runs)
        compare("one text", program, path, tokenizer, ["\n".join(lines)], folder, args.runs)
        hostile(program, path, folder, "byte-level")
        if args.sentencepiece:
            hostile(program, args.sentencepiece, folder, "sentencepiece")


if __name__ == "__main__":
    main()

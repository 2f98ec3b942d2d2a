"""Scores random answers to visual questions from the published rules and compares with pixelsail-score.

Writes tables of mme, mmbench, seedbench and mmstar with quotes, line ends, missing cells, columns of numbers and all the
rest that a table of text can hold; reads them back with pandas; scores more than 500 hand-made answers (every phrasing
with every set of options) and thousands of random ones, for each choice of rules; every hit and every aggregate must be
equal. Exit code 1 and a line for each difference otherwise.

    python vqa_crosscheck.py --bin build/release/bin [--answers 3000] [--seed 1]

Rules: VLMEvalKit's YOrN_Extraction, process_punctuation, can_infer and CircularEval, MME's calculation script.
"""

import argparse
import io
import itertools
import json
import os
import random
import re
import string
import subprocess
import sys
import tempfile

try:
    import pandas as pd
except ImportError:
    print("skipped: pandas is not installed")
    sys.exit(77)

PERCEPTION = ("OCR", "artwork", "celebrity", "color", "count", "existence", "landmark", "position", "posters", "scene")
COGNITION = ("code_reasoning", "commonsense_reasoning", "numerical_calculation", "text_translation")
REFUSALS = ("Sorry, I can't help with images of people yet.", "I can't process this file.",
            "I'm sorry, but without the image provided", "Cannot determine the answer")
FAILURE = "Failed to obtain answer via API"
DOTS = 32
STATED = re.compile(r"answer\s+is\s+\**([ABCD])", re.IGNORECASE)

# --------------------------------------------------------------------------------------------------- the rules


def bare(text, rules):
    """Text without punctuation, as answers to yes/no questions are read."""
    digits_with_comma = re.search(r"\d,\d", text)
    table = {}
    for mark in ";/[]\"{}()=+\\_-><@`,?!":
        gone = digits_with_comma or f"{mark} " in text or f" {mark}" in text
        table[ord(mark)] = "" if gone else " "
    text = text.translate(table)
    dots = [m.start() for m in re.finditer(r"\.(?!\d)" if rules == "bundled" else r"(?<!\d)\.(?!\d)", text)][:DOTS]
    drop = set(dots)
    return "".join(c for i, c in enumerate(text) if i not in drop)


def yes_no(text, yes_no_rules, rules):
    text = text.lower()
    if yes_no_rules == "mme":
        start = text[:4]
        return "Yes" if "yes" in start else "No" if "no" in start else "Unknown"
    words = set(bare(text, rules).split())
    found = words & {"yes", "no"}
    return {frozenset({"yes"}): "Yes", frozenset({"no"}): "No"}.get(frozenset(found), "Unknown")


def letter(text, options, rules):
    if FAILURE in text:
        return None
    if any(phrase in text for phrase in REFUSALS):
        return "Z"
    words = re.sub(r"[.()\[\],:;!*#{}]", " ", text).split()
    named = [option for option in options if option in words]
    if len(named) == 1:
        from_end = len(words) - words.index(named[0])
        if rules == "bundled" or from_end <= 4:
            return named[0]
    elif not named and "Z" in words:
        return "Z"
    if rules == "current":
        stated = STATED.search(text)
        if stated and stated.group(1).upper() in options:
            return stated.group(1).upper()
    return None


def choice(text, options, rules):
    """The option that is picked, "Z" for a refusal, None when it cannot be told."""
    found = letter(text, options, rules)
    if found:
        return found
    text = text.lower()
    if rules == "current" and len(text) > 2 * sum(len(option) for option in options.values()):
        return None
    contained = [name for name, option in options.items() if option.lower() in text]
    return contained[0] if len(contained) == 1 else None


# ------------------------------------------------------------------------------------------------- the scores


def cell_text(value):
    return None if pd.isna(value) else str(value)


def read_table(path):
    """Records of the table, each cell as str() or None; without those that have no image."""
    frame = pd.read_csv(path, sep="\t")
    records = [{name: cell_text(frame.at[i, name]) for name in frame.columns} for i in range(len(frame))]
    return [record for record in records if record.get("image", "") is not None]


def missing_texts():
    """The texts that pandas reads as missing, of all that anyone writes for it."""
    texts = ["", "NA", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "<NA>", "null", "NULL", "Null", "nan", "NaN", "NAN", "-nan",
             "-NaN", "+nan", "None", "none", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN", "na", "nil", "-", "missing"]
    frame = pd.read_csv(io.StringIO("a\tb\n" + "".join(f"x\t{text}\n" for text in texts)), sep="\t")
    return {text for text, cell in zip(texts, frame["b"]) if pd.isna(cell)}


MISSING = missing_texts()


def seen_text(prediction):
    """What is left of a prediction behind a spreadsheet: missing values become the text nan."""
    return "nan" if prediction in MISSING else prediction


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else 0.0


def grouped(units, column, key="right"):
    """Mean of each group by the name in a column."""
    names = sorted({unit["record"][column] for unit in units if unit["record"][column] is not None})
    return {name: mean(unit[key] for unit in units if unit["record"][column] == name) for name in names}


def judge(record, prediction, rules):
    options = {name: record[name] for name in string.ascii_uppercase if record.get(name) is not None}
    return choice(seen_text(prediction), options, rules)


def expect_choices(records, predictions, rules, circular):
    verdicts, samples = {}, {}
    for record in records:
        picked = judge(record, predictions[record["index"]], rules)
        right = (picked or "Z") == record["answer"]
        verdicts[record["index"]] = (right, right and picked is not None)
        samples[record["index"]] = {"correct": int(right), "parsed": picked or "Z", "answer": record["answer"]}
    units = []
    for record in records:
        index = record["index"]
        if not circular:
            units.append({"record": record, "right": verdicts[index][0], "plain": verdicts[index][0]})
            continue
        if int(index) >= 10**6:
            continue
        rolls = [other["index"] for other in records if int(other["index"]) % 10**6 == int(index)]
        right = all(verdicts[roll][1] for roll in rolls)
        units.append({"record": record, "right": right, "plain": verdicts[index][0]})
        samples[index]["circular"] = int(right)
    expected = {"accuracy": mean(unit["right"] for unit in units), "questions": len(units)}
    if circular:
        expected["accuracy_vanilla"] = mean(unit["plain"] for unit in units)
    columns = set(records[0])
    if "category" in columns:
        expected["categories"] = grouped(units, "category")
    for name in ("l2-category", "l2_category"):
        if name in columns:
            expected["l2_categories"] = grouped(units, name)
    if "split" in columns:
        right, plain = grouped(units, "split"), grouped(units, "split", "plain")
        expected["splits"] = {}
        for name in right:
            count = sum(unit["record"]["split"] == name for unit in units)
            expected["splits"][name] = {"questions": count, "accuracy": right[name]}
            if circular:
                expected["splits"][name]["accuracy_vanilla"] = plain[name]
    return expected, samples


def expect_mme(records, predictions, yes_no_rules, rules):
    samples, images = {}, {}
    for record in records:
        parsed = yes_no(seen_text(predictions[record["index"]]), yes_no_rules, rules)
        truth = record["answer"].capitalize() if yes_no_rules == "mme" else record["answer"]
        right = parsed == truth
        samples[record["index"]] = {"correct": int(right), "parsed": parsed, "answer": record["answer"]}
        images.setdefault(record["category"], {}).setdefault(record["image_path"], []).append(right)
    expected = {"subtasks": {}}
    for name, subtask in images.items():
        answers = list(itertools.chain(*subtask.values()))
        accuracy = mean(answers) * 100
        accuracy_plus = mean(right[0] and right[1] for right in subtask.values()) * 100
        expected["subtasks"][name] = {"score": accuracy + accuracy_plus, "acc": accuracy, "acc_plus": accuracy_plus,
                                      "questions": len(answers), "images": len(subtask)}
        if name in PERCEPTION + COGNITION:
            expected[name] = accuracy + accuracy_plus
    expected["perception"] = sum(expected[name] for name in PERCEPTION if name in images)
    expected["cognition"] = sum(expected[name] for name in COGNITION if name in images)
    return expected, samples


# ------------------------------------------------------------------------------------------------- test material

# Every phrasing is tried with every set of options; {0} is the text of the first option, {1} of the second.
PHRASINGS = [
    "A", "B", "C", "D", "E", "Z", "b", "(A)", "[B]", "A.", "B)", "C:", "{{D}}", "*A*", "**B**", "#C", "D!", "A;", "A-", "A/B",
    "A or B", "A and A", "A B", "The answer is A", "The answer is A.", "the answer is **b** because of this and of that",
    "answer is C, I am sure of it, as anybody can see", "The correct answer is d) and nothing else in this world",
    "The answer is because it looks like that to me", "ANSWER  IS\n*c and not one of the others, is it",
    "B is what I can see in this picture", "I would say B of the two", "I would say B of the two here",
    "{0}", "{1}", "It is {0}.", "It is {1}, not {0}.", "{0} and a lot more text that goes on and on and on and on and on and on",
    "A. {0}", "B. {0}", "It could be {0} or Z", "Z {1}", "A {1}", "", " ", "None", "NA", "nan", "null", "N/A",
    "Cannot determine the answer", "I'm sorry, but without the image provided I cannot say B.",
    "Sorry, I can't help with images of people yet.", "I can't process this file. A", "cannot determine the answer",
    "Failed to obtain answer via API", "Failed to obtain answer via API: {0}", "\u00a0A\u2003", "\x1cA\x1f", "A\nB\nA",
    "\u0130\u0131\u017f {0}", "\"A\"", "'A'", "A\t{1}", "Option A", "option a", "A,B,C,D", "A.B.C", "AB", "A1",
]
OPTION_SETS = [
    {"A": "cat", "B": "dog", "C": "bird", "D": "fish"},
    {"A": "a", "B": "b"},
    {"A": "1", "B": "2", "C": "1.0", "D": "007"},
    {"A": "yes", "B": "no"},
    {"A": "red", "B": "RED ball", "C": "a red ball with dots", "D": "None"},
    {"A": "NA", "B": "nan", "C": "n", "D": "an"},
    {"A": "\u0130stanbul", "B": "\u03a3\u039f\u03a3", "C": "Stra\u00dfe", "D": "\u00c9t\u00e9"},
    {"A": "It is \"this\"", "B": "two\nlines", "C": "tab\there", "D": " "},
    {"A": "cat", "C": "dog", "D": "Z"},
]
YES_NO = ["Yes", "No", "yes", "no", "YES.", "No.", "Yes, it is", "No, it is not", "yes or no", "maybe", "", "None", "notice",
          "(yes)", "[no]", "\"Yes\"", "yes/no", "yes-no", "Yes-", "no;", "it is 1,000 yes-no", "3. yes", "yes.no", "Is it? Yes!",
          " yes", "   no", "note", "noyes", "*yes*", "'no'", "yes\nno", "\u00a0no\u2003", "1. " * 32 + "yes.", "." * 40 + "no.",
          "yes." + "a." * 33, "\u0663,\u0664-yes", "it's a no from me", "Yes yes YES", "not yes", "answer: no"]
WORDS = ["A", "B", "C", "D", "Z", "a", "b", "the", "The answer is", "correct", "answer", "is", "**", "(A)", "B.", "cat", "dog",
         "Cat", "red", "1.0", "1", "2", "yes", "no", "Yes", "No.", "nan", ",", ".", "1,000", "\n", "\u00a0", "\u00c9t\u00e9",
         "\u0130", "\u03a3", "Cannot determine the answer", "!", "-", "/", "\"", "3.", ".5", "E", "[C]", "C:", "not"]


def random_answer(rng):
    if rng.random() < 0.3:
        return rng.choice("ABCD") + rng.choice(["", ".", ")", ". cat", " "])
    return "".join(rng.choice(WORDS) + rng.choice([" ", " ", "", "\n"]) for _ in range(rng.randint(0, rng.choice([2, 6, 14]))))


def option_pool(rng):
    """Option texts of one column: a column of numbers or truths now and then, as pandas reads those in its own way."""
    form = rng.random()
    if form < 0.15:
        return ["1", "2", "07", ""]
    if form < 0.3:
        return ["1.5", "2", "1e5", "3.50", "NA"]
    if form < 0.4:
        return ["True", "false", ""]
    if form < 0.5:
        return ["1", "22", "333"]
    return ["cat", "dog", "Cat", "red", "1", "1.0", "a \"b\"", "x\ty", "two\nlines", "", "None", "N/A", "null",
            "\u00c9t\u00e9", "yes", "no", "the dog"]


def write_table(path, columns, records, rng):
    """Quotes where they are needed, and sometimes where not."""
    end = rng.choice(["\n", "\r\n"])

    def cell(text):
        if any(c in text for c in "\t\n\r") or text.startswith("\"") or rng.random() < 0.1:
            return "\"" + text.replace("\"", "\"\"") + "\""
        return text

    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(rng.choice(["", "\ufeff"]) + "\t".join(columns) + end)
        for record in records:
            file.write("\t".join(cell(record.get(name, "")) for name in columns) + end)
            if rng.random() < 0.05:
                file.write(end)


def choice_record(rng, index, options):
    return {"index": str(index), "question": rng.choice(["What?", "It is \"what\"", "two\nlines", "1"]),
            "answer": rng.choice(list(options) or ["A"]) if rng.random() < 0.97 else rng.choice(["Z", "a", ""]),
            "category": rng.choice(["color", "shape", "size, form", "\u00c9t\u00e9"]),
            "l2-category": rng.choice(["1", "2", "10"]), "split": rng.choice(["dev", "test"]), **options}


def random_choices(rng, count):
    letters = "ABCD"[:rng.randint(2, 4)]
    pools = {name: option_pool(rng) for name in letters}
    return [choice_record(rng, i, {name: rng.choice(pool) for name, pool in pools.items()}) for i in range(count)]


def roll(rng, records):
    """Adds rolls of the options as CircularEval wants them; a few of them lie before their question."""
    rolled = []
    for record in records:
        names = [name for name in "ABCD" if name in record]
        for step in range(1, rng.randint(1, len(names) + 1)):
            other = dict(record, index=str(int(record["index"]) + step * 10**6))
            for i, name in enumerate(names):
                other[name] = record[names[(i + step) % len(names)]]
            if record["answer"] in names:
                other["answer"] = names[(names.index(record["answer"]) - step) % len(names)]
            rolled.append(other)
    return sorted(records + rolled, key=lambda _: rng.random())


def mme_records(rng, images, subtasks):
    records = []
    for i in range(images):
        subtask = rng.choice(subtasks)
        for _ in range(rng.choice([2, 2, 2, 3])):
            records.append({"index": str(len(records)), "category": subtask, "image_path": f"{subtask}/{i}.jpg",
                            "question": "Is it? Please answer yes or no.", "answer": rng.choice(["Yes", "No"])})
    return sorted(records, key=lambda _: rng.random())


# ------------------------------------------------------------------------------------------------- comparison


class Comparison:
    def __init__(self, binaries, folder):
        self.program = os.path.join(binaries, "pixelsail-score")
        self.folder = folder
        self.answers = self.numbers = self.differences = 0

    def report(self, text):
        self.differences += 1
        if self.differences <= 20:
            print("difference:", text)

    def run(self, benchmark, table, predictions, arguments):
        lines = os.path.join(self.folder, "predictions.jsonl")
        samples = os.path.join(self.folder, "samples.jsonl")
        with open(lines, "w", encoding="utf-8") as file:
            for index, text in predictions.items():
                file.write(json.dumps({"index": int(index), "prediction": text}) + "\n")
        command = [self.program, "--benchmark", benchmark, "--annotations", table, "--predictions", lines,
                   "--per-sample", samples, "--bootstrap", "0", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
        with open(samples, encoding="utf-8") as file:
            found = {line["id"]: line for line in map(json.loads, file)}
        return json.loads(done.stdout), found

    def compare(self, name, expected, got):
        if isinstance(expected, dict) and isinstance(got, dict):
            for key in set(expected) | (set(got) if name else set()):
                self.compare(f"{name}.{key}", expected.get(key), got.get(key))
            return
        self.numbers += 1
        if expected != got:
            self.report(f"{name}: expected {expected!r}, got {got!r}")

    def check(self, benchmark, table, predictions, expected, samples, arguments):
        json_result, found = self.run(benchmark, table, predictions, arguments)
        self.compare("", expected, json_result)
        if set(found) != set(samples):
            self.report(f"{benchmark}: other samples")
        for index, sample in samples.items():
            self.answers += 1
            got = {key: found[index].get(key) for key in sample}
            if got != sample:
                self.report(f"{benchmark} {arguments} {index} {predictions[index]!r}: expected {sample}, got {got}")


def check_choices(comparison, rng, benchmark, records, answers):
    columns = ["index", "question"] + [name for name in string.ascii_uppercase if any(name in r for r in records)]
    columns += ["answer", "category", "l2_category" if benchmark == "mmstar" else "l2-category"]
    if benchmark != "mmstar":
        columns.append("split")
    for record in records:
        record["l2_category"] = record["l2-category"]
    table = os.path.join(comparison.folder, benchmark + ".tsv")
    write_table(table, columns, records, rng)
    read = read_table(table)
    predictions = {record["index"]: answer for record, answer in zip(read, answers)}
    for rules in ("bundled", "current"):
        expected, samples = expect_choices(read, predictions, rules, benchmark == "mmbench")
        comparison.check(benchmark, table, predictions, expected, samples, ["--choice-rules", rules])


def check_mme(comparison, rng, records, answers):
    table = os.path.join(comparison.folder, "mme.tsv")
    write_table(table, ["index", "category", "image_path", "question", "answer"], records, rng)
    read = read_table(table)
    predictions = {record["index"]: answer for record, answer in zip(read, answers)}
    for yes_no_rules, rules in itertools.product(("vlmevalkit", "mme"), ("bundled", "current")):
        expected, samples = expect_mme(read, predictions, yes_no_rules, rules)
        comparison.check("mme", table, predictions, expected, samples,
                         ["--choice-rules", rules, "--yes-no-rules", yes_no_rules])


def hand_made(comparison, rng):
    records, answers = [], []
    for options, phrasing in itertools.product(OPTION_SETS, PHRASINGS):
        texts = list(options.values())
        records.append(choice_record(rng, len(records), options))
        answers.append(phrasing.format(texts[0], texts[1]))
    for benchmark in ("seedbench", "mmstar", "mmbench"):
        check_choices(comparison, rng, benchmark, [dict(record) for record in records], answers)
    pairs = [{"index": str(i), "category": "OCR" if i % 4 < 2 else "text_translation", "image_path": f"{i // 2}.jpg",
              "question": "?", "answer": answer}
             for i, answer in enumerate(["Yes", "No"] * len(YES_NO))]
    check_mme(comparison, rng, pairs, [text for text in YES_NO for _ in range(2)])
    return len(records) + len(YES_NO)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="folder with pixelsail-score")
    parser.add_argument("--answers", type=int, default=3000, help="random answers for each benchmark")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(arguments.bin, folder)
        made = hand_made(comparison, rng)
        tables = 10
        size = arguments.answers // tables
        for _ in range(tables):
            for benchmark in ("seedbench", "mmstar", "mmbench"):
                records = random_choices(rng, size if benchmark != "mmbench" else size // 3)
                if benchmark == "mmbench":
                    records = roll(rng, records)
                right = [record["answer"] if rng.random() < 0.7 else random_answer(rng) for record in records]
                check_choices(comparison, rng, benchmark, records, right)
            subtasks = rng.sample(PERCEPTION + COGNITION + ("other",), rng.randint(1, 15))
            records = mme_records(rng, size // 2, subtasks)
            check_mme(comparison, rng, records,
                      [rng.choice(YES_NO) if rng.random() < 0.5 else record["answer"] for record in records])
    print(f"{made} hand-made answers and {tables} random tables of each benchmark: {comparison.answers} verdicts and "
          f"{comparison.numbers} aggregate values compared, {comparison.differences} differences")
    return 1 if comparison.differences else 0


if __name__ == "__main__":
    sys.exit(main())

"""Adds up the results of a test run: prints "PASSED FAILED SKIPPED".

A ctest whose GoogleTest program left a report counts with its single cases; any other counts as one. A program that
failed although its report names no failed case (it crashed, or a sanitizer spoke at its end) adds one failure.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def count_report(path):
    passed = failed = skipped = 0
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None:
            failed += 1
        elif case.get("status") == "notrun":
            continue  # disabled by its name
        elif case.get("result") == "skipped" or case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def main():
    folder = pathlib.Path(sys.argv[1])
    totals = [0, 0, 0]
    tests = list(ElementTree.parse(folder / "ctest.xml").getroot().iter("testcase"))
    if not tests:
        sys.exit("count_cases.py: ctest ran no test")
    for test in tests:
        status = test.get("status")
        report = folder / (test.get("name") + ".xml")
        if report.exists():
            counts = list(count_report(report))
            if status == "fail" and counts[1] == 0:
                counts[1] = 1
        else:
            counts = [status == "run", status == "fail", status not in ("run", "fail")]
        totals = [total + int(count) for total, count in zip(totals, counts)]
    print(*totals)


if __name__ == "__main__":
    main()

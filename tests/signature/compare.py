"""Compares our verdicts on signature headers with those of Stripe's own Python and Node SDKs.

`compare.py CASES NODE`: the cases with our verdicts, one JSON object a line, and Node's verdicts, one word a line.
"""
import base64
import json
import re
import sys
from collections import Counter
from unittest import mock

from stripe import SignatureVerificationError, WebhookSignature

Parts = list[tuple[str, str | None]]


def has_text_after_time(parts: Parts) -> bool:
    times = [value or "" for name, value in parts if name == "t"]
    return any(re.match(r"\s*[+-]?[0-9]", time) and not re.fullmatch(r"\s*[+-]?[0-9]+\s*", time) for time in times)


# Where the two SDKs differ with one another, and why. We then never accept what Node does not.
TEXT_AFTER_TIME = "text after the time: Node reads the digits before it, we refuse it"
KNOWN_DIFFERENCES = {
    TEXT_AFTER_TIME: has_text_after_time,
    "two times: Node reads the last, Python the first": lambda parts: len({v for n, v in parts if n == "t"}) > 1,
    "an empty signature: Node does not compare it": lambda parts: ("v1", "") in parts,
    "no equals sign: Python refuses the header": lambda parts: any(n in ("t", "v1") and v is None for n, v in parts),
    "letters beyond ASCII: Python does not compare them": lambda parts: any(
        n in ("t", "v1") and not (v or "").isascii() for n, v in parts),
}
REASONS = [
    ("Timestamp outside the tolerance zone", "stale"),
    ("No signatures found matching", "mismatch"),
    ("No signatures found with expected scheme", "malformed"),
    ("Unable to extract timestamp and signatures", "malformed"),
    ("No Stripe-Signature header value was provided", "malformed"),
]


def verdict(body: bytes, header: str, secret: str, received_at: int) -> str:
    try:
        with mock.patch("time.time", return_value=received_at):
            WebhookSignature.verify_header(body, header, secret, 300)
        return "accepted"
    except SignatureVerificationError as error:
        return next(word for message, word in REASONS if str(error.user_message or error).startswith(message))
    except (TypeError, UnicodeDecodeError):
        # Letters beyond ASCII in a signature, bytes that are no UTF-8 in a body: it falls over them.
        return "crashed"


def best(verdicts: list[str]) -> str:
    """One secret at a time: a receiver accepts what any of its secrets accepts. Stale comes after a match."""
    return next(word for word in ("accepted", "stale", "mismatch", "malformed", "crashed") if word in verdicts)


def parts_of(header: str) -> Parts:
    pieces = [part.split("=") for part in header.split(",")]
    return [(piece[0], piece[1] if len(piece) > 1 else None) for piece in pieces]


def complaint(case: dict, python: str, node: str, known: Counter) -> str | None:
    """What is wrong with our verdict, or with what we know of Stripe's."""
    ours, told = case["verdict"] == "accepted", case["stripe"]
    theirs = {"python": python == "accepted", "node": node == "accepted"}
    if told:
        expected = {sdk: told[sdk] for sdk in theirs}
        known[told["why"]] += 1
        return None if theirs == expected else f"the vector says {expected}"
    parts = parts_of(case["header"])
    if node == "crashed":
        known["64 letters, some beyond ASCII, which no HTTP header has: Node falls over them"] += 1
        return None
    if theirs["python"] == theirs["node"] == ours:
        return None
    if not ours and has_text_after_time(parts):
        known[TEXT_AFTER_TIME] += 1
        return None
    if theirs["python"] == theirs["node"]:
        return "both SDKs say otherwise"
    reasons = [reason for reason, holds in KNOWN_DIFFERENCES.items() if holds(parts)]
    if not reasons or not case["name"].startswith("mutated "):
        return "the SDKs differ, and nobody knows why"
    known[reasons[0]] += 1
    return "Node does not accept it" if ours and not theirs["node"] else None


def main() -> int:
    cases_file, node_file = sys.argv[1:]
    with open(cases_file, encoding="utf-8") as file:
        cases = [json.loads(line) for line in file]
    with open(node_file, encoding="utf-8") as file:
        node_verdicts = file.read().split()
    assert len(cases) == len(node_verdicts), "a verdict for every case"
    differences, counts, known, reasons = 0, Counter(), Counter(), 0
    for case, node in zip(cases, node_verdicts):
        body = base64.b64decode(case["body"])
        python = best([verdict(body, case["header"], secret, case["received_at"]) for secret in case["secrets"]])
        counts["mutated headers" if case["name"].startswith("mutated ") else "vectors"] += 1
        counts[case["verdict"]] += 1
        reasons += case["verdict"] == python == node
        wrong = complaint(case, python, node, known)
        if wrong:
            differences += 1
            print(f"{case['name']}: ours {case['verdict']}, Python {python}, Node {node}: {wrong}\n  {case['header'][:200]!r}")
    print(f"{counts['vectors']} vectors, {counts['mutated headers']} mutated headers, 3 implementations,"
          f" {differences} differences ({counts['accepted']} accepted; the same reason too in {reasons})")
    print(f"Cases that are no differences for a reason that is written down, {sum(known.values())}:")
    for reason, count in known.most_common():
        print(f"  {count:5} {reason}")
    enough = counts["vectors"] >= 40 and counts["mutated headers"] >= 10_000
    return 0 if enough and differences == 0 else 1


sys.exit(main())

"""The rules of form that neither rustfmt nor clippy knows. Each finding is a line `file:line: rule`."""
import re
import subprocess
import sys

LONGEST_FILE_LINES = 400
WIDEST_COMMENT = 110
PRODUCTION = re.compile(r"^(shared|functions)/")
TEST = re.compile(r"(^|/)(tests|benches)(/|\.rs$)")
SELF = re.compile(r"^\.ci/style\.py$")

# Crates and programs that are tested through their edges alone (`test = false` in their Cargo.toml).
NOT_TESTED_INSIDE = re.compile(
    r"^(functions/[^/]+|infra/local/functions)/src/|^infra/local/src/bin/|^(infra/local/stripe|tests/simulation)/src/main\.rs$")

# A pattern, the files it is looked for in, and what is wrong with it.
RULES = [
    (re.compile(r"\b(SystemTime|Instant|Timestamp|Zoned|Utc|Local|OffsetDateTime)::now\b|\bnow_utc\("),
     PRODUCTION, "reads a clock: time comes in with the event"),
    # But for the one that a request's body brings along, to be turned away or found to be whole.
    (re.compile(r"\bf(32|64)\b(?!\) -> Result<Json)"), PRODUCTION, "a float"),
    (re.compile(r"#\[(cfg\(test\)|(tokio::)?test)\b"), NOT_TESTED_INSIDE,
     "a test that no harness runs: put it into tests/"),
    (re.compile(r"#!?\[allow\("), re.compile(r"\.rs$"), "an allowance: use #[expect(…, reason = …)]"),
    (re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"), re.compile(r""), "an open end: finish it or file an issue"),
    (re.compile(r"(?<![\w.])/(work|root|home)/\w"), re.compile(r""), "a path of one machine"),
]


def tracked() -> list[str]:
    """The files that are committed, or about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def code_lines(text: str) -> int:
    """How many lines a file has before its unit tests."""
    return len(re.split(r"^#\[cfg\(test\)\]$", text, maxsplit=1, flags=re.MULTILINE)[0].splitlines())


def findings(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (FileNotFoundError, UnicodeDecodeError):
        return []
    found = []
    if path.endswith(".rs") and not TEST.search(path) and code_lines(text) > LONGEST_FILE_LINES:
        found.append(f"{path}: {code_lines(text)} lines, more than {LONGEST_FILE_LINES}")
    for number, line in enumerate(text.splitlines(), 1):
        code = line if not path.endswith(".rs") else re.sub(r"//.*", "", line)
        # What cannot be broken, a table's row or an address, may be wider.
        if path.endswith(".rs") and len(line) > WIDEST_COMMENT and re.match(r"\s*//[/!]? (?!\|)\S+ .*\S", line):
            found.append(f"{path}:{number}: a comment wider than {WIDEST_COMMENT} columns")
        for pattern, files, rule in RULES:
            looked_at = line if "machine" in rule or "open end" in rule else code
            if files.search(path) and pattern.search(looked_at):
                found.append(f"{path}:{number}: {rule}")
    return found


all_found = [finding for path in tracked() if not SELF.search(path) for finding in findings(path)]
print("\n".join(all_found))
sys.exit(1 if all_found else 0)

"""Plants the bugs of bugs.toml and runs the tests with one of them at a time: a bug that no test notices survives.

They are planted in a copy of the workspace, and as many as can be at once, so that the tests are built once: a function with
bugs in it gets a body for each and one without any, and the environment variable PLANTED_BUG says which is run. What is in
no function, such as a constant, is built alone.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WORKSPACE = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("bugs.toml")
PACKAGES = {"domain": ["--package", "kembali", "--lib"], "adapters": ["--package", "kembali-tests", "--test", "town"]}
# The one test of the domain that takes longer than all others together: most bugs need not wait for it.
SLOW = "whatever_happens_the_books_are_right"
# A bug may make a test run without end; a test that does not end has noticed it.
LONGEST_SECONDS = 600
FUNCTION = re.compile(r"^( *)(?:pub(?:\([^)]*\))? )?(?:async )?fn ")
SWITCH = '''
/// Which of the planted bugs is run.
#[must_use]
pub fn planted_bug() -> usize {
    static NUMBER: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *NUMBER.get_or_init(|| std::env::var("PLANTED_BUG").ok().and_then(|text| text.parse().ok()).unwrap_or_default())
}
'''


@dataclass(frozen=True)
class Bug:
    """One bug, and the tests that must notice it."""
    number: int
    name: str
    file: str
    original: str
    planted: str
    group: str
    tests: list[str]
    survives: str | None

    def text(self) -> str:
        path = WORKSPACE / self.file
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def body(self) -> tuple[int, int] | None:
        """From where to where the body of the function goes that it is in."""
        text = self.text()
        begin = text.index(self.original)
        return next((body for body in bodies(text) if body[0] <= begin and begin + len(self.original) <= body[1]), None)

    def runs(self) -> list[list[str]]:
        """The arguments of the tests, those first that are nearest."""
        if self.group != "domain":
            return [self.tests]
        near = Path(self.file).relative_to("shared/src").with_suffix("").parts[:2]
        return [["::".join(near), "--skip", SLOW], ["--skip", SLOW], [SLOW]]


def read_list() -> list[Bug]:
    entries = tomllib.loads(LIST.read_text(encoding="utf-8"))["bug"]
    return [Bug(number, entry["name"], entry["file"], entry["is"], entry["becomes"], entry.get("group", "domain"),
                entry.get("tests", []), entry.get("survives")) for number, entry in enumerate(entries, 1)]


def bodies(text: str) -> Iterator[tuple[int, int]]:
    """The bodies of the functions in a text that rustfmt has formatted."""
    indent, begin, offset = None, None, 0
    for line in text.splitlines(keepends=True):
        if match := FUNCTION.match(line):
            indent, begin = match[1], None
        end, offset = offset, offset + len(line)
        if indent is None or not line.startswith(indent) or line.startswith(indent + " "):
            continue
        if begin is None and line.endswith("{\n"):
            begin = offset
        elif begin is not None and line == indent + "}\n":
            yield begin, end
            indent = None


def with_bugs(name: str, text: str, bugs: list[Bug]) -> str:
    """The text of the file `name` with `bugs` in it, each in its own body of its function."""
    crate = "crate" if name.startswith("shared/") else "kembali"
    for bug in (bug for bug in bugs if bug.body() is None):
        text = text.replace(bug.original, bug.planted)
    for body in sorted({body for bug in bugs if (body := bug.body())}, reverse=True):
        clean = text[slice(*body)]
        planted = [(bug.number, clean.replace(bug.original, bug.planted)) for bug in bugs if bug.body() == body]
        arms = "".join(f"{number} => {{\n{planted}}}\n" for number, planted in planted)
        text = f"{text[:body[0]]}match {crate}::planted_bug() {{\n{arms}_ => {{\n{clean}}}\n}}\n{text[body[1]:]}"
    return text + SWITCH if name == "shared/src/lib.rs" else text


class Field:
    """The copy of the workspace in which bugs are planted. It has a target directory of its own: cargo takes a package for the
    same at another place, and what has bugs in it must not be taken for what has none."""

    def __init__(self, target: Path) -> None:
        self.copy = target / "planted-bugs" / "workspace"
        self.environment = {
            **os.environ, "CARGO_TARGET_DIR": str(self.copy.with_name("target")), "CARGO_PROFILE_DEV_DEBUG": "0", "CARGO_TERM_COLOR": "never",
            # What the tests draw by chance is the same in each run. What it finds is neither made smaller nor kept.
            "PROPTEST_RNG_SEED": "1", "PROPTEST_MAX_SHRINK_ITERS": "0", "PROPTEST_DISABLE_FAILURE_PERSISTENCE": "1",
        }

    def plant(self, bugs: list[Bug]) -> None:
        """Makes the copy. A file that is the same keeps its time, so that it is not built again."""
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=WORKSPACE, check=True, capture_output=True, text=True).stdout
        for name in (name for name in listed.split("\0") if name and (WORKSPACE / name).is_file()):
            content, copy = (WORKSPACE / name).read_bytes(), self.copy / name
            if name.endswith(".rs"):
                content = with_bugs(name, content.decode(), [bug for bug in bugs if bug.file == name]).encode()
            if not copy.is_file() or copy.read_bytes() != content:
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(content)

    def build(self, group: str) -> Path:
        """The program with the tests. A bug that does not compile says nothing about them: it is an error of the list."""
        command = ["cargo", "test", "--locked", "--no-run", "--message-format=json-render-diagnostics", *PACKAGES[group]]
        built = subprocess.run(command, cwd=self.copy, env=self.environment, capture_output=True, text=True)
        if built.returncode != 0:
            sys.exit(f"{built.stderr}\nA bug does not compile; see above.")
        messages = [json.loads(line) for line in built.stdout.splitlines()]
        return Path(next(message["executable"] for message in messages if message.get("profile", {}).get("test")))

    def noticed(self, program: Path, bug: Bug, planted: bool = True) -> str | None:
        """By which test it is noticed."""
        environment = {**self.environment, "PLANTED_BUG": str(bug.number if planted else 0)}
        directory = self.copy / ("shared" if bug.group == "domain" else "tests")
        for arguments in bug.runs():
            try:
                ran = subprocess.run([program, *arguments], cwd=directory, env=environment, capture_output=True,
                                     text=True, timeout=LONGEST_SECONDS)
            except subprocess.TimeoutExpired:
                return "a test that does not end"
            if ran.returncode != 0:
                failed = re.findall(r"^---- (\S+)", ran.stdout, re.MULTILINE)
                return failed[0] if failed else ran.stderr.strip()
        return None


def check(bugs: list[Bug]) -> int:
    """Whether every bug can still be planted: the list must not rot while the sources move."""
    names = [bug.name for bug in bugs]
    wrong = [f"{bug.name}: its text stands {count} times in {bug.file}, not once"
             for bug in bugs if (count := bug.text().count(bug.original)) != 1]
    wrong += [f"{name}: is there twice" for name in sorted({name for name in names if names.count(name) > 1})]
    print("\n".join(wrong) if wrong else f"{len(bugs)} bugs can be planted.")
    return 1 if wrong else 0


def run(bugs: list[Bug], field: Field) -> int:
    """1 if a bug survives unexplained, or is caught though it is said to survive."""
    together = [[bug for bug in bugs if bug.group == group and bug.body()] for group in PACKAGES]
    fields = [some for some in together if some] + [[bug] for bug in bugs if not bug.body()]
    begin, done, caught, survivors = time.monotonic(), 0, 0, list[Bug]()
    wrong = []
    for some in fields:
        field.plant(some)
        program = field.build(some[0].group)
        if some[0].body() and (test := field.noticed(program, some[0], planted=False)):
            sys.exit(f"Without any bug a test fails: {test}")
        for bug in some:
            test = field.noticed(program, bug)
            done += 1
            seconds = int(time.monotonic() - begin)
            left = seconds * (len(bugs) - done) // done
            verdict = f"caught    {bug.name}  ({test})" if test else f"survives  {bug.name}"
            print(f"{done:>3}/{len(bugs)}  {seconds} s, {left} s left  {verdict}", flush=True)
            caught += bool(test)
            survivors += [] if test else [bug]
            wrong += [bug] if bool(test) == bool(bug.survives) else []
    print(f"\n{caught} of {len(bugs)} caught.")
    for bug in survivors:
        print(f"  survives: {bug.name}: {bug.survives or 'nobody says why'}")
    for bug in (bug for bug in wrong if bug.survives):
        print(f"  is caught, and is said to survive: {bug.name}")
    return 1 if wrong else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only see whether every bug can be planted")
    parser.add_argument("--list", action="store_true", help="only name them")
    parser.add_argument("--group", choices=sorted(PACKAGES), help="only these")
    parser.add_argument("--only", action="append", metavar="NAME", help="only those with this in their name")
    arguments = parser.parse_args()
    bugs = read_list()
    if (code := check(bugs)) or arguments.check:
        return code
    bugs = [bug for bug in bugs if arguments.group in (None, bug.group)
            and (not arguments.only or any(part in bug.name for part in arguments.only))]
    if arguments.list:
        print("\n".join(f"{bug.group:<8} {bug.name}{'' if bug.body() else ' (built alone)'}" for bug in bugs))
        return 0
    target = Path(os.environ.get("CARGO_TARGET_DIR", WORKSPACE / "target")).resolve()
    return run(bugs, Field(target))


if __name__ == "__main__":
    sys.exit(main())

"""Plants the bugs of bugs.toml one at a time and runs the tests, which must fail. A bug that no test notices survives.

It works on a copy of the workspace below the target directory, and builds into the same: the dependencies are there.
"""
import argparse
import os
import re
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

WORKSPACE = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("bugs.toml")
CORE = ["--package", "kembali", "--lib", "--"]
# The one test that takes longer than all others together comes last: most bugs need not wait for it.
SLOW = "whatever_happens_the_books_are_right"
TESTS = {"domain": [[*CORE, "--skip", SLOW], [*CORE, SLOW]], "adapters": []}
# A bug may make a test run without end; a test that does not end has noticed it.
LONGEST_SECONDS = 900


@dataclass(frozen=True)
class Bug:
    """One bug, and the tests that must notice it."""
    name: str
    file: str
    original: str
    planted: str
    group: str
    tests: list[list[str]]
    survives: str | None

    @staticmethod
    def read(entry: dict[str, object]) -> "Bug":
        group = str(entry.get("group", "domain"))
        own, survives = entry.get("tests"), entry.get("survives")
        tests = [[str(word) for word in own]] if isinstance(own, list) else TESTS[group]
        return Bug(str(entry["name"]), str(entry["file"]), str(entry["is"]), str(entry["becomes"]), group, tests,
                   None if survives is None else str(survives))

    def wrong(self) -> str | None:
        """Why it cannot be planted in the sources as they are."""
        path = WORKSPACE / self.file
        if not path.is_file():
            return f"{self.file} is not there"
        count = path.read_text(encoding="utf-8").count(self.original)
        if count != 1:
            return f"its text stands {count} times in {self.file}, not once"
        return "it changes nothing" if self.original == self.planted else None


@dataclass(frozen=True)
class Outcome:
    """What became of a planted bug."""
    verdict: str  # caught, survived, or broken: it does not compile, and so says nothing about the tests
    said: str


def copy_workspace(to: Path) -> None:
    """Copies what is committed or about to be. A file that has not changed keeps its time, so that little is built."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=WORKSPACE, check=True, capture_output=True, text=True).stdout
    wanted = {name for name in listed.split("\0") if name and (WORKSPACE / name).is_file()}
    for name in wanted:
        source, copy = WORKSPACE / name, to / name
        if not copy.is_file() or copy.read_bytes() != source.read_bytes():
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
    for old in [path for path in to.rglob("*") if path.is_file() and str(path.relative_to(to)) not in wanted]:
        old.unlink()


class Field:
    """The copy in which bugs are planted."""

    def __init__(self, target: Path) -> None:
        self.copy = target / "planted-bugs"
        self.environment = {
            **os.environ,
            "CARGO_TARGET_DIR": str(target), "CARGO_INCREMENTAL": "1", "CARGO_PROFILE_DEV_DEBUG": "0",
            "CARGO_TERM_COLOR": "never", "RUST_BACKTRACE": "0",
            # What the tests draw by chance is the same in each run. What it finds is neither made smaller nor kept.
            "PROPTEST_RNG_SEED": "1", "PROPTEST_MAX_SHRINK_ITERS": "0", "PROPTEST_DISABLE_FAILURE_PERSISTENCE": "1",
        }
        copy_workspace(self.copy)

    def cargo_test(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["cargo", "test", "--locked", "--quiet", *arguments]
        try:
            return subprocess.run(command, cwd=self.copy, env=self.environment, stdin=subprocess.DEVNULL, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, 1, f"not over after {LONGEST_SECONDS} seconds")

    def plant(self, bug: Bug) -> Outcome:
        path = self.copy / bug.file
        before = path.read_text(encoding="utf-8")
        path.write_text(before.replace(bug.original, bug.planted), encoding="utf-8")
        try:
            built = self.cargo_test("--no-run", *bug.tests[0])
            if built.returncode != 0:
                return Outcome("broken", built.stdout)
            for tests in bug.tests:
                tested = self.cargo_test(*tests)
                if tested.returncode != 0:
                    return Outcome("caught", tested.stdout)
        finally:
            path.write_text(before, encoding="utf-8")
        return Outcome("survived", "")


def chosen(bugs: list[Bug], arguments: argparse.Namespace) -> list[Bug]:
    return [bug for bug in bugs
            if (arguments.group is None or bug.group == arguments.group)
            and (not arguments.only or any(part in bug.name for part in arguments.only))]


def check(bugs: list[Bug]) -> int:
    """Whether every bug can still be planted: the list must not rot while the sources move."""
    names = [bug.name for bug in bugs]
    wrong = [f"{bug.name}: {reason}" for bug in bugs if (reason := bug.wrong())]
    wrong += [f"{name}: is there twice" for name in sorted({name for name in names if names.count(name) > 1})]
    print("\n".join(wrong) if wrong else f"{len(bugs)} bugs can be planted.")
    return 1 if wrong else 0


def clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def noticed_by(said: str) -> str:
    failed = re.findall(r"^---- (\S+)", said, re.MULTILINE)
    return f"{failed[0]}, of {len(failed)}" if failed else said.strip().splitlines()[-1]


def run(bugs: list[Bug], field: Field) -> int:
    """Plants each; 1 if one survives unexplained, does not compile, or is caught though it is said to survive."""
    for tests in {tuple(tests) for bug in bugs for tests in bug.tests}:
        clean = field.cargo_test(*tests)
        if clean.returncode != 0:
            print(f"The tests fail without any bug: {' '.join(tests)}\n{clean.stdout}")
            return 1
    begin = time.monotonic()
    outcomes: dict[str, list[Bug]] = {"caught": [], "survived": [], "broken": []}
    for number, bug in enumerate(bugs, 1):
        outcome = field.plant(bug)
        outcomes[outcome.verdict].append(bug)
        elapsed = time.monotonic() - begin
        left = elapsed / number * (len(bugs) - number)
        told = f"  ({noticed_by(outcome.said)})" if outcome.verdict == "caught" else ""
        print(f"{number:>3}/{len(bugs)} {clock(elapsed)}, {clock(left)} left  {outcome.verdict:<8} {bug.name}{told}",
              flush=True)
        if outcome.verdict == "broken":
            print(outcome.said)
    explained = [bug for bug in outcomes["survived"] if bug.survives]
    unexplained = [bug for bug in outcomes["survived"] if not bug.survives]
    stale = [bug for bug in outcomes["caught"] if bug.survives]
    print(f"\n{len(outcomes['caught'])} of {len(bugs)} caught, {len(explained)} survive with a reason.")
    for words, some in [("survives, and nobody says why", unexplained), ("does not compile", outcomes["broken"]),
                        ("is caught, and is said to survive", stale)]:
        for bug in some:
            print(f"  {bug.name}: {words}")
    for bug in explained:
        print(f"  {bug.name}: {bug.survives}")
    return 1 if unexplained or outcomes["broken"] or stale else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only see whether every bug can be planted")
    parser.add_argument("--list", action="store_true", help="only name them")
    parser.add_argument("--group", choices=sorted(TESTS), help="only these")
    parser.add_argument("--only", action="append", metavar="NAME", help="only those with this in their name")
    arguments = parser.parse_args()
    bugs = [Bug.read(entry) for entry in tomllib.loads(LIST.read_text(encoding="utf-8"))["bug"]]
    if (code := check(bugs)) or arguments.check:
        return code
    bugs = chosen(bugs, arguments)
    if arguments.list:
        print("\n".join(f"{bug.group:<8} {bug.name}" for bug in bugs))
        return 0
    target = Path(os.environ.get("CARGO_TARGET_DIR", WORKSPACE / "target")).resolve()
    return run(bugs, Field(target))


if __name__ == "__main__":
    sys.exit(main())

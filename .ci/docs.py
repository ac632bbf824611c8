"""What the documents claim about this repository: their links, anchors and names must exist, and what they
offer to paste must survive it. Each finding is a line `file: what is wrong`."""
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

LONGEST_README_LINES = 200
FENCE = re.compile(r"^ *```(.*?)^ *```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^()\s]+)\)")
# A name of the code: in backticks, with an underscore. Tests, fields, states and variables all have one.
NAME = re.compile(r"`(?!AWS_)(\w*[a-zA-Z0-9]_\w+)`")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


def tracked() -> list[str]:
    """The files that are committed, or about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return [file for file in files if Path(file).is_file()]


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives a document's headings."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        same = sum(1 for known in found if re.fullmatch(re.escape(slug) + r"(-\d+)?", known))
        found.add(f"{slug}-{same}" if same else slug)
    return found


def links(file: str, text: str, places: set[str]) -> list[str]:
    """The relative links that lead nowhere."""
    found = []
    for link in LINK.findall(FENCE.sub("", text)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        parts: list[str] = []
        for part in (*PurePosixPath(file).parent.parts, *PurePosixPath(path).parts):
            parts = parts[:-1] if part == ".." else [*parts, part]
        target = "/".join(parts) if path else file
        if target not in places:
            found.append(f"{file}: {link} is not there")
        elif anchor and anchor not in anchors(Path(target).read_text(encoding="utf-8")):
            found.append(f"{file}: {link}: no such heading")
    return found


def shell(file: str, text: str) -> list[str]:
    """What breaks when a block is pasted into bash or zsh. An interactive zsh has no comments, and it wants a
    file for each unquoted ? or *."""
    found = []
    for block in FENCE.findall(text):
        language, _, script = block.partition("\n")
        if language.strip() != "sh":
            continue
        checked = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
        found += [f"{file}: bash: {line}" for line in checked.stderr.splitlines()]
        found += [f"{file}: {line.strip()}: a comment"
                  for line in script.splitlines() if re.search(r"(^|\s)#", line)]
        found += [f"{file}: {line.strip()}: an unquoted ? or *"
                  for line in QUOTED.sub("", script).splitlines() if re.search(r"[?*]", line)]
    return found


def main() -> None:
    files = tracked()
    places = {str(parent) for file in files for parent in PurePosixPath(file).parents} | set(files)
    documents = {file: Path(file).read_text(encoding="utf-8") for file in files if file.endswith(".md")}
    sources = (file for file in files if re.search(r"\.(rs|yaml|py|toml|json)$|^\.ci/run$", file))
    code = "\n".join(Path(file).read_text(encoding="utf-8") for file in sources)
    words = set(re.findall(r"\w+", code))
    found = []
    for file, text in documents.items():
        found += links(file, text, places) + shell(file, text)
        found += [f"{file}: the code has no `{name}`" for name in NAME.findall(text) if name not in words]
    length = len(documents["README.md"].splitlines())
    if length > LONGEST_README_LINES:
        found.append(f"README.md: {length} lines, more than {LONGEST_README_LINES}")
    print("\n".join(found))
    sys.exit(1 if found else 0)


main()

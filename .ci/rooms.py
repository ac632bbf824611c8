"""Which file imports from which, and what must not be. Each finding is a line; with --graph, each import is.

Files of a crate may not import from each other in a circle, and a room may not import from one that stands above it or
beside it. A path leads to the file that defines what it names, through the doors that hand it on. Tests are left out.
"""
import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

CRATES = ["shared", "functions/*", "infra/local", "infra/local/*"]

# The rooms of a folder, from the ground up. Each may import from itself and from those that stand before it. Rooms with
# a | between them stand side by side, and neither may import from the other.
ROOMS = {
    "shared/src": "fault domain adapters",
    "shared/src/adapters": "config logging clients edge|flows",
    "shared/src/domain": """
        money time ids unsaid pause percent tagged text
        posting promise market payer cashback campaign merchant checkout
        stripe books decision
    """,
    "infra/local/stripe/src": """
        error ids agenda config form params money methods settlement regions table idempotency rates allocation
        balance events delivery objects state expand acts
        webhooks stripe banking connecting disputing api pages faults router main
    """,
}

NOT_CODE = re.compile(r"""//[^\n]*|/\*.*?\*/|r(\#*)".*?"\1|"(?:\\.|[^"\\])*"|'(?:\\[^']*.|[^'\\])'""", re.DOTALL)
QUOTED_PATH = re.compile(r'"(\w+(?:::\w+)+)"')  # Serde takes the paths of functions in quotes.
TEST = re.compile(r"#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*")
USE = re.compile(r"\buse\s+([^;]+);")
PATH = re.compile(r"(?<![\w:])\w+(?:\s*::\s*\w+)+")
CHILD_FILE = re.compile(r"\bmod\s+(\w+)\s*;")
CHILD_BLOCK = re.compile(r"\bmod\s+(\w+)\s*(?=\{)")


@dataclass
class Module:
    file: str
    brought: dict[str, list[str]]  # What its `use` lines bring: the names, and the paths that they stand for.
    mentioned: list[list[str]]  # The paths in its code.


# By the crate and the names that lead to it.
modules: dict[tuple[str, ...], Module] = {}


def cut(code: str, beginning: re.Pattern) -> tuple[str, list[tuple[str, str]]]:
    """The code without the items that begin like this; and each one's beginning, with what follows."""
    items = []
    while found := beginning.search(code):
        depth, end = 0, len(code)
        for mark in re.finditer(r"[{};]", code[found.end() :]):
            depth += {"{": 1, "}": -1, ";": 0}[mark[0]]
            if depth == 0:
                end = found.end() + mark.end()
                break
        items.append((found[found.re.groups], code[found.end() : end]))
        code = f"{code[: found.start()]} {code[end:]}"
    return code, items


def leaves(tree: str) -> dict[str, list[str]]:
    """The names that a `use` line brings, and their paths. The innermost braces are multiplied out first."""
    while group := re.search(r"([^{},]*)\{([^{}]*)\}", tree):
        items = [group[1].strip() + item.strip() for item in group[2].split(",") if item.strip()]
        tree = tree[: group.start()] + ",".join(items) + tree[group.end() :]
    brought = {}
    for leaf in filter(str.strip, tree.split(",")):
        path, _, alias = leaf.partition(" as ")
        names = re.findall(r"\w+|\*", path.replace("::self", ""))
        # Nothing has the name of a trait that is brought as `_`, or of what is brought by `*`: the path stands for it.
        brought[path if alias.strip() == "_" or names[-1] == "*" else alias.strip() or names[-1]] = names
    return brought


def read(module: tuple[str, ...], file: Path, folder: Path, code: str | None = None) -> None:
    """Reads a file, or a block in it, and then the modules that it declares, whose files lie in `folder`."""
    if code is None:
        code = NOT_CODE.sub(" ", QUOTED_PATH.sub(r" \1 ", file.read_text(encoding="utf-8")))
    code, blocks = cut(cut(code, TEST)[0], CHILD_BLOCK)
    brought = {name: path for tree in USE.findall(code) for name, path in leaves(tree).items()}
    mentioned = [re.findall(r"\w+", path) for path in PATH.findall(USE.sub("", code))]
    modules[module] = Module(str(file), brought, mentioned)
    for name, block in blocks:
        read((*module, name), file, folder / name, block[1:-1])
    for name in CHILD_FILE.findall(code):
        door = folder / name / "mod.rs"
        read((*module, name), door if door.exists() else folder / f"{name}.rs", folder / name)


def resolve(at: tuple[str, ...], path: list[str], in_use: bool) -> tuple[str, str] | None:
    """The file that defines what a path names, and the name; nothing for mere modules and for other workspaces."""
    here, (head, *rest) = at, path
    if (*at, head) in modules:
        rest = path
    elif head in ("self", "crate"):
        at = at[:1] if head == "crate" else at
    elif (head,) in modules:
        at = (head,)
    elif head in modules[at].brought and not in_use:
        return resolve(at, modules[at].brought[head] + rest, True)
    elif head != "super":
        return None
    else:
        rest = path
    while rest and (rest[0] == "super" or (*at, rest[0]) in modules):
        at = at[:-1] if rest[0] == "super" else (*at, rest[0])
        rest = rest[1:]
    if rest and at != here and rest[0] in modules[at].brought:
        return resolve(at, modules[at].brought[rest[0]] + rest[1:], True)
    return (modules[at].file, rest[0]) if rest else None


def imports() -> dict[str, dict[str, set[str]]]:
    """For each file those that it imports from, with the names."""
    graph = defaultdict(lambda: defaultdict(set))
    for at, module in modules.items():
        found = [resolve(at, path, True) for path in module.brought.values()]
        found += [resolve(at, path, False) for path in module.mentioned]
        for file, name in filter(None, found):
            if file != module.file:
                graph[module.file][file].add(name)
    return {file: dict(sorted(targets.items())) for file, targets in sorted(graph.items())}


def circles(graph: dict[str, dict[str, set[str]]]) -> list[str]:
    def reach(file: str) -> set[str]:
        seen, ahead = set(), [file]
        while ahead:
            new = set(graph.get(ahead.pop(), {})) - seen
            seen |= new
            ahead += new
        return seen

    reached = {file: reach(file) for file in graph}
    rings = {tuple(other for other in reached if other in reached[file] and file in reached[other]) for file in graph}
    ties = [[f"{file} -> {to}: {names(graph[file][to])}" for file in ring for to in graph[file] if to in ring]
            for ring in sorted(rings) if ring]
    return [f"a circle: {'; '.join(tie)}" for tie in ties]


def upward(graph: dict[str, dict[str, set[str]]]) -> list[str]:
    found = []
    for folder, floors in ((Path(folder), rooms.split()) for folder, rooms in ROOMS.items()):
        floor = {room: number for number, rooms in enumerate(floors) for room in rooms.split("|")}
        inside = [Path(module.file) for module in modules.values() if folder in Path(module.file).parents]
        rooms = {str(file): file.relative_to(folder).parts[0].removesuffix(".rs")
                 for file in inside if file.parent != folder or file.stem not in ("mod", "lib")}
        found += [f"{folder}: no order for the room {room}" for room in sorted({*rooms.values()} - {*floor})]
        found += [f"{file}: {room} may not use {rooms[to]}: {names(what)} from {to}"
                  for file, room in sorted(rooms.items()) for to, what in graph.get(file, {}).items()
                  if {room, rooms.get(to)} <= {*floor} and room != rooms[to] and floor[room] <= floor[rooms[to]]]
    return found


def names(what: set[str]) -> str:
    return ", ".join(sorted(what))


for manifest in sorted(path for crate in CRATES for path in Path().glob(f"{crate}/Cargo.toml")):
    name = re.search(r'^name = "(.+)"', manifest.read_text(encoding="utf-8"), re.MULTILINE)[1].replace("-", "_")
    source = manifest.parent / "src"
    read((name,), source / "lib.rs", source)
    for program in [*source.glob("main.rs"), *source.glob("bin/*.rs")]:
        read((str(program),), program, program.parent)
all_imports = imports()
if "--graph" in sys.argv:
    print("\n".join(f"{file} -> {to}: {names(what)}" for file, tos in all_imports.items() for to, what in tos.items()))
    sys.exit()
all_found = circles(all_imports) + upward(all_imports)
print("\n".join(all_found))
sys.exit(1 if all_found else 0)

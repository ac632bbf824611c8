"""Takes the README's tour as a newcomer does: pastes its blocks into an interactive bash and an interactive
zsh, beside a running `cargo local`, and looks for what the README says that they answer.

Usage: tour.py BINARY    the binary of `cargo local`
"""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"
SHELLS = [["bash", "--norc", "-i"], ["zsh", "-f", "-i"]]
PATIENCE_SECONDS = 60
# What each block answers, in the order of the README; none of it stands in the block. The first block only
# names functions.
ANSWERS = [
    [],
    ['"status":"open"', "PayNow"],
    ['"status":"paid"', '"state":"held"', '"1.25"'],
    ['"state":"credited"'],
    ['"status":"partly_refunded"', '"11.87"', '"0.63"'],
    ['"status":409', '"field":"amount'],
    ['"id":"upi-only"', '"rule_version":1'],
]


def blocks() -> list[str]:
    """The README's blocks for a shell that do not start something with Cargo."""
    scripts = re.findall(r"^```sh\n(.*?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [script for script in scripts if not script.startswith("cargo ")]


class Shell:
    """An interactive shell on a terminal of its own."""

    def __init__(self, command: list[str]) -> None:
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            # A dumb terminal takes a paste as it takes typing.
            os.execvpe(command[0], command, {**os.environ, "TERM": "dumb", "PS1": "$ ", "PS2": "> "})
        # Wide enough that no line is broken on its way back.
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 4000, 0, 0))

    def paste(self, text: str) -> str:
        """Pastes `text`, and gives all that the terminal shows until it is done."""
        shown, until = "", time.monotonic() + PATIENCE_SECONDS
        for line in [*text.splitlines(), "printf 'done %s\\n' \"$?\""]:
            os.write(self.terminal, f"{line}\n".encode())
        while not re.search(r"^done \d+\r?$", shown, re.MULTILINE):
            if not select.select([self.terminal], [], [], max(0.0, until - time.monotonic()))[0]:
                raise TimeoutError(shown)
            shown += os.read(self.terminal, 65536).decode(errors="replace")
        return shown

    def close(self) -> None:
        os.close(self.terminal)
        os.waitpid(self.process, 0)


def start(binary: str, folder: str) -> tuple[subprocess.Popen[str], str]:
    """Starts the stack on free ports, and reads the lines that it prints to be pasted."""
    names = ("page", "gateway", "stripe", "aws")
    anywhere = [part for name in names for part in (f"--{name}", "127.0.0.1:0")]
    stack = subprocess.Popen([binary, *anywhere], cwd=folder, stdout=subprocess.PIPE, text=True)
    exports = []
    for line in stack.stdout or []:
        if line.strip().startswith("export "):
            exports.append(line.strip())
        if line.startswith("Ctrl-C"):
            return stack, "\n".join(exports)
    sys.exit(f"{binary} did not start")


def tour(command: list[str], exports: str) -> None:
    shell = Shell(command)
    shell.paste(exports)
    for block, answers in zip(blocks(), ANSWERS, strict=True):
        shown = shell.paste(block)
        missing = [answer for answer in answers if answer not in shown]
        if missing or "not found" in shown:
            sys.exit(f"{command[0]}: {missing} is not in the answer to\n{block}\n{shown}")
    shell.close()


def main(binary: str) -> None:
    for command in SHELLS:
        with tempfile.TemporaryDirectory() as folder:
            stack, exports = start(binary, folder)
            try:
                tour(command, exports)
            finally:
                stack.terminate()
                stack.wait()


main(str(Path(sys.argv[1]).resolve()))

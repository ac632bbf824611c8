"""Zips each function as Lambda gets it, and refuses what is larger than it should be.

Usage: sizes.py DIRECTORY FUNCTION...
"""
import sys
import zipfile
from pathlib import Path

LARGEST_KIB = 5 * 1024


def main(directory: Path, functions: list[str]) -> None:
    too_large = []
    for function in functions:
        binary, package = directory / function, directory / f"{function}.zip"
        with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            archive.write(binary, "bootstrap")
        zipped, plain = (path.stat().st_size // 1024 for path in (package, binary))
        print(f"      {zipped:5} KiB zipped, {plain:5} KiB  {function}")
        if zipped > LARGEST_KIB:
            too_large.append(function)
    if too_large:
        sys.exit(f"larger than {LARGEST_KIB} KiB: {', '.join(too_large)}")


main(Path(sys.argv[1]), sys.argv[2:])

#!/usr/bin/env python3
"""Benchmark programs with less to do, for emulated machines: `smaller.py FROM TO` copies FROM/run.py and FROM/a/*.go into the folder TO.

Loops that count to a constant of at least 10,000, and constants named n or rounds of that size, do a twentieth. Where the work grows otherwise, the
program's line in `SIZES` says what is exchanged. Both compilers get the same program, and run.py compares what they print."""
import os, re, shutil, sys

BY, FROM = 20, 10_000
# Program: texts in it, and what takes their place.
SIZES = {
    "binarytrees": {"lo, hi = 4, 18": "lo, hi = 4, 13"},
    "callabi": {"fib(38)": "fib(31)", "tak(24, 16, 8)": "tak(18, 12, 6)"},
    "deeprec": {"1200000+i": "120000+i", "walk(2000": "walk(1000"},
    "fannkuch": {"n = 10\n": "n = 8\n"},
    "mandelbrot": {"n, limit = 1200": "n, limit = 250"},
    "primesieve": {"n = 3500": "n = 700"},
    "revcomp": {"n = 4000000": "n = 400000", "rep < 401": "rep < 150"},
    "sha256": {"r < 320": "r < 15"},
    "sortstd": {"n = 500000": "n = 50000"},
    "sortown": {"n = 1000000": "n = 100000"},
    "generics": {"n = 400000": "n = 40000"},
    "spawnstorm": {"rounds, width = 150": "rounds, width = 15"},
}
COUNTED = re.compile(r"((?:[<>]=? |\bn(?:, \w+)* = |\brounds = )\(?)(\d[\d_]*)\b(?!\s*[-+*/.])")


def smaller(name, text):
    for old, new in SIZES.get(name, {}).items():
        if old not in text:
            sys.exit(f"{name}.go has no {old!r}: mend SIZES in {__file__}")
        text = text.replace(old, new)

    def divided(m):
        n = int(m[2].replace("_", ""))
        return m[1] + str(n // BY if n >= FROM and name not in KEPT else n)

    return COUNTED.sub(divided, text)


# Their constants are the sizes of what they sort or keep, which SIZES says.
KEPT = {"sortstd", "sortown", "generics", "revcomp"}

source, target = sys.argv[1:]
os.makedirs(os.path.join(target, "a"))
shutil.copy(os.path.join(source, "run.py"), target)
for file in sorted(os.listdir(os.path.join(source, "a"))):
    with open(os.path.join(source, "a", file)) as f:
        text = f.read()
    with open(os.path.join(target, "a", file), "w") as f:
        f.write(smaller(file.removesuffix(".go"), text))

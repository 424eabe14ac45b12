"""What a WebAssembly file with names is made of: its largest functions, and how much there is of each kind.

    python3 scripts/wasm-sizes.py ${CARGO_TARGET_DIR:-target}/front/wasm32-unknown-unknown/wasm-release/netbox_chatbox.wasm [ROWS]
"""

import collections
import re
import sys
from pathlib import Path

CODE, CUSTOM, IMPORT = 10, 0, 2
# What a reader would want to know the sum of; a function may count for several.
KINDS = ("hydrate_async", "RenderHtml", "any_view", "reactive_graph", "leptos_router", "serde", "pulldown_cmark", "drop_in_place", "netbox_chatbox")


class Reader:
    """WebAssembly's binary format (WebAssembly Core Specification, section 5), as far as sizes and names need it."""

    def __init__(self, data: bytes, place: int = 0) -> None:
        self.data, self.place = data, place

    def byte(self) -> int:
        self.place += 1
        return self.data[self.place - 1]

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def text(self) -> str:
        length = self.number()
        self.place += length
        return self.data[self.place - length : self.place].decode(errors="replace")

    def limits(self) -> None:
        has_maximum = self.byte() & 1
        self.number()
        if has_maximum:
            self.number()


def imported_functions(reader: Reader) -> int:
    functions = 0
    for _ in range(reader.number()):
        reader.text()
        reader.text()
        kind = reader.byte()
        if kind == 0:
            functions += 1
            reader.number()
        elif kind == 1:
            reader.byte()
            reader.limits()
        elif kind == 2:
            reader.limits()
        else:
            reader.place += 2
    return functions


def function_names(reader: Reader, end: int) -> dict[int, str]:
    while reader.place < end:
        kind, size = reader.byte(), reader.number()
        if kind == 1:
            return {reader.number(): reader.text() for _ in range(reader.number())}
        reader.place += size
    return {}


def functions(data: bytes) -> list[tuple[int, str]]:
    """Bytes and name of each function, largest first."""
    reader, sizes, names, imported = Reader(data, 8), [], {}, 0
    while reader.place < len(data):
        section, length = reader.byte(), reader.number()
        end = reader.place + length
        if section == IMPORT:
            imported = imported_functions(reader)
        elif section == CODE:
            for _ in range(reader.number()):
                size = reader.number()
                sizes.append(size)
                reader.place += size
        elif section == CUSTOM and reader.text() == "name":
            names = function_names(reader, end)
        reader.place = end
    return sorted(((size, names.get(imported + index, "?")) for index, size in enumerate(sizes)), reverse=True)


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    rows = functions(Path(sys.argv[1]).read_bytes())
    print(f"{sum(size for size, _ in rows):>9}  in {len(rows)} functions\n")
    sums = collections.Counter({kind: sum(size for size, name in rows if re.search(kind, name)) for kind in KINDS})
    for kind, size in sums.most_common():
        print(f"{size:>9}  {kind}")
    print()
    for size, name in rows[: int(sys.argv[2]) if len(sys.argv) > 2 else 30]:
        print(f"{size:>9}  {name[:160]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

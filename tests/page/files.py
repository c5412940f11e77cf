"""The files that the tests of the page sum."""

import random

from tests.functional.stack import Stack

#: Markup in place of a name: of a file, of a column, and in a cell.
HOSTILE_NAME = "<img src=x onerror=alert(1)>.csv"
HOSTILE_HEADER = "<script>alert(2)</script>"
HOSTILE_CELL = "<svg onload=alert(3)>"
PAYMENTS = "sales/payments-2026-q3.csv"
SMALL, BROKEN, LARGE, WIDE = "small.csv", "broken.csv", "large.csv", "wide.csv"


def put_files(stack: Stack) -> None:
    """Write the files into the source of a running service."""
    stack.put(SMALL, b"amount,note\n1.5,a\n2.25,b\n")
    stack.put("rates.csv", b"rate\n1\n2\n3,5\n4\n")
    stack.put(BROKEN, b"amount,note\n1,a\n2,b,c\n3,d\n")
    stack.put(PAYMENTS, payments())
    stack.put(LARGE, large())
    stack.put(WIDE, b"a,b,c\n1.250,2.500,3.750\n1.000,2.125,3.250\n")
    cell = f'"{HOSTILE_CELL}",2\n'
    stack.put(HOSTILE_NAME, f'"{HOSTILE_HEADER}",b\n1,2\n{cell}'.encode())


def payments(rows: int = 60) -> bytes:
    """Return a table of 31 columns apart by semicolons, of which the tenths are numbers or text."""
    dice = random.Random(1)
    vendors = ["Adler & Söhne", "Brillant, SARL", "Contoso Ltd", "Dunder B.V.", "Ekman AB"]
    names = [f"c{index}" for index in range(31)]
    names[0], names[1], names[10], names[20], names[30] = "vendor", "no", "amount", "fees", "refund"
    lines = [";".join(names)]
    for number in range(rows):
        cells = [str(dice.randrange(100)) for _ in names]
        cells[0], cells[1] = dice.choice(vendors), f"R-{10331 + number}"
        cells[10] = "" if number == 4 else f"{dice.random() * 9999:.2f}"
        cells[20] = f"{dice.randrange(20)}.{dice.randrange(1000):03}"
        cells[30] = dice.choice(["0", "-12.00", "-310.75"])
        lines.append(";".join(cells))
    return "\r\n".join([*lines, ""]).encode()


def large(rows: int = 200_000) -> bytes:
    """Return a table that is cut into many parts."""
    return b"id,value\n" + b"".join(b"%d,%d.5\n" % (row, row) for row in range(rows))

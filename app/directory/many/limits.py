"""How much may be checked at once. Whoever has more is told where it stops, and what to do."""

MOST_LINES = 10_000
MOST_COLUMNS = 50
MOST_CHARACTERS = 3_000_000  # of a whole table; three times what ten thousand links have
LONGEST_CELL = 5_000  # characters
MOST_BYTES = 5_000_000  # of a file
MOST_UNPACKED = 60_000_000  # bytes of a workbook once its archive is opened
A_PART = 1_000  # rows that a page asks for at once while it shows how far it is
AT_ONCE = 300  # lines answered with the page itself; of more a script fetches the answers
A_BREATH = 100  # lines answered before others of this process have their turn

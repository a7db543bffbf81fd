"""How much may be checked at once. Whoever has more is told where it stops, and what to do."""

MOST_LINES = 10_000
MOST_COLUMNS = 50
MOST_CHARACTERS = 3_000_000  # of a whole table; three times what ten thousand links have
LONGEST_CELL = 5_000  # characters
MOST_BYTES = 5_000_000  # of a file
MOST_UNPACKED = 60_000_000  # bytes of a workbook once its archive is opened
A_PART = 1_000  # rows that a page asks for at once while it shows how far it is
A_BREATH = 250  # lines answered before others of this process have their turn
THOROUGH = 300  # lines of a list of which each is compared with names one letter away as well

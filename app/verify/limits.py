"""How much is taken in to be checked, and for how long it may be worked on."""

MOST_BYTES = 10 * 1024 * 1024  # of a file; the alliance's own documents have some hundred KB
MOST_PASTED = 1_000_000  # bytes of a pasted text
MOST_JSON = 200_000  # bytes of a credential or of evidence; ours have some 10 KB
MOST_PROOF = 200_000  # bytes of a proof; an entry has at most 65,535
DEEPEST = 30  # brackets within brackets in JSON; ours have some 6
MOST_FACTS = 40  # of one document, shown on the page
LONGEST_FACT = 500  # characters of a value that is shown

AT_ONCE = 12  # files that one process has in hand; further ones are asked to come again
AGAIN = 5  # seconds after which
CHECKS = (40, 600)  # in so many seconds, of one person or address

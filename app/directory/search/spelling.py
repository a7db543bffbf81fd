"""Words that are one typing error away: a letter too many, too few, another, or two swapped."""

from string import ascii_lowercase

SHORTEST = 4  # letters of a word that is looked at; shorter ones are near to too much


def correctable(word: str) -> bool:
    """Whether `word`, folded, may be read as another.

    Nothing with a digit in it: a mistyped member number must not lead to somebody else.
    """
    return len(word) >= SHORTEST and word.isalpha()


def variants(word: str) -> set[str]:
    """Every spelling one error away from `word`; letters come from a to z."""
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {left + right[1:] for left, right in splits if right}
    found |= {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    for letter in ascii_lowercase:
        found |= {left + letter + right[1:] for left, right in splits if right}
        found |= {left + letter + right for left, right in splits}
    found.discard(word)
    return found

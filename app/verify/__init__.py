"""What somebody holds in hand, checked: a sealed PDF, a credential, a badge, a proof of the log.

Nothing that is given is kept: not as a file, not as a row, not in a log (decision 0030).
"""

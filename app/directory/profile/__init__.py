"""What is handed on of a member: a contact card, a code to scan, a picture, facts for programs."""

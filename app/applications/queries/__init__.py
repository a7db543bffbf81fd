"""What pages ask about applications: the applicant's, and the reviewer's."""

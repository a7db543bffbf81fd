"""The typed forms of an applicant, one module for each section."""

"""The rules of a program as versions that administrators write in the browser (decision 0017)."""

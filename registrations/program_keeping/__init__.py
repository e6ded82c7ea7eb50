"""Setting a program up, opening, closing and retiring it, all in the browser (decision 0045)."""

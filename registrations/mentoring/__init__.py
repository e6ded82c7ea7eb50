"""Mentoring: offers, asking, assigning, inviting a supervisor, and what the two write.

Each verb locks in one order, the mentor's offer before the registration, and writes history and
mail in the transaction of the deed. The verbs stand in the modules of this package:

    offers     a person offers to mentor, the representative confirms, the mentor pauses or leaves
    asking     a participant wants a mentor, or no longer
    assigning  the representative asks a mentor; accept, decline, end, replace
    fit        whom the representative may ask, the best fit first, with the reasons in words
    inviting   a supervisor by a mailed link
    talking    notes that both read, and the participant's goals of the year
"""

"""Work on what strangers sent is done apart: in a process of its own, with limits, and no secrets.

    with apart.begun("cec.spreadsheet.reader", seconds=60, memory=1024**3) as line:
        line.say(b"...")        # the module's `serve(line)` hears it, in a process of its own
        answer = line.hear()    # raises `Ended` if that process was ended at it

`parent` is what the application calls, `nursery` the process that has the module loaded already and
begins a child of itself for each piece of work, `line` what both say to each other (decision 0046).
"""

from cec.apart.line import Ended, Failed, Line
from cec.apart.parent import begun, processor_time

__all__ = ["Ended", "Failed", "Line", "begun", "processor_time"]

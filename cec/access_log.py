"""The web server's log: lines as everything writes them, paths without what opens doors (J3)."""

from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger

from cec import trace
from cec.logs import JsonLines, without_tokens


class Log(Logger):  # type: ignore[misc]  # gunicorn says no types
    """gunicorn's, as JSON; of a request it has the path alone.

    A query may hold names, as when somebody checks a certificate by hand.
    """

    def setup(self, cfg: Any) -> None:
        """See gunicorn's Logger."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.setFormatter(JsonLines())

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """Write a line about an answer; `seconds` is how long it took."""
        path = without_tokens(environ.get("PATH_INFO", ""))
        status = int(str(resp.status).split(None, 1)[0])
        answered = {name.lower(): value for name, value in resp.headers}
        fields = {
            "request": answered.get(trace.HEADER.lower(), ""),
            "from": environ.get("REMOTE_ADDR", ""),
            "method": environ.get("REQUEST_METHOD", ""),
            "path": path,
            "status": status,
            "bytes": resp.sent,
            "seconds": round(request_time.total_seconds(), 3),
        }
        self.access_log.info("%s %s", status, path, extra={"fields": fields})

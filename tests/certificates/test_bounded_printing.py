"""One print takes 30 seconds and 512 MB at the most, wherever it is printed (reliability F2)."""

import resource
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from cec.apart.nursery import address_space
from certificates.bench import FACTS
from certificates.printing import bounded
from certificates.printing.bounded import BYTES, printed
from certificates.printing.composition import compose
from certificates.printing.press import PORTRAIT, Page, Press, Unprintable


def in_a_thread(*what):
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(printed, *what).result()


def state():
    return (
        resource.getrlimit(resource.RLIMIT_AS),
        signal.getsignal(signal.SIGPROF),
        signal.getitimer(signal.ITIMER_PROF),
    )


def hang(*_page):
    until = time.monotonic() + 30
    while time.monotonic() < until:
        pass


def test_a_thread_prints_the_same_bytes_as_a_worker():
    page = compose(FACTS)

    assert in_a_thread(page) == printed(page)


def test_a_letter_is_printed_apart_in_its_own_stylesheet_too():
    page = Page(html="<html lang=en><title>A</title><body><h1 lang=en>Good day</h1>", most_pages=2)

    assert in_a_thread(page, PORTRAIT) == printed(page, PORTRAIT)


@pytest.mark.parametrize("way", [printed, in_a_thread])
def test_what_cannot_be_printed_is_said_in_the_same_words_either_way(way):
    page = Page(html="<html lang=en><title>A</title><img src=there>")

    with pytest.raises(Unprintable, match="tags of the page"):
        way(page)


def test_a_worker_ends_a_print_that_hangs_and_goes_on(monkeypatch):
    before = state()
    monkeypatch.setattr(bounded, "SECONDS", 0.2)
    monkeypatch.setattr(Press, "print", hang)

    with pytest.raises(Unprintable, match="took more than"):
        printed(compose(FACTS))

    assert state() == before


def test_a_worker_ends_a_print_that_takes_all_memory_and_goes_on(monkeypatch):
    before = state()
    with monkeypatch.context() as patched:
        patched.setattr(Press, "print", lambda *_page: bytearray(2 * BYTES))

        with pytest.raises(Unprintable, match="512 MB"):
            printed(compose(FACTS))

    assert state() == before
    assert printed(compose(FACTS)).startswith(b"%PDF-")


def test_a_lower_limit_of_the_machine_stays(monkeypatch):
    seen = []
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    lower = address_space() + BYTES // 2
    monkeypatch.setattr(Press, "print", lambda *_page: seen.append(state()[0]) or b"")

    resource.setrlimit(resource.RLIMIT_AS, (lower, hard))
    try:
        printed(compose(FACTS))
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))

    assert seen == [(lower, hard)]


def test_a_thread_ends_a_print_that_hangs_and_its_process_keeps_its_limits(monkeypatch):
    before = state()
    monkeypatch.setattr(bounded, "SECONDS", 0.2)
    monkeypatch.setattr(bounded, "PRINTER", "tests.certificates.printing_hangs")

    with pytest.raises(Unprintable, match="took more than"):
        in_a_thread(compose(FACTS))

    assert state() == before

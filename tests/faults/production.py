"""The product's settings as they are in production, but for HTTPS: pages of errors, no details."""

from cec.settings import *  # noqa: F403

DEBUG = False

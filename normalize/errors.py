"""What can go wrong, as a tree. `cli.py` alone turns these into exit statuses.

    NormalizeError
      UsageError          the request makes no sense (exit 2)
        PlanError         an option or a key of the TOML file is unknown or has a wrong value
      InputError          an input cannot be read or is not text (recorded; exit 3 at the end)
      ModelError          a package is missing, damaged or of an unknown kind (exit 1)
      TranslationError    the engine failed on text it was given (exit 1)
      OutputError         something could not be written: disk full, no permission (exit 1)
      ClusterError        Ray is not installed, has no cluster, or a machine of it lacks what the run needs (exit 1)
      ConservationError   read, written, rejected and failed do not add up: a defect of ours (exit 1)

Every message says what happened, where, and what to try.
"""

from __future__ import annotations


class NormalizeError(Exception):
    """The root: catch this to catch everything that `normalize` raises on purpose."""


class UsageError(NormalizeError):
    """The request makes no sense as it stands."""


class PlanError(UsageError):
    """An unknown option, or a value that an option cannot have."""


class InputError(NormalizeError):
    """An input that cannot be read, or is not text."""

    def __init__(self, path: str, reason: str, advice: str = "") -> None:
        self.path, self.reason, self.advice = path, reason, advice
        super().__init__(f"{path}: {reason}" + (f" ({advice})" if advice else ""))

    def __reduce__(self) -> tuple[type[InputError], tuple[str, str, str]]:
        return (type(self), (self.path, self.reason, self.advice))


class ModelError(NormalizeError):
    """A translation package that is missing, damaged or of an unknown kind."""


class TranslationError(NormalizeError):
    """The engine failed on text it was given."""


class OutputError(NormalizeError):
    """A result that could not be written."""


class ClusterError(NormalizeError):
    """Ray is not installed, there is no cluster, or a machine of it lacks what the run needs."""


class ConservationError(NormalizeError):
    """The counts of what was read and what came of it do not agree."""

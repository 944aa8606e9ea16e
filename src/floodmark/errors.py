"""The one exception that is shown to a person without a traceback."""


class UserError(Exception):
    """A mistake its reader can mend.

    The message names the file, the value found, what is allowed, and the next step. The stage frame prints it and
    exits with status 2; every other exception is a defect of ours and keeps its traceback.
    """

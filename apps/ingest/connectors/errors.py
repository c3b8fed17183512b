"""Why nothing can be read."""


class ConnectorError(Exception):
    """Nothing can be read. `permanent` says that trying again will not help."""

    def __init__(self, message: str, *, permanent: bool = True) -> None:
        super().__init__(message)
        self.permanent = permanent

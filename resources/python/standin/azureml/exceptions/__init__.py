class AzureMLException(Exception):
    def __init__(self, exception_message="", **kwargs):
        Exception.__init__(self, exception_message)
        self.message = exception_message


class UserErrorException(AzureMLException):
    """The script asked for something that cannot be."""


class RunEnvironmentException(AzureMLException):
    """There is no run, and the script insists on one."""


class ServiceException(AzureMLException):
    """The workspace service refused a request."""

class Workspace(object):
    """The workspace a run belongs to, as far as the run's environment tells."""

    def __init__(self, subscription_id, resource_group, workspace_name):
        self.subscription_id = subscription_id
        self.resource_group = resource_group
        self.name = workspace_name

    def __repr__(self):
        return "Workspace.create(name=%r, subscription_id=%r, resource_group=%r)" % (
            self.name, self.subscription_id, self.resource_group)


class Experiment(object):
    """A named group of runs."""

    def __init__(self, workspace, name):
        self.workspace = workspace
        self.name = name

    def __repr__(self):
        return "Experiment(Name: %s, Workspace: %s)" % (self.name, getattr(self.workspace, "name", None))

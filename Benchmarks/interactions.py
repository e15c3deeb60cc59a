"""What audit programs share: reading users with their items."""


def read(path):
    """Each user's items in the order of the file, from a table with a header whose first two columns are user and item."""
    users = {}
    with open(path) as file:
        next(file)
        for line in file:
            user, item = line.rstrip("\n").split("\t")[:2]
            users.setdefault(user, []).append(item)
    return users

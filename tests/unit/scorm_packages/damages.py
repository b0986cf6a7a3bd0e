"""Damage to the files of a package: each is a function that does it to the files by their names."""


def without(name):
    return lambda files: files.pop(name)


def added(name, content):
    return lambda files: files.update({name: content})


def replaced(name, old, new):
    def damage(files):
        assert old.encode() in files[name]
        files[name] = files[name].replace(old.encode(), new.encode())

    return damage

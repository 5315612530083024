"""What oversized and odd inputs are made of."""


def function(body, rest=""):
    return "package main\n\n" + rest + "\nfunc main() {\n" + body + "\n}\n"


def lines(count, line):
    return "\n".join(line.replace("#", str(i)) for i in range(count))

"""`python -m liaison.embedded run|code|test [pytest arguments]`."""

import sys

from liaison.embedded import VAR, run, test, welcome

USAGE = "用法：python -m liaison.embedded run | code | test [pytest 参数]"

match sys.argv[1:]:
    case ["run"]:
        run.main()
    case ["code"]:
        sys.exit(welcome.codes(VAR / "demo.json"))
    case ["test", *arguments]:
        test.main(arguments)
    case _:
        print(USAGE, file=sys.stderr)
        sys.exit(2)

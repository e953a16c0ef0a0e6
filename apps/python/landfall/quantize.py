"""`python -m landfall.quantize`: the command line of the quantiser.

`import landfall.quantize` would hide the function of that name, so this module is called
as the function is.
"""

import sys
import types

if __name__ == "__main__":
    try:
        from landfall.quantization.arguments import run
    except ModuleNotFoundError as missing:
        print(f"error: the quantiser needs the Python package '{missing.name}'", file=sys.stderr)
        sys.exit(3)
    sys.exit(run(sys.argv[1:]))


class _Function(types.ModuleType):
    __call__ = staticmethod(sys.modules[__package__].quantize)


sys.modules[__name__].__class__ = _Function

"""The declarations of ONNX Runtime's interface against the installed wheel."""

import ctypes
import re
import unittest
from pathlib import Path

import onnxruntime

LIBRARY = next((Path(onnxruntime.__file__).parent / "capi").glob("libonnxruntime.so*"))
TABLE = Path(__file__).parent.parent.parent / "adapters" / "onnxruntime" / "ort_api.def"
API = 24
P, S, I = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int


class ApiBase(ctypes.Structure):
    _fields_ = [("get_api", ctypes.CFUNCTYPE(P, ctypes.c_uint32)), ("get_version", ctypes.CFUNCTYPE(P))]


def base():
    library = ctypes.CDLL(str(LIBRARY))
    library.OrtGetApiBase.restype = ctypes.POINTER(ApiBase)
    return library.OrtGetApiBase().contents


def rows():
    """{table: {name: (slot, since)}}."""
    found = {"ORT_API": {}, "ORT_EP_API": {}, "ORT_EDITOR_API": {}}
    for table, slot, since, name in re.findall(r"^(ORT\w*_API)\((\d+), (\d+), (\w+)", TABLE.read_text(), re.M):
        found[table][name] = int(slot), int(since)
    return found


def code_ranges():
    """The addresses of the wheel's machine code."""
    ranges = []
    for line in Path("/proc/self/maps").read_text().splitlines():
        if LIBRARY.name in line and "x" in line.split()[1]:
            begin, end = line.split()[0].split("-")
            ranges.append(range(int(begin, 16), int(end, 16)))
    return ranges


class Interface(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.base = base()
        cls.main = ctypes.cast(cls.base.get_api(API), ctypes.POINTER(P))
        cls.rows = rows()

    def call(self, name, result, *types):
        """A function of OrtApi by its row."""
        return ctypes.CFUNCTYPE(result, *types)(self.main[self.rows["ORT_API"][name][0]])

    def tables(self):
        yield "ORT_API", self.main
        for table, getter in (("ORT_EP_API", "GetEpApi"), ("ORT_EDITOR_API", "GetModelEditorApi")):
            yield table, ctypes.cast(self.call(getter, P)(), ctypes.POINTER(P))

    def test_the_wheel_is_the_one_that_is_asked(self):
        self.assertEqual(ctypes.string_at(self.base.get_version()).decode(), onnxruntime.__version__)
        self.assertTrue(self.base.get_api(API))

    def test_every_slot_holds_a_function_of_the_wheel(self):
        ranges = code_ranges()
        self.assertTrue(ranges)
        for table, pointers in self.tables():
            self.assertTrue(self.rows[table])
            addresses = {name: pointers[slot] for name, (slot, _) in self.rows[table].items()}
            for name, address in addresses.items():
                self.assertTrue(address and any(address in known for known in ranges), f"{table} {name}")
            slots = [slot for slot, _ in self.rows[table].values()]
            self.assertEqual(len(slots), len(set(slots)), f"{table}: a slot stands twice")

    def test_every_row_is_of_an_api_that_the_provider_asks_for(self):
        # The slots with which an API ends (ort_version_supported keeps to them).
        ends = {22: 317, 23: 389, 24: 414}
        for name, (slot, since) in self.rows["ORT_API"].items():
            self.assertLessEqual(since, API, name)
            self.assertLessEqual(slot, ends[max(since, 22)], name)
            if since > 22:
                self.assertGreater(slot, ends[since - 1], name)

    def test_statuses(self):
        status = self.call("CreateStatus", P, I, S)(9, b"text")
        self.assertEqual(self.call("GetErrorCode", I, P)(status), 9)
        self.assertEqual(self.call("GetErrorMessage", S, P)(status), b"text")
        self.call("ReleaseStatus", None, P)(status)

    def test_pairs_of_texts(self):
        pairs = P()
        self.call("CreateKeyValuePairs", None, P)(ctypes.byref(pairs))
        self.call("AddKeyValuePair", None, P, S, S)(pairs, b"key", b"value")
        self.assertEqual(self.call("GetKeyValue", S, P, S)(pairs, b"key"), b"value")
        self.assertIsNone(self.call("GetKeyValue", S, P, S)(pairs, b"other"))
        keys, values, count = ctypes.POINTER(S)(), ctypes.POINTER(S)(), ctypes.c_size_t()
        self.call("GetKeyValuePairs", None, P, P, P, P)(pairs, *map(ctypes.byref, (keys, values, count)))
        self.assertEqual((count.value, keys[0], values[0]), (1, b"key", b"value"))
        self.call("ReleaseKeyValuePairs", None, P)(pairs)

    def test_attributes(self):
        attribute, kind, name, needed = P(), I(), S(), ctypes.c_size_t()
        number = ctypes.c_int64(7)
        make = self.call("CreateOpAttr", P, S, P, I, I, P)
        self.assertIsNone(make(b"axis", ctypes.byref(number), 1, 1, ctypes.byref(attribute)))
        self.assertIsNone(self.call("OpAttr_GetType", P, P, P)(attribute, ctypes.byref(kind)))
        self.assertIsNone(self.call("OpAttr_GetName", P, P, P)(attribute, ctypes.byref(name)))
        read = ctypes.c_int64()
        self.assertIsNone(self.call("ReadOpAttr", P, P, I, P, ctypes.c_size_t, P)(
            attribute, 1, ctypes.byref(read), 8, ctypes.byref(needed)))
        self.assertEqual((kind.value, name.value, read.value, needed.value), (1, b"axis", 7, 8))
        self.call("ReleaseOpAttr", None, P)(attribute)

    def test_a_runtime_without_the_api_is_refused_in_words(self):
        """CreateEpFactories, as a runtime of 2024 would call it."""
        from landfall.onnxruntime_ep import get_library_path

        version = ctypes.create_string_buffer(b"1.20.0")
        old = ApiBase(type(self.base.get_api)(lambda version: 0 if version > 20 else self.base.get_api(version)),
                      type(self.base.get_version)(lambda: ctypes.addressof(version)))
        create = ctypes.CDLL(get_library_path()).CreateEpFactories
        create.restype = P
        factories, count = (P * 4)(), ctypes.c_size_t(7)
        status = create(b"name", ctypes.byref(old), None, factories, ctypes.c_size_t(4), ctypes.byref(count))
        self.assertEqual(count.value, 0)
        message = self.call("GetErrorMessage", S, P)(status).decode()
        self.assertIn("needs onnxruntime 1.24 or newer; this is 1.20.0", message)
        self.call("ReleaseStatus", None, P)(status)


if __name__ == "__main__":
    unittest.main()

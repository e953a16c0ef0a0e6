"""Matrix products: with weights, of two inputs, attention."""

from operators.shared import node, operator
from rows import Input, points

FAMILY = "products"
ROWS = points("m", 1, 4, 16, 97, 128, 197, 512, 1024)


def weighted(k, n, at=ROWS):
    return operator(FAMILY, f"MatMul {k}x{n}", {"x": f"m {k}"},
                    lambda g: g.add("MatMul", "x", g.normal(k, n)), at)


def attention(g):
    return g.attention("q", "k", "v", 12, 64)


def typed(dtype):
    def body(g):
        return g.add("MatMul", "x", g.constant(g.random.standard_normal((256, 256)), dtype))

    return operator(FAMILY, f"MatMul 256x256 {dtype}", {"x": Input("m 256", dtype)}, body,
                    points("m", 1, 16, 97, 256))


def rows():
    heads = points("n s", (1, 1), (1, 16), (1, 131), (8, 128), (1, 1024))
    cubes = points("m k n", (7, 13, 17), (64, 64, 64), (97, 101, 103), (333, 517, 101), (512, 512, 512),
                   (1024, 1024, 1024))
    return [
        weighted(64, 64), weighted(768, 768), weighted(768, 3072), weighted(3072, 768), weighted(4096, 4096, ROWS[:5]),
        weighted(1024, 50000, ROWS[:3]), weighted(3, 64, points("m", 97, 3000, 50000)),
        weighted(517, 101), weighted(4096, 32, ROWS[:6]),
        operator(FAMILY, "MatMul, both free", {"x": "m k", "z": "k n"}, node("MatMul", "x", "z"), cubes),
        operator(FAMILY, "MatMul, scores", {"x": "n 12 s 64", "z": "n 12 64 s"}, node("MatMul", "x", "z"), heads),
        operator(FAMILY, "MatMul, a query", {"x": "n 12 1 64", "z": "n 12 64 s"}, node("MatMul", "x", "z"),
                 points("n s", (1, 17), (1, 512), (8, 1021))),
        operator(FAMILY, "MatMul, vectors", {"x": "k", "z": "k"}, node("MatMul", "x", "z"),
                 points("k", 97, 4096, 100003)),
        operator(FAMILY, "Gemm 2048x1000, transposed", {"x": "m 2048"}, lambda g: g.add(
            "Gemm", "x", g.normal(1000, 2048), g.normal(1000), transB=1), ROWS[:6]),
        operator(FAMILY, "attention", {name: "n 12 s 64" for name in "qkv"}, attention, heads),
        operator(FAMILY, "attention, a query", {"q": "n 12 1 64", "k": "n 12 s 64", "v": "n 12 s 64"}, attention,
                 points("n s", (1, 17), (1, 512), (8, 1021))),
        operator(FAMILY, "attention, narrow heads", {name: "n 12 s 8" for name in "qkv"},
                 lambda g: g.attention("q", "k", "v", 12, 8), heads[:4]),
        operator(FAMILY, "Einsum bhid,bhjd->bhij", {"x": "n 8 s 64", "z": "n 8 s 64"},
                 node("Einsum", "x", "z", equation="bhid,bhjd->bhij"), heads[:4]),
        typed("float16"), typed("float64"),
    ]

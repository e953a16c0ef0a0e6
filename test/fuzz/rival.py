"""ONNX Runtime's answer to a model: the rival that the fuzzing programs compare with."""

# What does not speak of the model: kernels that the rival lacks, memory.
NO_VERDICT = ("NOT_IMPLEMENTED", "not implemented", "bad_alloc", "allocate", "not yet supported", "not supported",
              "Could not find an implementation", "No Op registered", "out of memory", "Numpy_type", "Unable to handle")


def session_of(model, optimized=True):
    """One thread; without optimization each node is computed as the model says."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    if not optimized:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def rival_answers(model, all_feeds, optimized=True):
    """For each set of feeds ("refused", text), ("answered", values) or ("unknown", why)."""
    try:
        session = session_of(model, optimized)
    except Exception as error:  # It has no one type of its own.
        return [refusal(error)] * len(all_feeds)
    return [run(session, feeds) for feeds in all_feeds]


def rival_answer(model, feeds, optimized=True):
    """The same for one set; with None the model is compiled only."""
    return rival_answers(model, [feeds], optimized)[0]


def run(session, feeds):
    if feeds is None:
        return "unknown", "compiled only"
    try:
        names = {value.name for value in session.get_inputs()}
        return "answered", session.run(None, {name: value for name, value in feeds.items() if name in names})
    except Exception as error:
        return refusal(error)


def refusal(error):
    text = str(error).replace("\n", " ")
    return ("unknown" if any(word in text for word in NO_VERDICT) else "refused"), text
